"""Slots follow the newest catalogue, and nobody who has a place loses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, update

from delivery.flows.slots import make_slots
from delivery.rules.catalogue import Blackout, Rounds, Service
from delivery.rules.zones import Zone, ZoneMap
from delivery.store import new_slots, slots
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.engine import Database
from delivery.store.seeds import TOWN, make_town
from delivery.store.slots import Slot
from delivery.store.tables import slot, slot_plan
from tests.rules.test_town import service
from tests.times import HELSINKI, NOW
from tests.together import at_once

TEXT = TOWN.read_text("utf-8")
ROUNDS = Rounds(((time(8), time(12)), (time(17), time(21))), {240: 8, 60: 4})
DAY = date(2026, 3, 12)
EIGHT = datetime(2026, 3, 12, 8, tzinfo=HELSINKI)


def _van(zones: tuple[str, ...] = ("north", "south"), **changes: Any) -> Service:
    rounds = replace(ROUNDS, **changes.pop("rounds", {}))
    zone_map = ZoneMap([Zone(each) for each in zones], {})
    return replace(service("home"), code="van", zone_map=zone_map, rounds=rounds, **changes)


def _fill(database: Database, van: Service, now: datetime = NOW) -> int:
    with database.write() as conn:
        return new_slots.fill(conn, van, now=now)


def _find(conn: Connection, start: datetime, minutes: int, zone: str = "north") -> Slot:
    """The slot in force or shut that begins then."""
    known = conn.execute(
        select(slot.c.id).where(
            slot.c.zone == zone, slot.c.start_at == start, slot.c.retired <= 0,
            slot.c.end_at == start + timedelta(minutes=minutes),
        )
    )  # fmt: skip
    return slots.get(conn, known.scalar_one())


@pytest.fixture
def booked(database: Database) -> Callable[[int, int], Slot]:
    """So many places taken in the eight o'clock window of so many minutes."""

    def book(places: int, minutes: int) -> Slot:
        with database.write() as conn:
            wanted = _find(conn, EIGHT, minutes)
            for _ in range(places):
                assert slots.take_place(conn, wanted, 1)
        return wanted

    return book


def test_two_weeks_are_made_once(database: Database) -> None:
    assert _fill(database, _van()) == 2 * 15 * 2 * 5
    assert _fill(database, _van()) == 0
    assert _fill(database, _van(), NOW + timedelta(days=1)) == 2 * 2 * 5


