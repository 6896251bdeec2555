"""Working time as a carrier keeps it, learnt from when its parcels arrived.

On its clock a Sunday without deliveries takes no time, nor does a night or a public holiday; a
full working day is one. Moments are days since 1970-01-01 on the clock on the wall, as floats.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)
_THURSDAY = 3  # what the first day of 1970 was, Monday being 0
_HOURS = np.arange(25.0)
#: Under so many arrivals a week of Monday to Friday is assumed.
_FEWEST = 30
#: What passes of a working day while nothing is delivered: moments stay in order.
_STILL = 0.004
#: A weekday with this share of the busiest five has a full day's work.
_FULL = 0.55
#: So many closed days tell a country.
_FEWEST_HOLIDAYS = 3
#: A day counts as closed if it should have had so many arrivals and had a tenth of them.
_EXPECTED = 8.0
_MOST_OF_EXPECTED = 0.1


class PlainClock:
    """Time as it passes for everybody: what suits those who deliver within hours, every day."""

    def at(self, moments: Floats) -> Floats:
        """The days that have passed."""
        return moments

    def moments(self, worked: Floats) -> Floats:
        """When so many days have passed."""
        return worked

    def soonest(self, shipped: Floats) -> Floats:
        """Before which nothing shipped then is promised."""
        return shipped


class WorkingClock:
    """Working time between any two moments from `first` to `last` day, and back to moments."""

    def __init__(self, arrived: Floats, now: float, first: int, last: int) -> None:
        self._first = first
        self._work = _week_of(arrived)[weekday(np.arange(first, last + 1))]
        closed = closed_days(arrived, now, last)
        shut = np.array([each for each in closed if first <= each <= last], dtype=np.int64)
        self._work[shut - first] = _STILL
        self._before = np.concatenate([[0.0], np.cumsum(self._work)])
        self._passed = _day_of(arrived)

    def at(self, moments: Floats) -> Floats:
        """The working days that have passed since the first day, up to the next full hour."""
        moments = full_hour(moments)
        days = np.floor(moments)
        place = np.clip(days.astype(np.int64) - self._first, 0, len(self._work) - 1)
        part: Floats = np.interp((moments - days) * 24, _HOURS, self._passed)
        return self._before[place] + self._work[place] * part

    def moments(self, worked: Floats) -> Floats:
        """The first full hours at which so many working days have passed."""
        place = np.searchsorted(self._before, worked - 1e-9, "left") - 1
        place = np.clip(place, 0, len(self._work) - 1)
        part = np.clip((worked - self._before[place]) / self._work[place], 0, 1)
        hours: Floats = np.ceil(np.interp(part, self._passed, _HOURS) - 1e-6)
        return self._first + place + hours / 24

    def soonest(self, shipped: Floats) -> Floats:
        """Before which nothing shipped then is promised: an hour later."""
        return full_hour(shipped + 1 / 24)


def weekday(days: Ints) -> Ints:
    """Monday is 0."""
    return (days + _THURSDAY) % 7


def full_hour(moments: Floats) -> Floats:
    """The moment itself if it is a full hour, else the next one."""
    hours: Floats = np.ceil(moments * 24 - 1e-6)
    return hours / 24


def _week_of(arrived: Floats) -> Floats:
    """How much of a working day each weekday is."""
    if len(arrived) < _FEWEST:
        return np.array([1, 1, 1, 1, 1, _STILL, _STILL])
    days = np.floor(arrived).astype(np.int64)
    span = weekday(np.arange(days.min(), days.max() + 1))
    often = np.bincount(weekday(days), minlength=7) / np.maximum(np.bincount(span, minlength=7), 1)
    share: Floats = np.clip(often / np.sort(often)[-5:].mean(), _STILL, 1.0)
    return np.where(share > _FULL, 1.0, share)


def _day_of(arrived: Floats) -> Floats:
    """How much of a day's work is done at each full hour."""
    hours = np.rint((full_hour(arrived) - np.floor(arrived)) * 24).astype(np.int64)
    counts = np.bincount(np.clip(hours, 1, 24), minlength=25)[1:]
    # A little everywhere, so that no hour takes no time at all.
    shares = counts + _STILL / 2 * len(arrived) / 24 + 0.02
    return np.concatenate([[0.0], np.cumsum(shares) / shares.sum()])


def closed_days(arrived: Floats, now: float, until: int) -> frozenset[int]:
    """The public holidays until `until`, of the country on whose holidays nothing arrived so far.

    None where no country fits, or too few are known yet.
    """
    past, seen = _closed_before(arrived, now)
    if len(past) < _FEWEST_HOLIDAYS:
        return frozenset()
    years = _date(min(seen)).year, _date(until).year
    country = _country_of(past, seen, years)
    return _holidays_of(country, years) if country else frozenset()


def _closed_before(arrived: Floats, now: float) -> tuple[frozenset[int], frozenset[int]]:
    """Days before `now` with hardly an arrival, and all on which that would have been seen."""
    nothing: frozenset[int] = frozenset()
    days = np.floor(arrived[arrived < np.floor(now)]).astype(np.int64)
    if len(days) < _FEWEST:
        return nothing, nothing
    first = int(days.min())
    counts = np.bincount(days - first).astype(float)
    weeks = len(counts) // 7
    if weeks < 3:
        return nothing, nothing
    table = counts[: weeks * 7].reshape(weeks, 7)
    around = np.stack([np.roll(table, shift, axis=0) for shift in (-2, -1, 1, 2)])
    expected = np.median(around, axis=0).ravel()
    seen = expected >= _EXPECTED
    shut = seen & (table.ravel() <= _MOST_OF_EXPECTED * expected)
    return (
        frozenset((first + np.flatnonzero(shut)).tolist()),
        frozenset((first + np.flatnonzero(seen)).tolist()),
    )


@lru_cache(maxsize=64)
def _country_of(closed: frozenset[int], seen: frozenset[int], years: tuple[int, int]) -> str | None:
    """The country whose holidays these closed days are; None unless one fits well."""
    from delivery.rules.calendars import countries_with_holidays

    best, most = None, 0
    for country in sorted(countries_with_holidays()):
        known = _holidays_of(country, years)
        right = len(known & closed)
        if right > most:
            score = right - 2 * len(known & seen - closed)
            if score > most:
                best, most = country, score
    return best if most >= max(_FEWEST_HOLIDAYS, 0.6 * len(closed)) else None


@lru_cache(maxsize=512)
def _holidays_of(country: str, years: tuple[int, int]) -> frozenset[int]:
    import holidays  # here, since importing it takes longer than learning

    known = holidays.country_holidays(country, years=range(years[0], years[1] + 1))
    return frozenset((each - _EPOCH).days for each in known)


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)
