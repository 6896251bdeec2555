"""Reads the years and dates of an opening-hours rule."""

from __future__ import annotations

import calendar

from delivery.rules.opening_hours.days import Dates, OneDate, Point, Selector, Years
from delivery.rules.opening_hours.tokens import Kind, Tokens

_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_LEAP_YEAR = 2024
#: A date is counted from Easter by days of the same year.
_MOST_DAYS_FROM_EASTER = 366
_MOST_DAYS_FROM_WEEKDAY = 6


def read_years_or_dates(tokens: Tokens) -> tuple[Selector, ...]:
    """`2026`, `2026-2028,2030+`, or dates that begin with their year."""
    if _is_dated(tokens):
        return read_dates(tokens)
    years = [_years(tokens)]
    while tokens.sees(",") and tokens.see(1).kind == Kind.YEAR:
        tokens.take()
        years.append(_years(tokens))
    return tuple(years)


def _is_dated(tokens: Tokens) -> bool:
    after = tokens.see(1)
    return after.kind == Kind.MONTH or after.text == "easter"


def _years(tokens: Tokens) -> Years:
    first = last = _year(tokens)
    is_open = tokens.skip("+")
    if not is_open and tokens.skip("-"):
        last = _year(tokens)
        if last <= first:
            raise ValueError(f"years go forward: {first}-{last}")
    if tokens.skip("/"):
        step = _step(tokens)
        return Years(first, last if last != first else _LAST_YEAR, step)
    return Years(first, _LAST_YEAR if is_open else last)


def _year(tokens: Tokens) -> int:
    year = tokens.take(Kind.YEAR).number
    if year < _FIRST_YEAR:
        raise ValueError(f"no such year: {year:04}")
    return year


def _step(tokens: Tokens) -> int:
    step = tokens.take(Kind.NUMBER).number
    if step < 1:
        raise ValueError("a step must be at least 1")
    return step


def read_dates(tokens: Tokens) -> tuple[Selector, ...]:
    """`Jan-Mar`, `Dec 24-26,31`, `2026 Dec 24-2027 Jan 06`, `easter -2 days`."""
    dates = [_range(tokens, None)]
    while tokens.sees(",") and _is_a_date(tokens):
        tokens.take()
        dates.append(_range(tokens, _month_of(dates[-1])))
    return tuple(dates)


def _is_a_date(tokens: Tokens) -> bool:
    after = tokens.see(1)
    if after.kind == Kind.YEAR:
        return tokens.see(2).kind == Kind.MONTH or tokens.see(2).text == "easter"
    return after.kind in (Kind.MONTH, Kind.NUMBER) or after.text == "easter"


def _month_of(selector: Selector) -> Point:
    if isinstance(selector, OneDate):
        return selector.point
    assert isinstance(selector, Dates)
    return selector.end


def _range(tokens: Tokens, listed_after: Point | None) -> Selector:
    start = _point(tokens, listed_after)
    if not tokens.sees("-") or tokens.see(1).kind not in (
        Kind.NUMBER, Kind.YEAR, Kind.MONTH, Kind.WORD
    ):  # fmt: skip
        return _alone(start)
    tokens.take()
    end = _point(tokens, start, ends=True)
    if (start.year is None) != (end.year is None) and 0 in (start.month, end.month):
        raise ValueError("a range about Easter needs its year at both ends or at none")
    if start.year and end.year and end.last_in(end.year) < start.first_in(start.year):
        raise ValueError("a range of dates ends before it starts")
    step = _step(tokens) if tokens.skip("/") else 1
    return Dates(start, end, step)


def _alone(point: Point) -> Selector:
    whole_month = point.month and point.day is None and point.weekday is None
    return Dates(point, point) if whole_month else OneDate(point)


def _point(tokens: Tokens, earlier: Point | None, *, ends: bool = False) -> Point:
    if earlier is not None and tokens.see().kind == Kind.NUMBER:
        if earlier.month == 0 or (ends and earlier.day is None):
            raise ValueError(f"the month is missing before {tokens.rest()!r}")
        day = _day_of(tokens, earlier.month)
        if ends and day < (earlier.day or 1):
            raise ValueError(f"days go forward: {earlier.day}-{day}")
        return Point(earlier.month, day, earlier.year)
    year = _year(tokens) if tokens.see().kind == Kind.YEAR else None
    if tokens.skip("easter"):
        return Point(0, None, year, days_later=days_later(tokens, _MOST_DAYS_FROM_EASTER))
    month = tokens.take(Kind.MONTH).number
    if tokens.see().kind == Kind.NUMBER and not _are_hours(tokens):
        return Point(month, _day_of(tokens, month), year)
    if tokens.see().kind == Kind.DAY and tokens.sees("[", 1):
        return _weekday_of(tokens, month, year)
    return Point(month, None, year)


def _are_hours(tokens: Tokens) -> bool:
    """Whether `00-24` follows, which no days of a month can be."""
    return not tokens.see().number and tokens.sees("-", 1) and tokens.see(2).kind == Kind.NUMBER


def _weekday_of(tokens: Tokens, month: int, year: int | None) -> Point:
    closes = 4 if tokens.sees("-", 2) else 3
    if not tokens.sees("]", closes):
        # Several such weekdays of the month are weekdays, not a date.
        return Point(month, None, year)
    weekday = tokens.take().number
    tokens.take()
    nth = nth_of(tokens)
    tokens.take()
    later = days_later(tokens, _MOST_DAYS_FROM_WEEKDAY)
    return Point(month, None, year, weekday, nth, later)


def nth_of(tokens: Tokens) -> int:
    """1 to 5 from the start of a month, -1 to -5 from its end."""
    back = tokens.skip("-")
    nth = tokens.take(Kind.NUMBER).number
    if not 1 <= nth <= 5:
        raise ValueError(f"no month has a weekday number {nth}")
    return -nth if back else nth


def days_later(tokens: Tokens, most: int) -> int:
    """`+1 day`, `-2 days`; 0 when nothing of the kind follows."""
    if not (tokens.sees("+") or tokens.sees("-")) or not tokens.sees("days", 2):
        return 0
    sign = 1 if tokens.take().text == "+" else -1
    count = tokens.take(Kind.NUMBER).number
    tokens.take()
    if count > most:
        raise ValueError(f"at most {most} days away, not {count}")
    return sign * count


def _day_of(tokens: Tokens, month: int) -> int:
    day = tokens.take(Kind.NUMBER).number
    if not 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]:
        raise ValueError(f"no month {month} has a day {day}")
    return day
