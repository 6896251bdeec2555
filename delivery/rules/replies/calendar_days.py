"""Days of the calendar as people count them: the coming one, the one after, weeks and spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEK = timedelta(days=7)
#: An open span ("after friday") is followed this far.
HORIZON = 21


@dataclass(frozen=True, slots=True)
class Days:
    """One day or several that would do equally; `first` is where a span begins or is counted from.

    `sure` is False where people mean different days by the same words.
    """

    days: tuple[date, ...]
    sure: bool = True
    first: date | None = None

    @property
    def start(self) -> date:
        return self.first or self.days[0]


@dataclass(frozen=True, slots=True)
class Bound:
    """Days after or before one: "from friday on", "by friday"."""

    named: Days
    after: bool
    inclusive: bool

    def days(self, today: date) -> tuple[date, ...]:
        """Those meant, followed no further than the horizon."""
        if self.after:
            start = self.named.start if self.inclusive else later(self.named.days[-1], days=1)
            return span(start, later(self.named.start, days=HORIZON))
        last = self.named.start if self.inclusive else later(self.named.start, days=-1)
        return span(today, last)

    def turned(self) -> Bound:
        """What is left where these are refused."""
        return Bound(self.named, not self.after, not self.inclusive or not self.after)


def one(day: date | None, *, sure: bool = True) -> Days | None:
    """That day, if the calendar has it."""
    return Days((day,), sure) if day is not None else None


def several(days: Iterable[date], *, sure: bool = True, first: date | None = None) -> Days | None:
    """These days in order, if there are any."""
    known = tuple(days)
    return Days(known, sure, first) if known else None


def real(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(year: int) -> int:
    """`26` as 2026."""
    return year + 2000 if year < 100 else year


def coming(day: int, month: int, today: date) -> date | None:
    """The next such day, today included; a 29 February up to eight years away."""
    found = (real(today.year + n, month, day) for n in range(9))
    return next((each for each in found if each is not None and each >= today), None)


def of_month(day: int, today: date) -> date | None:
    """The next day with this number, today included."""
    for ahead in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found = real(year, month + 1, day)
        if found is not None and found >= today:
            return found
    return None


def later(day: date, *, days: int = 0, months: int = 0) -> date | None:
    """So much later; a day a month does not have becomes its last."""
    try:
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = next(d for d in (31, 30, 29, 28) if real(year, month + 1, d))
        return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
    except (OverflowError, ValueError, StopIteration):
        return None


def monday(day: date) -> date:
    """The first day of its week."""
    return later(day, days=-day.weekday()) or day


def weekday(number: int, today: date) -> date | None:
    """The next one after today."""
    return later(today, days=(number - today.weekday()) % 7 or 7)


def weekday_of_week(number: int, week: date) -> date | None:
    """That weekday in the week of that day."""
    return later(monday(week), days=number)


def week_from(first: date) -> tuple[date, ...]:
    """Seven days."""
    return span(first, later(first, days=6))


def span(first: date | None, last: date | None) -> tuple[date, ...]:
    """Every day from one to the other, at most two months of them."""
    if first is None or last is None:
        return ()
    return tuple(first + timedelta(days=n) for n in range(min((last - first).days, 61) + 1))


def numbered_week(number: int, today: date) -> date | None:
    """Monday of the next ISO week with this number."""
    for year in (today.year, today.year + 1):
        try:
            found = date.fromisocalendar(year, number, 1)
        except ValueError:
            continue
        if found >= monday(today):
            return found
    return None


def moment_after(now: datetime, months: int, days: int, minutes: int) -> datetime | None:
    """The moment so much later, as a clock on the wall counts."""
    day = later(now.date(), days=days, months=months)
    try:
        return datetime.combine(day, now.time()) + timedelta(minutes=minutes) if day else None
    except OverflowError:
        return None
