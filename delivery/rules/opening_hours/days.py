"""The days that an opening-hours rule speaks of: years, dates, weeks, weekdays, holidays."""

from __future__ import annotations

import calendar
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from delivery.rules.calendars import public_holidays

#: Weeks 1 to 53 count as ISO 8601 says.
LAST_WEEK = 53


@dataclass(frozen=True)
class Years:
    """`2026`, `2026-2028`, `2026+`, `2020-2030/2`."""

    first: int
    last: int
    step: int = 1

    def has(self, day: date) -> bool:
        """Whether the day lies in one of these years."""
        return self.first <= day.year <= self.last and not (day.year - self.first) % self.step


@dataclass(frozen=True)
class Weeks:
    """`week 10`, `week 10-20`, `week 02-52/2`."""

    first: int
    last: int
    step: int = 1

    def has(self, day: date) -> bool:
        """Whether the day lies in one of these ISO weeks."""
        week = day.isocalendar().week
        return self.first <= week <= self.last and not (week - self.first) % self.step


@dataclass(frozen=True)
class Point:
    """One day of a year: `Dec 24`, `Nov Th[4]`, `easter -2 days`; a whole month has no day."""

    month: int = 0  # 0 is Easter Sunday
    day: int | None = None
    year: int | None = None
    weekday: int | None = None
    nth: int = 0
    days_later: int = 0

    def first_in(self, year: int) -> date:
        """The day it begins in that year; 29 February is 1 March where there is none."""
        return self._base(year, 1) + timedelta(days=self.days_later)

    def last_in(self, year: int) -> date:
        """The day it ends in that year; 29 February is 28 February where there is none."""
        return self._base(year, 31) + timedelta(days=self.days_later)

    def _base(self, year: int, without_day: int) -> date:
        if self.month == 0:
            return easter(year)
        if self.weekday is not None:
            return nth_weekday(year, self.month, self.weekday, self.nth)
        longest = calendar.monthrange(year, self.month)[1]
        day = without_day if self.day is None else self.day
        if day <= longest:
            return date(year, self.month, day)
        if without_day == 1:
            return date(year, self.month, longest) + timedelta(days=1)
        return date(year, self.month, longest)


@dataclass(frozen=True)
class Dates:
    """From one day of the year to another, over New Year if need be; every `step`th day."""

    start: Point
    end: Point
    step: int = 1

    def has(self, day: date) -> bool:
        """Whether the day lies in the range, the last day of a range up to Easter left out."""
        years = [self.start.year] if self.start.year else [day.year - 1, day.year]
        return any(self._has(day, year) for year in years)

    def _has(self, day: date, year: int) -> bool:
        first, last = self.start.first_in(year), self._last_in(self.end.year or year)
        if last < first and not self.end.year:
            if not self.start.month and self._goes_forward(day.year):
                return False  # Around Easter it is this year's order of days that counts.
            last = self._last_in(year + 1)
        return first <= day <= last and not (day - first).days % self.step

    def _goes_forward(self, year: int) -> bool:
        return self.start.first_in(year) <= self._last_in(year)

    def _last_in(self, year: int) -> date:
        # opening_hours.js, whose reading of OSM is the one in use, stops on the day before Easter.
        return self.end.last_in(year) - timedelta(days=not self.end.month)


@dataclass(frozen=True)
class OneDate:
    """`2026 Dec 24`, `Feb 29`: that day and, where it does not exist, none."""

    point: Point

    def has(self, day: date) -> bool:
        """Whether it is that day."""
        at, later = self.point, timedelta(days=self.point.days_later)
        if at.year and abs((day - later).year - at.year) > 1:
            return False
        if at.day is not None and not later:
            return (at.month, at.day) == (day.month, day.day) and at.year in (None, day.year)
        years = [at.year] if at.year else [day.year - 1, day.year, day.year + 1]
        return any(at.first_in(year) == day for year in years)


@dataclass(frozen=True)
class Weekdays:
    """`Mo-Fr`, `Su[1]`, `Sa[-1] +3 days`."""

    days: frozenset[int]
    nths: frozenset[int] = frozenset()
    days_later: int = 0

    def has(self, day: date) -> bool:
        """Whether it is one of these weekdays, and one of these of its month."""
        base = day - timedelta(days=self.days_later)
        if base.weekday() not in self.days:
            return False
        if not self.nths:
            return True
        longest = calendar.monthrange(base.year, base.month)[1]
        from_start, from_end = (base.day - 1) // 7 + 1, -((longest - base.day) // 7 + 1)
        return from_start in self.nths or from_end in self.nths


@dataclass(frozen=True)
class PublicHolidays:
    """`PH`, `PH -1 day`: the same days on which the country's services rest."""

    country: str
    days_later: int = 0

    def has(self, day: date) -> bool:
        """Whether that day, or the one it is counted from, is a public holiday."""
        base = day - timedelta(days=self.days_later)
        return base in holidays_of(self.country, base.year)


Selector = Years | Weeks | Dates | OneDate | Weekdays | PublicHolidays


def holidays_of(country: str, year: int) -> Container[date]:
    """The calendar's public holidays; raises `ValueError` for a country that is not known."""
    try:
        return public_holidays(country, year)
    except NotImplementedError:
        raise ValueError(f"the public holidays (PH) of {country!r} are not known") from None


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday of the Western churches (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    r = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * r) // 433
    month = (h + r - 7 * m + 90) // 25
    return date(year, month, (h + r - 7 * m + 33 * month + 19) % 32)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The first (1) to fifth, or last (-1), such weekday; a fifth that is not is in the next."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))
