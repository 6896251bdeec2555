"""Every time as seven days: on a phone the windows of one day, on a desk the week as a grid.

Full windows stay in their place, so that nobody thinks a day is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow
from delivery.web.views import OptionCard, long_day, weekday
from delivery.web.views_grid import Chip, GridRow, grid_rows, width_chips
from delivery.web.views_options import Shelf

_DAYS = 7


@dataclass(frozen=True)
class CalendarDay:
    weekday: str
    number: int
    #: As `12 March`, for the head of a column.
    date: str
    #: Of the day's free times; empty when there is none.
    cheapest: str
    href: str
    current: bool
    open: bool
    full: bool


@dataclass(frozen=True)
class Entry:
    """One window: a card when it is free, its hours when it is full."""

    hours: str
    card: OptionCard | None


@dataclass(frozen=True)
class Calendar:
    heading: str
    days: tuple[CalendarDay, ...]
    entries: tuple[Entry, ...]
    widths: tuple[Chip, ...]
    rows: tuple[GridRow, ...]
    #: The weeks before and after; empty when there is none with a free time.
    earlier: str
    later: str

    @property
    def has_lowest(self) -> bool:
        return any(cell.low for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class Week:
    """Seven days from one on; the first week begins with the first free day."""

    days: tuple[date, ...]
    opened: date

    @classmethod
    def with_day(cls, text: str, free: Sequence[date], today: date) -> Week:
        """The week of the day asked for, if there is one like it, else the first."""
        first = free[0] if free else today
        last = free[-1] if free else today
        asked = _day(text) or first
        opened = asked if first <= asked <= last else first
        start = first + timedelta(days=(opened - first).days // _DAYS * _DAYS)
        return cls(tuple(start + timedelta(days=number) for number in range(_DAYS)), opened)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def calendar_of(
    shelf: Shelf, full: Sequence[TimeWindow], *, query: dict[str, str], here: str,
    value: Callable[[str], str] = str, now: datetime,
) -> Calendar:  # fmt: skip
    """The week of the day asked for, and that day's windows. `value` makes an id a choice's."""
    free = sorted({each.window.start.date() for each in shelf.choices})
    week = Week.with_day(query.get("day", ""), free, now.date())
    widths = sorted({each.window.minutes for each in shelf.choices}, reverse=True)
    asked = query.get("width", "")
    width = next((each for each in widths if str(each) == asked), _usual(widths))
    fulls = {each.start.date() for each in full}

    def address(day: date, minutes: int = width) -> str:
        return f"{here}?{urlencode({'day': day.isoformat(), 'width': minutes})}"

    before = [each for each in free if each < week.days[0]]
    after = [each for each in free if each > week.days[-1]]
    return Calendar(
        heading=long_day(week.opened, shelf.lang),
        days=tuple(
            _head(shelf, each, address(each), current=each == week.opened, full=each in fulls)
            for each in week.days
        ),
        entries=_entries(shelf, full, week.opened, value),
        widths=width_chips(shelf, widths, width, lambda each: address(week.opened, each)),
        rows=grid_rows(shelf, full, week.days, width, value),
        earlier=address(before[-1]) if before else "",
        later=address(after[0]) if after else "",
    )


def _usual(widths: Sequence[int]) -> int:
    return 120 if 120 in widths or not widths else widths[0]


def _head(shelf: Shelf, on: date, href: str, *, current: bool, full: bool) -> CalendarDay:
    prices = [each.fee or each.price for each in shelf.choices if each.window.start.date() == on]
    written = phrases.day(on, shelf.lang)
    return CalendarDay(
        weekday=weekday(on, shelf.lang),
        number=on.day,
        date=written.partition(" ")[2],
        cheapest=_bare(min(prices), shelf.lang) if prices else "",
        href=href,
        current=current,
        open=bool(prices),
        full=full and not prices,
    )


def _bare(money: Money, lang: str) -> str:
    # Seven prices side by side on a phone: the currency is said once, above.
    return "".join(each for each in phrases.price(money, lang) if each.isdigit() or each in ",.")


def _entries(
    shelf: Shelf, full: Sequence[TimeWindow], on: date, value: Callable[[str], str]
) -> tuple[Entry, ...]:
    free = replace(
        shelf, choices=tuple(each for each in shelf.choices if each.window.start.date() == on)
    )
    found = []
    for choice, card in zip(free.choices, free.cards() if free.choices else (), strict=True):
        hours = phrases.hours(choice.window, shelf.lang)
        bare = replace(card, id=value(card.id), day="", hours=hours, gives=shelf.say("nothing"))
        found.append((_order(choice.window), Entry(hours, bare)))
    for window in full:
        if window.start.date() == on:
            found.append((_order(window), Entry(phrases.hours(window, shelf.lang), None)))
    return tuple(entry for _, entry in sorted(found, key=lambda each: each[0]))


def _order(window: TimeWindow) -> tuple[datetime, int]:
    return window.start, -window.minutes
