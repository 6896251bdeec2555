"""Which promises count as kept, and when the count is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from delivery.rules.kept_promises import (
    FEWEST,
    Outcome,
    TrackRecord,
    agreed_until,
    area_of,
    arrived_at,
    counted,
    was_kept,
)
from tests.times import NOW

HOUR = timedelta(hours=1)


def outcome(*, state: str = "delivered", arrived: datetime | None = None) -> Outcome:
    return Outcome("home", "inner", state, NOW, arrived)


@pytest.mark.parametrize(
    ("state", "arrived", "later", "kept"),
    [
        ("delivered", NOW, HOUR, True),
        ("delivered", NOW - HOUR, HOUR, True),
        ("delivered", NOW + timedelta(seconds=1), HOUR, False),
        ("ready_for_pickup", NOW - HOUR, HOUR, True),
        ("failed", None, HOUR, False),
        ("lost", None, HOUR, False),
        ("returned", None, HOUR, False),
        ("on_the_way", None, HOUR, None),
        ("booked", None, 24 * HOUR, None),
        ("booked", None, 24 * HOUR + timedelta(seconds=1), False),
    ],
)
def test_kept_is_what_came_before_the_agreed_window_ended(
    state: str, arrived: datetime | None, later: timedelta, kept: bool | None
) -> None:
    assert was_kept(outcome(state=state, arrived=arrived), NOW + later) is kept


FIRST, LATER, LAST = NOW, NOW + 3 * HOUR, NOW + 48 * HOUR


@pytest.mark.parametrize(
    ("promises", "agreed"),
    [
        ([("booked", FIRST)], FIRST),
        ([("booked", FIRST), ("delayed", LATER)], FIRST),
        ([("booked", FIRST), ("eta_changed", FIRST - HOUR)], FIRST),
        ([("booked", FIRST), ("rescheduled", LATER)], LATER),
        ([("booked", LATER), ("narrowed", FIRST), ("delayed", LAST)], FIRST),
        ([("booked", FIRST), ("delayed", LATER), ("rescheduled", LAST)], LAST),
        ([("booked", FIRST), ("rescheduled", LATER), ("undone", FIRST)], FIRST),
        # What comes back is the delay that we announced, and nobody agreed to that.
        ([("booked", FIRST), ("delayed", LATER), ("rescheduled", LAST), ("undone", LATER)], FIRST),
        (
            [("booked", FIRST), ("rescheduled", LATER), ("rescheduled", LAST), ("undone", LATER)],
            LATER,
        ),
    ],
)
def test_what_was_agreed_is_what_they_chose_last(
    promises: list[tuple[str, datetime]], agreed: datetime
) -> None:
    assert agreed_until(promises) == agreed


def test_nothing_was_agreed_where_nothing_was_promised() -> None:
    with pytest.raises(ValueError, match="nothing was promised"):
        agreed_until([("delayed", LATER)])


def test_a_parcel_for_the_door_has_not_arrived_when_it_waits_at_a_place() -> None:
    waits = {"at_pickup_point": FIRST}
    assert arrived_at("to_door", waits) is None
    assert arrived_at("to_door", waits | {"delivered": LATER}) == LATER
    assert arrived_at("locker", waits | {"delivered": LATER}) == FIRST
    assert arrived_at("store", {"delivered": LATER}) == LATER
    assert arrived_at("pickup_point", {}) is None


def test_a_rate_is_shown_when_there_are_enough_and_for_the_whole_service_before() -> None:
    few = counted([outcome(arrived=NOW)] * (FEWEST - 1), NOW)
    assert few.rate("home", "inner") is None
    enough = counted([outcome(arrived=NOW)] * (FEWEST - 1) + [outcome(state="lost")], NOW)
    assert enough.rate("home", "inner") == (FEWEST - 1, FEWEST)
    assert enough.rate("home", "another") == (FEWEST - 1, FEWEST)
    assert enough.rate("parcel", "inner") is None


def test_an_area_speaks_for_itself_once_it_can() -> None:
    record = TrackRecord.from_json(3, [["home", "inner", 20, 20], ["home", "outer", 10, 20],
                                       ["home", "tiny", 0, 5]])  # fmt: skip
    assert record.rate("home", "inner") == (20, 20)
    assert record.rate("home", "outer") == (10, 20)
    assert record.rate("home", "tiny") == (30, 45)
    assert TrackRecord.from_json(3, record.as_json()) == record


def test_what_is_not_settled_does_not_count() -> None:
    assert counted([outcome(state="on_the_way")], NOW).by_area == {}


def test_a_van_has_zones_and_all_others_have_regions() -> None:
    assert area_of("to_door", "helsinki-inner", "00530") == "helsinki-inner"
    assert area_of("to_door", None, "00530") == "00"
    assert area_of("locker", "hakaniemi", "00530") == "00"
