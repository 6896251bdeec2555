"""What is scarce in one read, and the days of points."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from delivery.store import point_slots, scarcity, slots
from delivery.store.engine import Database
from delivery.store.scarcity import Scarce
from delivery.store.slots import Slot
from delivery.store.tables import slot
from notifications.compiled import Compiled
from tests.nests import a_slot
from tests.times import HELSINKI, NOW
from tests.together import at_once

DAY = date(2026, 3, 12)


def _left(database: Database, load: int = 0) -> dict[int, int]:
    with database.read() as conn:
        found = scarcity.scarce(conn, ["z4", "p1"], NOW, load)
    return {each.id: each.left(load) for each in found}


def test_only_what_is_scarce_is_found(database: Database) -> None:
    start = NOW + timedelta(hours=1)
    with database.write() as conn:
        few = a_slot(conn, start, 4, capacity=scarcity.FEW_PLACES)
        a_slot(conn, start + timedelta(hours=4), 4, capacity=scarcity.FEW_PLACES + 1)
        a_slot(conn, start, 5, capacity=1)  # of another zone
        a_slot(conn, NOW - timedelta(hours=1), 4, capacity=1)
        last = a_slot(conn, start + timedelta(hours=8), 4, capacity=1)
        assert slots.take_place(conn, last)
    assert _left(database) == {few.id: scarcity.FEW_PLACES, last.id: 0}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    capacity=st.integers(0, 70),
    taken=st.integers(0, 70),
    load=st.integers(1, 70),
)
def test_whatever_a_basket_does_not_fit_in_is_found(
    database: Database, capacity: int, taken: int, load: int
) -> None:
    with database.write() as conn:
        conn.execute(text("DELETE FROM slot"))
        wanted = a_slot(conn, NOW + timedelta(hours=1), 4, capacity=99, load=capacity)
        if not slots.take_place(conn, wanted, taken):
            taken = 0
    left = _left(database, load).get(wanted.id)
    if left is None:
        assert capacity - taken >= load
    else:
        assert left == (capacity - taken) // load
    # A basket without a load is not kept out by one.
    assert _left(database).get(wanted.id, 1) > 0


@pytest.mark.parametrize("statement", [scarcity.PLACES, scarcity.LOADED])
def test_any_number_of_zones_is_found_by_an_index(
    database: Database, statement: dict[str, Any]
) -> None:
    rows = [
        {"service": "van", "zone": f"z{zone}", "within": [], "capacity": 9,
         "start_at": NOW + timedelta(hours=hour), "end_at": NOW + timedelta(hours=hour + 1)}
        for zone in range(60) for hour in range(50)
    ]  # fmt: skip
    with database.write() as conn:
        conn.execute(insert(slot), rows)
        conn.execute(text("ANALYZE slot"))
    prepared = Compiled(statement[database.name], database.engine.dialect)
    asked = scarcity.asked(database.name, [f"z{zone}" for zone in range(3)], NOW, 5)
    explain = "EXPLAIN QUERY PLAN " if database.name == "sqlite" else "EXPLAIN "
    with database.read() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        plan = str(driver.execute(explain + prepared.sql, prepared.bound(asked)).fetchall())
    assert "ix_slot_scarce" in plan
    assert "SCAN slot" not in plan
    assert "Seq Scan on slot" not in plan


def test_what_a_newer_catalogue_closed_is_gone(database: Database) -> None:
    with database.write() as conn:
        shut = a_slot(conn, NOW + timedelta(hours=1), 4, capacity=0)
        conn.execute(text("UPDATE slot SET retired = -1"))
        a_slot(conn, NOW + timedelta(hours=1), 4, capacity=1)
    with database.read() as conn:
        assert scarcity.gone(conn, ["z4"], NOW) == {shut.id}
        assert len(scarcity.scarce(conn, ["z4"], NOW)) == 1


@pytest.mark.parametrize(
    ("places", "units", "load", "left"),
    [(5, None, 0, 5), (5, None, 9, 5), (5, 7, 0, 5), (5, 7, 2, 3), (5, 7, 8, 0), (-2, 9, 1, 0)],
)
def test_what_is_left_is_counted_in_baskets(
    places: int, units: int | None, load: int, left: int
) -> None:
    assert Scarce(1, "z", None, places, units).left(load) == left


def _a_day(database: Database, capacity: int = 10) -> Slot:
    with database.write() as conn:
        return point_slots.find_or_make(conn, "locker", "p1", DAY, HELSINKI, capacity)


def test_a_points_day_is_made_once_however_many_come(database: Database) -> None:
    made = at_once([partial(_a_day, database)] * 6)
    assert len({each.id for each in made}) == 1
    assert _a_day(database) == made[0]
    assert made[0].window.start.astimezone(HELSINKI).date() == DAY
    with database.read() as conn:
        [start] = conn.execute(select(slot.c.start_at)).scalars()
    assert scarcity.day_of(start, HELSINKI) == DAY
    assert scarcity.day_of(str(start.replace(tzinfo=None)), HELSINKI) == DAY


@pytest.mark.parametrize(
    ("day", "hours"), [(DAY, 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)]
)
def test_a_points_day_is_as_long_as_that_day_is(day: date, hours: int) -> None:
    window = point_slots.day_at(day, HELSINKI)
    assert window.minutes == hours * 60
    assert window.start.tzinfo is UTC


def test_a_points_day_is_scarce_by_its_parcels(database: Database) -> None:
    day = _a_day(database)
    with database.write() as conn:
        assert slots.take_place(conn, day, 6)
    assert _left(database) == {}
    with database.write() as conn:
        assert slots.take_place(conn, day, 3)
        assert not slots.take_place(conn, day, 2)
    assert _left(database, 1) == {day.id: 1}
    assert _left(database, 2) == {day.id: 0}
