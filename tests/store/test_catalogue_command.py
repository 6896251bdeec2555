"""`perille catalogue` as somebody uses it: try, load, look, compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text

from delivery.cli import main
from delivery.clock import system_clock
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.catalogue.diff import changes
from delivery.store.catalogue.parts import split
from delivery.store.engine import Database, engine_for
from delivery.store.migrate import config, migrate
from delivery.store.seeds import TOWN, seed
from delivery.store.tables import catalogue, slot

TEXT = TOWN.read_text("utf-8")


class Shop:
    """Somebody at a terminal, with a folder and a database."""

    def __init__(self, folder: Path, out: pytest.CaptureFixture[str]) -> None:
        self.file = folder / "shop.toml"
        self._out = out

    def writes(self, text: str) -> None:
        self.file.write_text(text, "utf-8")

    def runs(self, *words: str, ends: int = 0) -> str:
        assert main(["catalogue", *words]) == ends
        return self._out.readouterr().out.replace(f"{self.file.parent}/", "")

    def loads(self, text: str, *more: str, ends: int = 0) -> str:
        self.writes(text)
        return self.runs("load", str(self.file), *more, ends=ends)


@pytest.fixture
def shop(
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shop:
    monkeypatch.setenv("PERILLE_DATABASE__URL", database_url)
    return Shop(tmp_path, capsys)


def versions(database: Database) -> int:
    with database.read() as conn:
        return conn.execute(select(func.count()).select_from(catalogue)).scalar_one()


def test_a_first_catalogue_is_tried_loaded_and_has_its_slots(
    shop: Shop, database: Database
) -> None:
    assert "+ services.home" in shop.loads(TEXT, "--dry-run")
    assert versions(database) == 0
    said = shop.loads(TEXT)
    assert re.match(r"Version 1 is loaded: \d+ added, 0 removed, 0 changed\.\n\d+ slots", said)
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(slot)).scalar_one() > 100
    assert shop.loads("# again\n" + TEXT).startswith("Version 1 says the same already.")
    assert versions(database) == 1


def test_a_dry_run_says_field_by_field_what_a_load_then_does(
    shop: Shop, database: Database
) -> None:
    shop.loads(TEXT)
    new = TEXT.replace("base = 590", "base = 640", 1).replace("[zones.around]", "[zones.ring]")
    new = new.replace("[services.home]", "[services.home]\nmove_fee = 200")
    new = new.replace('"around"', '"ring"').replace('name = "Hakaniemi"', 'name = "Tori"', 1)
    tried = shop.loads(new, "--dry-run")
    for line in (
        "~ services.home\n",
        "    price.base: 590 → 640\n",
        "    move_fee: nothing → 200\n",
        "- zones.around\n",
        "+ zones.ring\n",
        '~ services.parcel\n    zones: ["around"] → ["ring"]\n',
        '    name: "Hakaniemi" → "Tori"\n',
    ):
        assert line in tried
    assert versions(database) == 1
    assert shop.loads(new).startswith("Version 2 is loaded: 1 added, 1 removed, ")
    assert shop.runs("diff") == tried == shop.runs("diff", "1", "2") == shop.runs("diff", "1")
    assert "price.base: 640 → 590" in shop.runs("diff", "2", "1")
    shop.writes(TEXT)
    assert shop.runs("diff", str(shop.file)) == shop.runs("diff", "2", "1")


def test_a_bad_file_changes_nothing_and_every_fault_has_its_line(
    shop: Shop, database: Database
) -> None:
    shop.loads(TEXT)
    bad = TEXT.replace("base = 590", "base = -5", 1).replace("currency = ", "curency = ", 1)
    said = shop.loads(bad, ends=1)
    line = bad[: bad.index("base = -5")].count("\n") + 1
    assert f"shop.toml:{line}: services.home.price.base: must be 0 or more\n" in said
    assert "curency: is not known here; currency?" in said
    assert "shop.toml:1: currency: is missing" in said
    assert said.endswith("Nothing was changed: 3 to put right.\n")
    assert shop.loads(bad, "--dry-run", ends=1) == said
    assert versions(database) == 1


def test_what_is_shown_can_be_loaded_and_changes_nothing(shop: Shop, database: Database) -> None:
    shop.loads(TEXT)
    shown = shop.runs("show", "--toml")
    assert "[services.home.price]" in shown
    assert shop.loads(shown, "--dry-run") == "Nothing is different.\n"
    assert shop.loads(shown).startswith("Version 1 says the same already.")
    shop.loads(TEXT.replace("base = 590", "base = 640", 1))
    assert shop.runs("show", "1", "--toml") == shown
    summary = shop.runs("show")
    assert summary.startswith("Version 2, loaded ")
    assert re.search(r"locker +locker +place +kuikka .*, 30 points", summary)


def test_what_is_not_there_is_said(shop: Shop) -> None:
    assert shop.runs("show", ends=1) == "No catalogue has been loaded yet.\n"
    shop.loads(TEXT)
    assert shop.runs("show", "7", ends=1) == "There is no version 7.\n"
    assert shop.runs("diff", ends=1) == "There is no version 0.\n"
    assert "none.toml:1: No such file" in shop.runs("load", "none.toml", ends=1)


def test_slots_follow_a_load(shop: Shop, database: Database) -> None:
    shop.loads(TEXT)
    shop.loads(TEXT.replace("capacity = { 240 = 32, ", "capacity = { 240 = 40, ", 1))
    assert "240 = 32" in TEXT
    with database.read() as conn:
        ahead = select(slot.c.capacity).where(
            slot.c.service == "home", slot.c.start_at > system_clock()
        )
        assert 40 in set(conn.execute(ahead).scalars())
        assert 32 not in set(conn.execute(ahead).scalars())


def test_the_demo_town_comes_once_and_not_over_a_shops_own(shop: Shop, database: Database) -> None:
    shop.loads(TEXT.replace("base = 590", "base = 640", 1))
    seed(database, now=system_clock(), once=True)
    home = Catalogues(database).current().service("home")
    assert home is not None
    assert home.tariff.base == 640


def test_bands_and_surcharges_are_compared_one_by_one() -> None:
    def town(surcharges: list[dict[str, object]]) -> dict[str, object]:
        price = {"base": 100, "surcharges": surcharges}
        return {"currency": "EUR", "services": {"home": {"price": price}}}

    evening, early = {"code": "evening", "amount": 100}, {"code": "early", "amount": 50}
    (change,) = changes(split(town([evening, early])), split(town([{**evening, "amount": 90}])))
    assert change.fields == (
        ("price.surcharges.evening.amount", "100", "90"),
        ("price.surcharges.early", '{"code": "early", "amount": 50}', "nothing"),
    )
    (order,) = changes(split(town([evening, early])), split(town([early, evening])))
    assert order.fields == (("price.surcharges", "evening, early", "early, evening"),)


def test_an_old_document_becomes_parts(bare_url: str) -> None:
    database = Database(engine_for(bare_url))
    with database.write() as conn:
        settings = config()
        settings.attributes["connection"] = conn
        command.upgrade(settings, "0002")
        for version in (1, 2):
            conn.execute(
                text("INSERT INTO catalogue (version, document, digest, loaded_at) "
                     "VALUES (:version, :document, 'x', '2026-03-01 12:00:00')"),
                {"version": version, "document": OLD.replace("590", str(590 + version))},
            )  # fmt: skip
        conn.execute(
            text("INSERT INTO quote (id, at, valid_until, catalogue_version, request, answer) "
                 "VALUES ('q', '2026-03-01 12:00:00', '2026-03-01 12:15:00', 1, '{}', 'a')")
        )  # fmt: skip
    migrate(database)
    catalogues = Catalogues(database)
    found = [catalogues.version(number).service("home") for number in (1, 2)]
    assert [home.tariff.base for home in found if home] == [591, 592]
    first = found[0]
    assert first is not None
    assert [each.amount for each in first.tariff.surcharges] == [99, 399, 100]
    assert catalogues.current().version == 2
    database.close()


OLD = """
format = 1
currency = "EUR"
countries = ["FI"]
time_zone = "Europe/Helsinki"
postcodes = "postcodes.csv"
[carriers.van]
en = "Van"
fi = "Auto"
[calendars.every_day]
weekdays = ["mon"]
[origins.store]
time_zone = "Europe/Helsinki"
calendar = "every_day"
opens = "07:00"
closes = "21:00"
[zones.here]
municipalities = ["Helsinki"]
beginnings = ["005"]
[services.home]
carrier = "van"
kind = "to_door"
promise = "slot"
origin = "store"
calendar = "every_day"
zones = ["here"]
days_ahead = 14
description.en = "We bring it."
description.fi = "Tuomme sen."
[services.home.price]
base = 590
by_width = { 240 = 590, 120 = 690, 60 = 990 }
evening_from = "17:00"
evening = 100
[services.home.rounds]
times = [["08:00", "12:00"]]
capacity = { 240 = 32, 120 = 16, 60 = 8 }
"""