def test_the_same_plan_looks_at_no_slot(database: Database) -> None:
    _fill(database, _van())
    asked: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _listen(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    assert _fill(database, _van()) == 0
    assert not [each for each in asked if "FROM slot" in each or "UPDATE slot" in each]


def test_many_who_make_slots_at_once_make_each_once(database: Database) -> None:
    made = at_once([partial(_fill, database, _van())] * 4)
    assert sum(made) == 2 * 15 * 2 * 5


def test_fewer_places_let_nobody_in_and_nobody_out(
    database: Database, booked: Callable[[int, int], Slot]
) -> None:
    _fill(database, _van())
    round_ = booked(6, 240)
    _fill(database, _van(rounds={"capacity": {240: 5, 60: 2}}))
    with database.write() as conn:
        assert (slots.get(conn, round_.id).capacity, slots.get(conn, round_.id).taken) == (5, 6)
        slots.give_back_place(conn, round_, 1)
        assert not slots.take_place(conn, round_, 1)
        slots.give_back_place(conn, round_, 1)
        assert slots.take_place(conn, round_, 1)
    _fill(database, _van())
    with database.write() as conn:
        assert slots.take_place(conn, round_, 1)
        assert (slots.get(conn, round_.id).capacity, slots.get(conn, round_.id).taken) == (8, 6)


def test_loads_are_stated_lowered_and_taken_away(
    database: Database, booked: Callable[[int, int], Slot]
) -> None:
    _fill(database, _van(rounds={"load": {240: 10}}))
    round_ = booked(4, 240)
    _fill(database, _van(rounds={"load": {240: 3, 60: 2}}))
    with database.write() as conn:
        assert not slots.take_place(conn, round_, 1)
        hour = _find(conn, EIGHT, 60)
        assert (slots.get(conn, round_.id).load_capacity, hour.load_capacity) == (3, 2)
    _fill(database, _van())
    with database.write() as conn:
        assert slots.take_place(conn, round_, 99)
        assert slots.get(conn, round_.id).load_taken == 103


@pytest.mark.parametrize(
    "changes",
    [
        {"blackouts": (Blackout(datetime.combine(DAY, time()), datetime.combine(DAY, time(16))),)},
        {"rounds": {"times": ((time(17), time(21)),)}},
        {"zones": ("south",)},
    ],
    ids=["blackout", "round gone", "zone gone"],
)
def test_what_the_catalogue_has_no_more_is_shut_and_opens_again(
    database: Database, booked: Callable[[int, int], Slot], changes: dict[str, Any]
) -> None:
    _fill(database, _van())
    round_ = booked(2, 240)
    _fill(database, _van(**changes))
    with database.write() as conn:
        slots.give_back_place(conn, round_, 1)
        hour = _find(conn, EIGHT, 60)
        assert not slots.take_place(conn, round_, 1)
        assert not slots.take_place(conn, hour, 1)
        assert slots.take_place(conn, _find(conn, EIGHT.replace(hour=17), 240, "south"), 1)
    assert _fill(database, _van()) == 0
    with database.write() as conn:
        assert slots.take_place(conn, hour, 1)
        assert (slots.get(conn, round_.id).capacity, slots.get(conn, round_.id).taken) == (8, 2)


def test_what_has_begun_is_left_as_it_is(database: Database) -> None:
    _fill(database, _van())
    _fill(database, _van(rounds={"capacity": {240: 3, 60: 1}}), EIGHT + timedelta(hours=1))
    with database.read() as conn:
        assert _find(conn, EIGHT, 240).capacity == 8
        assert _find(conn, EIGHT + timedelta(hours=1), 60).capacity == 4
        assert _find(conn, EIGHT + timedelta(hours=2), 60).capacity == 1


def test_a_window_that_lies_within_others_now_is_another_slot(
    database: Database, booked: Callable[[int, int], Slot]
) -> None:
    """A hold that read the old chain must not get into the new one past a window between."""
    _fill(database, _van())
    hour = booked(3, 60)
    added = _fill(database, _van(rounds={"capacity": {240: 8, 120: 6, 60: 4}}))
    # Of the morning that has begun only what was not there.
    assert added == 2 * (29 * (2 + 4) + 2)
    with database.write() as conn:
        now = _find(conn, EIGHT, 60)
        assert now.id > hour.id
        assert len(now.within) == 2
        # Three of its four are taken by those who came before.
        assert now.capacity == 1
        assert not slots.take_place(conn, hour, 1)
        assert slots.take_place(conn, now, 1)
        assert not slots.take_place(conn, now, 1)
        assert slots.get(conn, now.within[0]).taken == 4
        slots.give_back_place(conn, hour, 1)
        assert slots.get(conn, now.within[0]).taken == 3
    assert _fill(database, _van(rounds={"capacity": {240: 8, 120: 6, 60: 4}})) == 0


def test_a_service_that_is_gone_is_shut(database: Database) -> None:
    make_town(database, TEXT, now=NOW)
    catalogues = Catalogues(database)
    with database.write() as conn:
        catalogues.load(conn, TEXT.replace("[services.home", "[services.home2"), NOW)
    assert make_slots(database, catalogues, now=NOW) > 0
    assert make_slots(database, catalogues, now=NOW) == 0
    with database.read() as conn:
        open_ = select(func.count()).where(slot.c.service == "home", slot.c.start_at > NOW)
        assert conn.execute(open_.where(slot.c.capacity > 0)).scalar_one() == 0
        assert conn.execute(open_.where(slot.c.retired == new_slots.SHUT)).scalar_one() > 0


def test_days_long_over_are_forgotten(database: Database) -> None:
    make_town(database, TEXT, now=NOW)
    catalogues = Catalogues(database)
    make_slots(database, catalogues, now=NOW + timedelta(days=9))
    with database.read() as conn:
        days = conn.execute(select(slot_plan.c.day).where(slot_plan.c.service == "home")).scalars()
        assert min(days) == "2026-03-16"


def test_a_hand_that_changes_a_slot_is_believed_until_the_plan_changes(database: Database) -> None:
    _fill(database, _van())
    with database.write() as conn:
        conn.execute(update(slot).values(capacity=100))
    _fill(database, _van())
    with database.read() as conn:
        assert _find(conn, EIGHT, 240).capacity == 100
