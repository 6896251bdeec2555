"""Rules for dates: numbers and names of months to the days they name."""

from __future__ import annotations

from datetime import date

from delivery.rules.replies.calendar_days import (
    Days,
    coming,
    full_year,
    later,
    of_month,
    one,
    real,
    several,
    span,
)
from delivery.rules.replies.length_rules import named, number_of
from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values
from delivery.rules.replies.tokens import Written


def _dated(day: int, month: int, year: int | None, setting: Setting) -> date | None:
    if year is not None:
        return real(full_year(year), month, day)
    return coming(day, month, setting.now.date())


def _with_month(some: list[Symbol], setting: Setting) -> Made:
    year = values(some, "Y")
    if year and year[0] < 1000 and getattr(year[0], "width", 4) == 4:  # "1 dec 0710"
        day = _dated(number_of(some), values(some, "Mm")[0], None, setting)
        return [over(some[:-1], "Z", Days((day,))), some[-1]] if day else None
    day = _dated(number_of(some), values(some, "Mm")[0], year[0] if year else None, setting)
    return named(some, one(day))


def _days_of_month(some: list[Symbol], setting: Setting) -> Made:
    first, last = [int(each) for each in values(some, "no")][:2]
    month, year = values(some, "Mm")[0], (values(some, "Y") or [None])[0]
    start, end = (_dated(day, month, year, setting) for day in (first, last))
    if start is None or end is None:
        return None
    return named(some, several(span(start, end), first=start))


def _whole_month(some: list[Symbol], setting: Setting) -> Made:
    month, year = values(some, "Mm")[0], (values(some, "Y") or [None])[0]
    today = setting.now.date()
    if year is None and month == today.month and some[0].code == "m":
        return None
    first = real(year, month, 1) if year else coming(1, month, today)
    last = later(first, months=1, days=-1) if first else None
    return named(some, several(span(first, last), first=first))


def _written(some: list[Symbol], setting: Setting) -> Made:
    kind, numbers = some[0].value
    if kind == "iso":
        return named(some, one(real(*numbers))) or over(some, "#", None)
    day, month = numbers[:2]
    if (setting.month_first and month <= 31 and day <= 12 and kind in ("slash", "dmy")) or (
        month > 12 and day <= 12 and kind != "dotted"
    ):
        day, month = month, day
    year = numbers[2] if len(numbers) > 2 else None
    return named(some, one(_dated(day, month, year, setting))) or over(some, "#", None)


def ordinal(some: list[Symbol], setting: Setting) -> Made:
    if len(some) == 1 and not isinstance(some[0].value, Written):
        return None  # "the third one"
    day = of_month(number_of(some, "no"), setting.now.date())
    return named(some, one(day))


def weekday_and_number(some: list[Symbol], setting: Setting) -> Made:
    """`fri 13`: a date only if that day is such a weekday."""
    day = of_month(number_of(some, "no"), setting.now.date())
    if day is None or day.weekday() != values(some, "W")[0]:
        return None if some[-1].code == "n" else named(some, one(day, sure=False))
    return named(some, one(day))


def weekday_beside(some: list[Symbol], _: Setting) -> Made:
    """A weekday beside its date says nothing new; if they do not agree they are two days."""
    these: Days = values(some, "Z")[0]
    if len(these.days) > 1:
        picked = tuple(day for day in these.days if day.weekday() == values(some, "W")[0])
        return named(some, Days(picked[:1])) if picked else None
    agrees = these.days[0].weekday() == values(some, "W")[0]
    return named(some, these) if agrees else None


def _weekday_decides(some: list[Symbol], setting: Setting) -> Made:
    """Of `friday 7/6` the weekday tells which is the month."""
    number = values(some, "W")[0]
    for month_first in (setting.month_first, not setting.month_first):
        read = _written([each for each in some if each.code == "d"],
                        Setting(setting.now, month_first, setting.daytime))  # fmt: skip
        if isinstance(read, Symbol) and read.code == "Z" and read.value.start.weekday() == number:
            return over(some, "Z", read.value)
    return None


DATES: list[Rule] = [
    rule("W,?d|d,?W")(_weekday_decides),
    rule("d")(_written),
    rule("F?[no][-T/&,][no][Mm],?Y?")(_days_of_month),
    rule("(?<![no])[Mm]F?[no][-T][no](?:,?Y)?")(_days_of_month),
    rule("\\^?[no],?[Mm],?Y?")(_with_month),
    rule("[Mm],?\\^?[no](?:,?Y)?")(_with_month),
    rule("[INv]m|[ISNv]?MY?|mY")(_whole_month),
]
