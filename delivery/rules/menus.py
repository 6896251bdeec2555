"""Which free times to list for a customer: few, different, and near to what they had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from delivery.rules.windows import TimeWindow


class Timed(Protocol):
    """What has a time: an option, or one that is not yet in words."""

    @property
    def id(self) -> str: ...
    @property
    def window(self) -> TimeWindow: ...


T = TypeVar("T", bound=Timed)

#: As many as one reads in a message without scrolling.
MOST = 3
_NOON, _EVENING = 12, 17


def part_of_day(window: TimeWindow) -> str:
    """`morning`, `afternoon` or `evening`, by the hour it begins in its own zone."""
    if window.start.hour < _NOON:
        return "morning"
    return "afternoon" if window.start.hour < _EVENING else "evening"


def pick_times(
    free: Sequence[T], promised: TimeWindow, planned: TimeWindow, most: int = MOST, *,
    near: TimeWindow | None = None,
) -> list[T]:  # fmt: skip
    """At most `most` of the free ones, in time's order; none touches `promised` or another.

    Nearest to `near`, where that was asked for, else to what is promised: first the hour they had
    on the next two days that have it, then one of another part of day; what is missing is filled
    with whatever is nearest.
    """
    around = (near or promised).start
    nearest = sorted(
        (each for each in free if not overlap(each.window, promised)),
        key=lambda each: (abs(each.window.start - around), each.window.minutes, each.id),
    )
    same_length = [each for each in nearest if each.window.minutes == planned.minutes]
    part = part_of_day(planned)
    alike = [each for each in same_length if part_of_day(each.window) == part]
    other = [each for each in same_length if part_of_day(each.window) != part]
    picked: list[T] = []
    for some, until in ((_one_a_day(alike, planned), most - 1), (other, most), (alike, most),
                        (same_length, most), (nearest, most)):  # fmt: skip
        _fill(picked, some, until)
    return sorted(picked, key=lambda each: (each.window.start, each.id))


def overlap(one: TimeWindow, other: TimeWindow) -> bool:
    return one.start < other.end and other.start < one.end


def _one_a_day(alike: Sequence[T], planned: TimeWindow) -> list[T]:
    """Of each day the one whose hour is nearest to the planned one, in time's order."""
    best: dict[date, T] = {}
    for each in sorted(alike, key=lambda one: (_hours_between(one.window, planned), one.id)):
        best.setdefault(each.window.start.date(), each)
    return [best[day] for day in sorted(best)]


def _hours_between(window: TimeWindow, planned: TimeWindow) -> int:
    one, other = window.start, planned.start
    return abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)


def _fill(picked: list[T], some: Sequence[T], until: int) -> None:
    for each in some:
        if len(picked) >= until:
            return
        if not any(overlap(each.window, known.window) for known in picked):
            picked.append(each)
