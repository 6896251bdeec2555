"""Versions of the catalogue: what did not change is the same object; nobody waits for an edit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select

from delivery.house import House
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.refusals import NotFound
from delivery.store.catalogue.building import build_all, checked, parsed
from delivery.store.catalogue.catalogues import Catalogues, NoCatalogue, load_catalogue, rows
from delivery.store.catalogue.parts import digest_of, join, manifest_of, split
from delivery.store.engine import Database, engine_for
from delivery.store.seeds import TOWN
from delivery.store.tables import catalogue_part
from tests.loopback import serving
from tests.times import NOW
from tests.together import at_once

TEXT = TOWN.read_text("utf-8")
DEARER = TEXT.replace("base = 590", "base = 690", 1)


def load(database: Database, text: str) -> int:
    with database.write() as conn:
        return load_catalogue(conn, text, now=NOW)


def edited(change: Callable[[dict[str, Any]], object]) -> Catalogue:
    """The town after a change, built upon the town."""
    raw = parsed(TEXT)
    change(raw)
    return build_all(checked(raw), 2, BEFORE).catalogue


BEFORE = build_all(checked(parsed(TEXT)), 1)


def others(catalogue: Catalogue) -> set[str]:
    """The services that are other objects than before."""
    before: dict[str, Service] = {each.code: each for each in BEFORE.catalogue.services}
    return {each.code for each in catalogue.services if before.get(each.code) is not each}


def test_an_edit_of_a_service_leaves_every_other_service_the_same_object() -> None:
    after = edited(lambda raw: raw["services"]["home"]["price"].update(base=690))
    assert others(after) == {"home"}
    (old, new) = (each.service("home") for each in (BEFORE.catalogue, after))
    assert old is not None
    assert new is not None
    assert (old.tariff.base, new.tariff.base) == (590, 690)
    # What it is made from is still shared.
    assert (new.zone_map, new.origin, new.calendar) == (old.zone_map, old.origin, old.calendar)
    assert new.zone_map is old.zone_map


def test_whatever_a_service_depends_on_makes_it_another_one() -> None:
    by_point = edited(lambda raw: raw["points"][0].update(name="Kaari Uusi"))
    assert others(by_point) == {"store"}
    everyone = {each.code for each in BEFORE.catalogue.services}
    on_working_days = {"parcel", "locker", "pickup"}
    for change, changed in (
        (lambda raw: raw["origins"]["kylasaari"].update(opens="06:00"), everyone),
        (lambda raw: raw["calendars"]["every_day"].update(closed=["2026-05-04"]), everyone),
        (lambda raw: raw["calendars"]["working_days"].update(closed=["2026-05-04"]),
         on_working_days),
        (lambda raw: raw["zones"]["helsinki-inner"].update(beginnings=["005", "0099"]), everyone),
        (lambda raw: raw["zones"]["around"].update(beginnings=["04"]),
         {each.code for each in BEFORE.catalogue.services if "around" in each.zones}),
        (lambda raw: raw.update(time_zone="Europe/Stockholm"), everyone),
        (lambda raw: raw["carriers"]["kuikka"].update(en="Kuikka"), set()),
        (lambda raw: raw["zones"].update(moon={"postcodes": ["99999"]}), set()),
    ):  # fmt: skip
        assert others(edited(change)) == changed


def test_of_points_only_the_one_that_changed_is_another_object() -> None:
    after = edited(lambda raw: raw["points"][0].update(name="Kaari Uusi"))
    old, new = (
        {point.id: point for each in catalogue.services for point in each.points}
        for catalogue in (BEFORE.catalogue, after)
    )
    assert {id for id in old if old[id] is not new[id]} == {"store-kalasatama"}


def test_a_catalogue_built_upon_another_is_the_one_built_from_nothing() -> None:
    """The twin of reuse: what is kept must be what would have been made."""

    def said(catalogue: Catalogue) -> list[Any]:
        return [
            (each.code, each.tariff.base, dict(each.zone_of), each.calendar, each.origin.opens,
             [(point.id, point.name) for point in each.points])
            for each in catalogue.services
        ]  # fmt: skip

    def change(raw: dict[str, Any]) -> None:
        raw["services"]["home"]["price"].update(base=690)
        raw["calendars"]["working_days"].update(closed=["2026-05-04"])
        raw["zones"]["around"].update(beginnings=["04"])
        raw["points"][0].update(name="Kaari Uusi")
        del raw["points"][5]

    raw = parsed(TEXT)
    change(raw)
    assert said(edited(change)) == said(build_all(checked(raw), 2).catalogue)


def test_only_the_order_of_services_means_something() -> None:
    raw = parsed(TEXT)
    said = digest_of(manifest_of(split(raw)))
    mixed = dict(raw, zones=dict(reversed(raw["zones"].items())), points=raw["points"][::-1])
    assert digest_of(manifest_of(split(mixed))) == said
    other = dict(raw, services=dict(reversed(raw["services"].items())))
    assert digest_of(manifest_of(split(other))) != said
    assert manifest_of(split(join(split(raw)))) == manifest_of(split(raw))


def test_an_edit_stores_only_what_it_edits(database: Database) -> None:
    load(database, TEXT)
    with database.read() as conn:
        before = conn.execute(select(func.count()).select_from(catalogue_part)).scalar_one()
    load(database, DEARER)
    load(database, TEXT.replace('name = "Hakaniemi"', 'name = "Hakaniemen tori"', 1))
    with database.read() as conn:
        after = conn.execute(select(func.count()).select_from(catalogue_part)).scalar_one()
        parts = rows.parts(conn, 2)
    assert after == before + 2
    assert parts is not None
    assert join(parts)["services"]["home"]["price"]["base"] == 690


def test_another_process_is_seen_within_two_seconds_and_this_one_at_once(
    database: Database,
) -> None:
    load(database, TEXT)
    catalogues = Catalogues(database)
    with catalogues.kept_fresh():
        assert catalogues.current().version == 1
        load(database, DEARER)
        until = time.monotonic() + 2
        while catalogues.current().version == 1:
            assert time.monotonic() < until
            time.sleep(0.01)
        with database.write() as conn:
            assert catalogues.load(conn, TEXT, NOW) == 3
        assert catalogues.current().version == 3
    assert [catalogues.version(number).version for number in (1, 2, 3)] == [1, 2, 3]
    with pytest.raises(NotFound):
        catalogues.version(4)


@contextmanager
def my_queries(database: Database) -> Iterator[list[str]]:
    """The statements that this thread runs, for whatever connection."""
    asked: list[str] = []
    me = threading.get_ident()

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if threading.get_ident() == me:
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("fresh", [True, False], ids=["kept fresh", "twin: left alone"])
def test_who_asks_does_not_read_the_new_version(database: Database, fresh: bool) -> None:
    load(database, TEXT)
    other = Database(engine_for(database.engine.url.render_as_string(hide_password=False)))
    catalogues = Catalogues(other)
    with catalogues.kept_fresh() if fresh else nullcontext():
        assert catalogues.current().version == 1
        load(database, DEARER)
        with my_queries(other) as asked:
            until = time.monotonic() + 5
            while catalogues.current().version == 1 and time.monotonic() < until:
                time.sleep(0.005)
        assert catalogues.current().version == 2
    other.close()
    assert bool(asked) is not fresh


def test_the_thread_ends_with_what_it_serves(database: Database) -> None:
    catalogues = Catalogues(database)
    with catalogues.kept_fresh():
        assert "catalogue" in {each.name for each in threading.enumerate()}
        with pytest.raises(NoCatalogue):
            catalogues.current()
        load(database, TEXT)
        assert catalogues.current().version == 1
    assert "catalogue" not in {each.name for each in threading.enumerate()}


def test_what_was_rolled_back_is_never_seen(database: Database) -> None:
    load(database, TEXT)
    catalogues = Catalogues(database)
    assert catalogues.current().version == 1
    with database.engine.connect() as conn:
        assert catalogues.load(conn, DEARER, NOW) == 2
        conn.rollback()
    assert catalogues.current().version == 1
    cheaper = TEXT.replace("base = 590", "base = 390", 1)
    assert load(database, cheaper) == 2
    home = catalogues.current().service("home")
    assert home is not None
    assert home.tariff.base == 390


def test_two_who_load_at_once_get_a_version_each(database: Database) -> None:
    load(database, TEXT)
    texts = [TEXT.replace("base = 590", f"base = {price}", 1) for price in range(600, 608)]
    texts += texts[:2]

    def one(parts: Any, text: str) -> tuple[int, str]:
        with database.write() as conn:
            return load_catalogue(conn, parts, now=NOW), text

    numbers = at_once([partial(one, checked(parsed(text)), text) for text in texts])
    newest = max(number for number, _text in numbers)
    assert {number for number, _text in numbers} == set(range(2, newest + 1))
    catalogues = Catalogues(database)
    for number, text in numbers:
        home = catalogues.version(number).service("home")
        assert home is not None
        assert f"base = {home.tariff.base}" in text


def test_asking_costs_next_to_nothing(database: Database) -> None:
    load(database, TEXT)
    catalogues = Catalogues(database)
    with catalogues.kept_fresh():
        catalogues.current()
        with my_queries(database) as asked:
            for _ in range(1000):
                catalogues.current()
    assert asked == []


def test_a_server_follows_the_catalogue_as_long_as_it_runs(house: House) -> None:
    with serving(house) as running:
        assert running.house.catalogues.current().version == 1
        assert load(house.database, DEARER) == 2
        with my_queries(house.database) as asked:
            until = time.monotonic() + 2
            while house.catalogues.current().version == 1:
                assert time.monotonic() < until
                time.sleep(0.01)
        assert asked == []
    assert "catalogue" not in {each.name for each in threading.enumerate()}
