"""From a wish to one time: which of those that fit is meant, if it is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from delivery.rules.options import DeliveryOption
from delivery.rules.replies import Understanding
from delivery.rules.windows import TimeWindow


def best_of(
    fitting: Sequence[DeliveryOption], meant: Understanding, *, planned: TimeWindow,
    menu: Collection[str],
) -> DeliveryOption | None:  # fmt: skip
    """The one to take without asking, or None where more than one may be meant.

    A day with hours names one: the listed before others, then the length and the hour they had.
    A day alone does only when a single listed time, or a single time at all, is on it.
    """
    if not meant.sure:
        return None
    listed = [each for each in fitting if each.id in menu]
    if len(listed) == 1:
        return listed[0]
    if len(fitting) == 1:
        return fitting[0]
    if not meant.has_hours:
        return None
    return min(listed or fitting, key=lambda each: _distance(each.window, planned))


def stands_already(meant: Understanding, promised: TimeWindow) -> bool:
    """Whether "yes, tomorrow works" speaks of the time that is promised anyway."""
    if not meant.agrees or meant.date != promised.start.date():
        return False
    began = promised.start.hour * 60 + promised.start.minute
    early = meant.earliest is not None and began < meant.earliest
    late = meant.latest is not None and began + promised.minutes > meant.latest
    return not early and not late


def _distance(window: TimeWindow, planned: TimeWindow) -> tuple[bool, int, object]:
    hour = abs((window.start.hour - planned.start.hour) * 60
               + window.start.minute - planned.start.minute)  # fmt: skip
    return window.minutes != planned.minutes, hour, window.start
