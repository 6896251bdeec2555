"""Every time as seven days and the windows of one of them; full ones stay in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow
from delivery.web.views import OptionCard, long_day, weekday
from delivery.web.views_options import Shelf

_DAYS = 7


@dataclass(frozen=True)
class CalendarDay:
    weekday: str
    number: int
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


def calendar_of(
    shelf: Shelf, full: Sequence[TimeWindow], *, chosen_day: str, chosen: str = "",
    address: Callable[[date], str], now: datetime,
) -> Calendar:  # fmt: skip
    """The week that begins with the first free day, and the windows of the day that is open."""
    free = sorted({each.window.start.date() for each in shelf.choices})
    first = free[0] if free else now.date()
    week = [first + timedelta(days=number) for number in range(_DAYS)]
    later = [each for each in free if each > week[-1]]
    opened = _day(chosen_day, [*week, *later]) or first
    if opened not in week:
        week = [opened - timedelta(days=_DAYS - 1 - number) for number in range(_DAYS)]
    fulls = {each.start.date() for each in full}
    return Calendar(
        heading=long_day(opened, shelf.lang),
        days=tuple(
            _head(shelf, each, address(each), current=each == opened, full=each in fulls)
            for each in week
        ),
        entries=_entries(shelf, full, opened, chosen),
    )


def _day(text: str, known: Sequence[date]) -> date | None:
    return next((each for each in known if each.isoformat() == text), None)


def _head(shelf: Shelf, on: date, href: str, *, current: bool, full: bool) -> CalendarDay:
    prices = [each.fee or each.price for each in shelf.choices if each.window.start.date() == on]
    return CalendarDay(
        weekday=weekday(on, shelf.lang),
        number=on.day,
        cheapest=_bare(min(prices), shelf.lang) if prices else "",
        href=href,
        current=current,
        open=bool(prices),
        full=full and not prices,
    )


def _bare(money: Money, lang: str) -> str:
    # Seven prices side by side on a phone: the currency is said once, below.
    return "".join(each for each in phrases.price(money, lang) if each.isdigit() or each in ",.")


def _entries(shelf: Shelf, full: Sequence[TimeWindow], on: date, chosen: str) -> tuple[Entry, ...]:
    free = replace(
        shelf, choices=tuple(each for each in shelf.choices if each.window.start.date() == on)
    )
    found = []
    for choice, card in zip(free.choices, free.cards(chosen) if free.choices else (), strict=True):
        hours = phrases.hours(choice.window, shelf.lang)
        bare = replace(card, day="", hours=hours, gives=shelf.say("nothing"))
        found.append((_order(choice.window), Entry(hours, bare)))
    for window in full:
        if window.start.date() == on:
            found.append((_order(window), Entry(phrases.hours(window, shelf.lang), None)))
    return tuple(entry for _, entry in sorted(found, key=lambda each: each[0]))


def _order(window: TimeWindow) -> tuple[datetime, int]:
    return window.start, -window.minutes
