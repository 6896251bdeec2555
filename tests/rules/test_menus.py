"""Which three times are listed."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.menus import MOST, overlap, pick_times
from delivery.rules.money import Money
from delivery.rules.options import DeliveryOption
from delivery.rules.windows import TimeWindow
from tests.times import HELSINKI


def window(day: int, start: int, end: int) -> TimeWindow:
    return TimeWindow(
        datetime(2026, 3, day, start, tzinfo=HELSINKI), datetime(2026, 3, day, end, tzinfo=HELSINKI)
    )


def option(day: int, start: int, end: int) -> DeliveryOption:
    return DeliveryOption(
        id=f"{day}-{start}-{end}", kind="to_door", carrier="own_van", service="home", title="",
        description="", price=Money(0, "EUR"), price_parts=(), window=window(day, start, end),
        slot_id=day * 10000 + start * 100 + end,
    )  # fmt: skip


FREE = [
    option(day, start, end)
    for day in range(10, 17)
    for start, end in ((8, 12), (8, 10), (10, 12), (12, 16), (16, 20), (17, 19), (19, 21), (17, 18))
]
PLANNED = window(10, 17, 19)
PROMISED = TimeWindow(
    datetime(2026, 3, 10, 18, 30, tzinfo=HELSINKI), datetime(2026, 3, 10, 20, 30, tzinfo=HELSINKI)
)


def test_the_same_hour_on_the_next_days_and_one_of_another_part_of_day() -> None:
    coming = [each for each in FREE if each.window.start.day > 10]
    picked = [each.id for each in pick_times(coming, PROMISED, PLANNED)]
    assert picked == ["11-8-10", "11-17-19", "12-17-19"]


def test_fewer_when_fewer_are_free_and_none_when_none_is() -> None:
    assert pick_times(FREE[:0], PROMISED, PLANNED) == []
    assert len(pick_times([option(12, 8, 10)], PROMISED, PLANNED)) == 1
    assert pick_times([option(10, 17, 19)], PROMISED, PLANNED) == []


@given(st.lists(st.sampled_from(FREE), unique=True))
def test_all_are_free_different_and_none_touches_the_promise(free: list[DeliveryOption]) -> None:
    picked = pick_times(free, PROMISED, PLANNED)
    assert len(picked) <= MOST
    assert set(each.id for each in picked) <= set(each.id for each in free)
    assert not [each for each in picked if overlap(each.window, PROMISED)]
    pairs = [(a, b) for a in picked for b in picked if a is not b]
    assert not [pair for pair in pairs if overlap(pair[0].window, pair[1].window)]
    assert picked == sorted(picked, key=lambda each: each.window.start)
    if [each for each in free if not overlap(each.window, PROMISED)]:
        assert picked
