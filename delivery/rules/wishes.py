"""From a wish to one time: which of those that fit is meant, if it is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from delivery.rules.menus import T
from delivery.rules.replies import Understanding
from delivery.rules.windows import TimeWindow


def best_of(
    fitting: Sequence[T], meant: Understanding, *, planned: TimeWindow,
    menu: Collection[str],
) -> T | None:  # fmt: skip
    """The one to take without asking, or None where more than one may be meant.

    The only one that was listed, that there is, whose hours are those that were said, or, where
    hours were said, that is as long as the one they had.
    """
    if not meant.sure:
        return None
    listed = [each for each in fitting if each.id in menu]
    said = [each for each in fitting if _says(meant, each.window, planned.minutes)]
    alike = [each for each in fitting if each.window.minutes == planned.minutes]
    for some in (listed, said, fitting, alike if meant.has_hours else ()):
        if len(some) == 1:
            return some[0]
    return None


def likely_of(fitting: Sequence[T], meant: Understanding, *, planned: TimeWindow) -> T | None:
    """The one to ask a yes for: of a day with hours, what is most like the time they had."""
    if not (meant.sure and meant.has_hours and meant.date):
        return None
    return min(fitting, key=lambda each: _distance(each.window, planned), default=None)


def _says(meant: Understanding, window: TimeWindow, longest: int) -> bool:
    """Whether the text names exactly these hours of this day.

    "Evening" is no wish to wait longer than they had to: what is wider is asked about.
    """
    if window.minutes > longest:
        return False
    began = window.start.hour * 60 + window.start.minute
    hours = (began, began + window.minutes)
    return meant.date == window.start.date() and (meant.earliest, meant.latest) == hours


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
