"""On which days something is open, works or drives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

#: A calendar that is closed longer than this is a mistake, not a holiday.
LONGEST_CLOSED_DAYS = 60


class NeverOpen(ValueError):
    """A calendar has no open day within two months."""


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country, the eves that are kept as such included."""
    import holidays  # here, since importing it takes longer than answering

    return frozenset(holidays.country_holidays(country, years=year))


@dataclass(frozen=True)
class Calendar:
    """Open on these weekdays (Monday is 0), closed on the country's public holidays."""

    weekdays: frozenset[int]
    holidays_of: str | None = None
    #: More closed days, as (month, day).
    also_closed: frozenset[tuple[int, int]] = frozenset()

    def is_open(self, on: date) -> bool:
        if on.weekday() not in self.weekdays or (on.month, on.day) in self.also_closed:
            return False
        return self.holidays_of is None or on not in public_holidays(self.holidays_of, on.year)

    def first_open(self, on: date) -> date:
        """`on` itself if it is open, else the next day that is."""
        return next(self.open_days(on))

    def open_days(self, start: date) -> Iterator[date]:
        """Open days from `start` on, without end."""
        return self._walk(start, timedelta(days=1))

    def open_days_back(self, start: date) -> Iterator[date]:
        """Open days from `start` back, without end."""
        return self._walk(start, timedelta(days=-1))

    def _walk(self, day: date, step: timedelta) -> Iterator[date]:
        closed = 0
        while closed <= LONGEST_CLOSED_DAYS:
            if self.is_open(day):
                closed = 0
                yield day
            else:
                closed += 1
            day += step
        raise NeverOpen

    def after(self, day: date, count: int) -> date:
        """The `count`th open day after `day`."""
        days = self.open_days(day + timedelta(days=1))
        return next(each for number, each in enumerate(days, 1) if number == max(count, 1))
