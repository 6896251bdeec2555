"""Which free times to list for a customer: few, different, and near to what they had."""

from __future__ import annotations

from collections.abc import Sequence

from delivery.rules.options import DeliveryOption
from delivery.rules.windows import TimeWindow

#: As many as one reads in a message without scrolling.
MOST = 3
_NOON, _EVENING = 12, 17


def part_of_day(window: TimeWindow) -> str:
    """`morning`, `afternoon` or `evening`, by the hour it begins in its own zone."""
    if window.start.hour < _NOON:
        return "morning"
    return "afternoon" if window.start.hour < _EVENING else "evening"


def pick_times(
    free: Sequence[DeliveryOption], promised: TimeWindow, planned: TimeWindow, most: int = MOST
) -> list[DeliveryOption]:
    """At most `most` of the free ones, in time's order; none touches `promised` or another.

    First two like the planned one (same part of day, same length) on the nearest days, then
    one of another part of day; what is missing is filled with whatever is nearest.
    """
    near = sorted(
        (each for each in free if not overlap(each.window, promised)),
        key=lambda each: (abs(each.window.start - promised.start), each.window.minutes, each.id),
    )
    alike = [each for each in near if _like(each.window, planned)]
    same_length = [each for each in near if each.window.minutes == planned.minutes]
    other = [e for e in same_length if part_of_day(e.window) != part_of_day(planned)]
    picked: list[DeliveryOption] = []
    for some, until in ((alike, most - 1), (other, most), (alike, most), (same_length, most),
                        (near, most)):  # fmt: skip
        _fill(picked, some, until)
    return sorted(picked, key=lambda each: (each.window.start, each.id))


def overlap(one: TimeWindow, other: TimeWindow) -> bool:
    return one.start < other.end and other.start < one.end


def _like(window: TimeWindow, planned: TimeWindow) -> bool:
    return window.minutes == planned.minutes and part_of_day(window) == part_of_day(planned)


def _fill(picked: list[DeliveryOption], some: Sequence[DeliveryOption], until: int) -> None:
    for each in some:
        if len(picked) >= until:
            return
        if not any(overlap(each.window, known.window) for known in picked):
            picked.append(each)
