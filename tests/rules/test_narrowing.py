"""When a booked window may be made narrower, and to what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from delivery.rules.narrowing import Inside, free_inside, may_narrow
from delivery.rules.windows import TimeWindow
from tests.rules.test_tracking_rules import a_booking
from tests.times import NOW

WINDOW = TimeWindow(NOW + timedelta(hours=5), NOW + timedelta(hours=9))
CUTOFF = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("hours", "may"),
    [(1.9, False), (2, True), (3.9, True), (4, False), (5, False), (9.5, False)],
)
def test_from_the_cut_off_to_an_hour_before_it_begins(hours: float, may: bool) -> None:
    booking = replace(a_booking(), window=WINDOW)
    assert may_narrow(booking, WINDOW, CUTOFF, NOW + timedelta(hours=hours)) is may


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "on_the_way"},
        {"state": "cancelled"},
        {"option": {"kind": "locker"}},
        # Late already: there are other ways to choose again.
        {"window": WINDOW.shifted(timedelta(minutes=30))},
    ],
)
def test_only_what_is_with_us_and_on_time(changes: dict[str, object]) -> None:
    booking = replace(a_booking(), **{"window": WINDOW, **changes})  # type: ignore[arg-type]
    assert not may_narrow(booking, WINDOW, CUTOFF, NOW + timedelta(hours=3))


def test_what_lies_between_must_be_free_and_what_is_held_need_not() -> None:
    # 1 is the booked window, within 9; 2 and 3 lie in it, 4 and 5 in 2, 6 in 3.
    inside = [
        Inside(2, (9, 1), 3, 6),
        Inside(3, (9, 1), 0, 6),
        Inside(4, (9, 1, 2), 5, None),
        Inside(5, (9, 1, 2), 5, 1),
        Inside(6, (9, 1, 3), 5, None),
    ]
    assert free_inside(1, inside, 0) == {2: 3, 4: 3, 5: 3}
    assert free_inside(1, inside, 2) == {2: 3, 4: 3}
    assert free_inside(1, inside, 7) == {}
