"""Rules of time zones change; what was promised does not."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from delivery.house import House
from delivery.store.tables import booking, promise
from delivery.store.time_zones import tzdata_of
from tests.loopback import Api
from tests.shopping import booked

ZONE = "Test/Somewhere"


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Path]:
    """A folder of rules that zoneinfo looks into first."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    tzdata_of.cache_clear()
    yield tmp_path
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache(only_keys=[ZONE])
    tzdata_of.cache_clear()


def _release(rules: Path, like: str, said: str) -> None:
    """Rules by which the zone has the clock of another."""
    region, name = like.split("/")
    to = rules / ZONE
    to.parent.mkdir(exist_ok=True)
    to.write_bytes(files(f"tzdata.zoneinfo.{region}").joinpath(name).read_bytes())
    (rules / "tzdata.zi").write_text(said, "ascii")
    zoneinfo.ZoneInfo.clear_cache(only_keys=[ZONE])
    tzdata_of.cache_clear()


@pytest.mark.parametrize(
    ("said", "release"),
    [("# version 2031c\nR ...", "2031c"), ("R a b c", "system"), ("", "system")],
)
def test_the_release_is_that_of_the_rules_that_are_read(
    rules: Path, said: str, release: str
) -> None:
    _release(rules, "Europe/Helsinki", said)
    assert tzdata_of(ZONE) == release
    (rules / "tzdata.zi").unlink()
    tzdata_of.cache_clear()
    assert tzdata_of(ZONE) == "system"


def test_where_the_system_has_no_rules_they_are_the_package_s() -> None:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([])
    tzdata_of.cache_clear()
    try:
        assert tzdata_of("Europe/Helsinki") == version("tzdata")
    finally:
        zoneinfo.reset_tzpath(before)
        tzdata_of.cache_clear()


def _instants(shown: dict[str, Any]) -> list[datetime]:
    [made] = shown["promise"]["versions"]
    return [datetime.fromisoformat(made["window"][end]) for end in ("start", "end")]


def test_new_rules_change_no_promise(api: Api, house: House, rules: Path) -> None:
    reference = booked(api)["reference"]
    with house.database.read() as conn:
        kept = conn.execute(select(promise)).one()
    assert kept.tzdata == tzdata_of("Europe/Helsinki")
    _release(rules, "Europe/Helsinki", "# version 2031a")
    with house.database.write() as conn:
        conn.execute(update(promise).values(zone_name=ZONE))
        conn.execute(update(booking).values(zone_name=ZONE))
    before = api.get(f"/v1/bookings/{reference}").json()
    _release(rules, "Asia/Tokyo", "# version 2031b")
    after = api.get(f"/v1/bookings/{reference}").json()
    assert _instants(after) == _instants(before) == [kept.start_at, kept.end_at]
    [was], [made] = (each["promise"]["versions"] for each in (before, after))
    assert made["window"] != was["window"], "on the new clock, else this proves nothing"
    assert (made["words"], made["zone"]) == (was["words"], ZONE)
    assert made["words"] == kept.words != ""
