"""On which days something is open, works or drives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

#: Nothing is looked for further away: a shop that closes for the winter still has its summer.
HORIZON_DAYS = 400


class NeverOpen(ValueError):
    """A calendar has no open day for more than a year."""


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country, the eves that are kept as such included."""
    import holidays  # here, since importing it takes longer than answering

    return frozenset(holidays.country_holidays(country, years=year))


@lru_cache(maxsize=1)
def countries_with_holidays() -> frozenset[str]:
    """The countries whose public holidays are known, as in ISO 3166."""
    import holidays

    return frozenset(holidays.list_supported_countries())


@dataclass(frozen=True)
class Calendar:
    """Open on these weekdays (Monday is 0), closed on the country's public holidays."""

    weekdays: frozenset[int]
    holidays_of: str | None = None
    #: More closed days, as (month, day).
    also_closed: frozenset[tuple[int, int]] = frozenset()
    #: The shop's own closed dates.
    closed: frozenset[date] = frozenset()
    #: Open whatever the rest says, but for `closed`.
    opened: frozenset[date] = frozenset()

    def is_open(self, on: date) -> bool:
        """Whether it is open that day."""
        if on in self.closed:
            return False
        if on in self.opened:
            return True
        if on.weekday() not in self.weekdays or (on.month, on.day) in self.also_closed:
            return False
        return self.holidays_of is None or on not in public_holidays(self.holidays_of, on.year)

    def first_open(self, on: date) -> date:
        """`on` itself if it is open, else the next day that is. Raises `NeverOpen`."""
        found = next(self.open_days(on), None)
        if found is None:
            raise NeverOpen
        return found

    def open_days(self, start: date) -> Iterator[date]:
        """Open days from `start` on, for somewhat more than a year."""
        return self._walk(start, timedelta(days=1))

    def open_days_back(self, start: date) -> Iterator[date]:
        """Open days from `start` back, for somewhat more than a year."""
        return self._walk(start, timedelta(days=-1))

    def _walk(self, day: date, step: timedelta) -> Iterator[date]:
        for _ in range(HORIZON_DAYS):
            if self.is_open(day):
                yield day
            day += step

    def after(self, day: date, count: int) -> date:
        """The `count`th open day after `day`. Raises `NeverOpen`."""
        days = self.open_days(day + timedelta(days=1))
        found = next((each for number, each in enumerate(days, 1) if number == max(count, 1)), None)
        if found is None:
            raise NeverOpen
        return found
