"""What carriers' words mean, as values."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules import tracking
from delivery.rules.bookings import MOVES, Booking, Milestone, Promise
from delivery.rules.tracking import CarrierEvent, change_of, expected, in_language, state_after
from delivery.rules.windows import TimeWindow
from tests.times import HELSINKI, NOW

PLANNED = TimeWindow(NOW + timedelta(hours=5), NOW + timedelta(hours=7))


def a_booking(**changes: Any) -> Booking:
    values: dict[str, Any] = {each.name: None for each in dataclasses.fields(Booking)}
    values |= {"reference": "P-1", "state": "booked", "version": 1, "window": PLANNED,
               "option": {"kind": "to_door"}, "zone_name": "Europe/Helsinki"}  # fmt: skip
    return Booking(**(values | changes))


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (["handed_over", "in_transit"], "booked"),
        (["out_for_delivery"], "on_the_way"),
        (["out_for_delivery", "attempt_failed"], "failed"),
        (["out_for_delivery", "attempt_failed", "out_for_delivery"], "on_the_way"),
        (["out_for_delivery", "delivered", "out_for_delivery"], "delivered"),
        (["at_pickup_point", "delivered"], "delivered"),
        (["lost", "out_for_delivery"], "on_the_way"),
        (["returning", "returned"], "returned"),
    ],
)
def test_milestones_bring_states(kinds: list[str], state: str) -> None:
    reached = [Milestone(kind, at(number)) for number, kind in enumerate(kinds)]
    assert state_after(a_booking(), reached, []) == state


KINDS = sorted(set(tracking.EVENT_TYPES) - set(tracking.ESTIMATES))
EVENTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 500)), unique=True, max_size=8)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_news_comes_does_not_matter(events: list[Any], random: Any) -> None:
    reached = [Milestone(kind, at(minutes)) for kind, minutes in events]
    mixed = list(reached)
    random.shuffle(mixed)
    assert state_after(a_booking(), reached, []) == state_after(a_booking(), mixed, [])


@given(EVENTS)
def test_what_is_over_stays_over(events: list[Any]) -> None:
    reached = [Milestone(kind, at(minutes)) for kind, minutes in events]
    for state in (name for name, moves in MOVES.items() if not moves):
        assert state_after(a_booking(state=state), reached, []) == state


def test_a_booking_that_took_another_time_began_anew() -> None:
    moved = Promise(2, PLANNED, "rescheduled", {}, at(30))
    left = Milestone("out_for_delivery", at(10))
    assert state_after(a_booking(), [left], [moved]) == "booked"
    assert (
        state_after(a_booking(), [left, Milestone("out_for_delivery", at(40))], [moved])
        == "on_the_way"
    )


@pytest.mark.parametrize(
    ("start", "end", "change"),
    [
        (0, 0, None), (14, 14, None), (15, 15, "later"), (90, 90, "later"), (-14, -14, None),
        (-15, -15, "earlier"), (30, -30, None), (-60, 60, "later"), (0, 15, "later"),
    ],
)  # fmt: skip
def test_a_quarter_of_an_hour_is_where_news_begins(
    start: int, end: int, change: str | None
) -> None:
    coming = TimeWindow(
        PLANNED.start + timedelta(minutes=start), PLANNED.end + timedelta(minutes=end)
    )
    assert change_of(PLANNED, coming) == change


def _expected(event: CarrierEvent, standing: TimeWindow = PLANNED, now: datetime = NOW) -> Any:
    return expected(event, standing, PLANNED, HELSINKI, now)


def test_minutes_count_from_what_was_planned_so_that_twice_is_once() -> None:
    late = CarrierEvent("delayed", NOW, minutes=45)
    once = _expected(late)
    assert once == PLANNED.shifted(timedelta(minutes=45))
    assert _expected(late, standing=once) == once


def test_late_by_nobody_says_how_much_is_an_hour() -> None:
    late = CarrierEvent("delayed", NOW)
    assert _expected(late) == PLANNED.shifted(timedelta(hours=1))
    over = _expected(late, now=PLANNED.end + timedelta(minutes=20))
    assert over.end == PLANNED.end + timedelta(minutes=80)
    assert _expected(CarrierEvent("eta_changed", NOW)) is None


def test_an_estimate_older_than_a_move_or_a_newer_one_is_stale() -> None:
    event = CarrierEvent("delayed", at(10))
    booked = Promise(1, PLANNED, "booked", {}, at(20))
    assert not tracking.is_stale(event, [booked], [at(5)])
    assert tracking.is_stale(event, [booked], [at(11)])
    assert tracking.is_stale(event, [booked, Promise(2, PLANNED, "rescheduled", {}, at(30))], [])


@pytest.mark.parametrize(
    ("reason", "locale", "said"),
    [
        ({"fi": "auto hajosi", "en": "van broke"}, "fi", "auto hajosi"),
        ({"fi": "auto  hajosi\n"}, "fi-FI", "auto hajosi"),
        ({"fi": "auto hajosi"}, "en", ""),
        ({"": "van broke"}, "fi", "van broke"),
        ({}, "en", ""),
    ],
)
def test_a_reason_is_said_in_the_customers_language(
    reason: dict[str, str], locale: str, said: str
) -> None:
    assert in_language(reason, locale) == said
