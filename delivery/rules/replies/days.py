"""The days a clause names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from delivery.rules.replies.lexicon import Lexicon, number

_ISO = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_DOTTED = re.compile(r"(?<![0-9.:])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})?(?![0-9])")
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{2,4}))?(?![0-9/])")
# `18.3` may be a day, `18.30` an hour.
_SHORT = re.compile(r"(?<![0-9.:-])([0-9]{1,2})\.([0-9]{1,2})(?![0-9:]|\.[0-9]|-[0-9])")
_WEEK = timedelta(days=7)
#: A bare `17.10` further away than this is an hour, not a day.
_SOON = timedelta(days=60)


@dataclass
class NamedDays:
    """What was found, and the clause without it."""

    rest: str
    days: list[date] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    sure: bool = True

    def take(self, found: re.Match[str], *days: date | None) -> None:
        self.rest = self.rest[: found.start()] + " , " + self.rest[found.end() :]
        known = [each for each in days if each is not None]
        self.days += [each for each in known if each not in self.days]
        if known:
            said = " or ".join(f"{each.day} {each:%B}" for each in known)
            self.because.append(f"{found.group().strip()} = {said}")


def named_days(clause: str, lexicon: Lexicon, today: date, *, month_first: bool) -> NamedDays:
    """Every day in it, by number or by word."""
    named = NamedDays(clause)
    _numbered(named, today, month_first)
    _with_months(named, lexicon, today)
    _spans(named, lexicon, today)
    for ahead in (2, 1, 0):
        _each(named, lexicon.days[f"day{ahead}"], today + timedelta(days=ahead))
    _weekdays(named, lexicon, today)
    for found in _all(named, lexicon.days["ordinal"]):
        named.take(found, _of_month(int(next(filter(None, found.groups()))), today))
    return named


def _all(named: NamedDays, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Its matches, last first, so that taking one leaves the places of the others."""
    return list(pattern.finditer(named.rest))[::-1]


def _each(named: NamedDays, pattern: re.Pattern[str], day: date) -> None:
    for found in _all(named, pattern):
        named.take(found, day)


def _numbered(named: NamedDays, today: date, month_first: bool) -> None:
    for found in _all(named, _ISO):
        named.take(found, _real(int(found[1]), int(found[2]), int(found[3])))
    for found in _all(named, _DOTTED):
        named.take(found, _coming(int(found[1]), int(found[2]), found[3], today))
    for found in _all(named, _SLASHED):
        one, two = int(found[1]), int(found[2])
        day, month = (two, one) if month_first or two > 12 else (one, two)
        named.take(found, _coming(day, month, found[3], today))
    for found in _all(named, _SHORT):
        day_of = _coming(int(found[1]), int(found[2]), None, today)
        hour_like = len(found[2]) == 2 and int(found[1]) < 24 and int(found[2]) < 60
        if day_of and (not hour_like or day_of - today <= _SOON):
            named.take(found, day_of)


def _with_months(named: NamedDays, lexicon: Lexicon, today: date) -> None:
    for pattern, month in lexicon.month_dates:
        for found in _all(named, pattern):
            named.take(found, _coming(int(found["d"]), month, None, today))


def _spans(named: NamedDays, lexicon: Lexicon, today: date) -> None:
    for found in _all(named, lexicon.days["in_days"]):
        ahead = number(next(group for group in found.groups() if group), lexicon)
        named.take(found, today + timedelta(days=ahead))
    monday = today - timedelta(days=today.weekday())
    for found in _all(named, lexicon.days["next_week"]):
        named.take(found, *(monday + _WEEK + timedelta(days=n) for n in range(7)))
    for found in _all(named, lexicon.days["weekend"]):
        named.take(found, *(monday + timedelta(days=n) for n in (5, 6)))


def _weekdays(named: NamedDays, lexicon: Lexicon, today: date) -> None:
    for weekday, pattern in enumerate(lexicon.weekdays):
        for found in _all(named, pattern):
            ahead = (weekday - today.weekday()) % 7
            coming = today + timedelta(days=ahead or 7)
            before = named.rest[: found.start()].rstrip()
            is_next = any(
                each.end() == len(before) for each in lexicon.days["next"].finditer(before)
            )
            if ahead == 0 and coming not in named.days:
                named.sure = False  # today or in a week?
            if is_next and ahead and today.weekday() + ahead < 7:
                named.take(found, coming, coming + _WEEK)  # people mean either
            else:
                named.take(found, coming)


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        full = int(year) + 2000 if len(year) == 2 else int(year)
        return _real(full, month, day)
    this_year = _real(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    return _real(today.year + 1, month, day)


def _of_month(day: int, today: date) -> date | None:
    this = _real(today.year, today.month, day)
    if this is not None and this >= today:
        return this
    year, month = divmod(today.year * 12 + today.month, 12)
    return _real(year, month + 1, day)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
