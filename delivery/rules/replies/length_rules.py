"""Rules for lengths of time: from `in two weeks` and `2-3 päivän päästä` to days."""

from __future__ import annotations

from delivery.rules.replies.calendar_days import (
    Days,
    coming,
    later,
    moment_after,
    one,
    several,
    span,
)
from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values

#: Months, days and minutes of each.
UNITS = {
    "minute": (0, 0, 1), "hour": (0, 0, 60), "day": (0, 1, 0), "week": (0, 7, 0),
    "month": (1, 0, 0), "year": (12, 0, 0),
}  # fmt: skip


def named(some: list[Symbol], days: Days | None) -> Made:
    return over(some, "Z", days) if days else None


def number_of(some: list[Symbol], codes: str = "noi") -> int:
    return int(values(some, codes)[0])


def _length(some: list[Symbol], _: Setting) -> Made:
    return over(some, "D", _long(some))


def _long(some: list[Symbol]) -> tuple[int, int, int]:
    months, days, minutes = UNITS[values(some, "U")[0]]
    by = number_of(some) if values(some, "noi") else 1
    return months * by, days * by, minutes * by


def _sum(some: list[Symbol], _: Setting) -> Made:
    return over(some, "D", tuple(map(sum, zip(*values(some, "D"), strict=True))))


def _and_half(some: list[Symbol], _: Setting) -> Made:
    """`kahden ja puolen tunnin`."""
    half = values(some, "D")[0]
    return over(some, "D", (0, 0, 60 * number_of(some) + 30)) if half == (0, 0, 30) else None


def _decimal(some: list[Symbol], _: Setting) -> Made:
    """`2,5 hours`; a fraction of a day or a week says no day."""
    whole, part = some[0].value
    if some[1].value != "hour":
        return None
    return over(some, "D", (0, 0, 60 * int(whole) + 6 * int(part)))


def _either(some: list[Symbol], _: Setting) -> Made:
    """`2-3 days`; of hours only the longer counts."""
    if some[-1].value in ("minute", "hour"):
        return over(some, "D", _long([some[-2], some[-1]]))
    return over(some, "q", (*values(some, "n"), some[-1].value))


def ahead(some: list[Symbol], setting: Setting) -> Made:
    """So long from now: a day, and a moment where hours or minutes were counted."""
    months, days, minutes = length_of(some)
    then = moment_after(setting.now, months, days, minutes)
    if then is None:
        return None
    day = over(some, "Z", Days((then.date(),)))
    if not minutes:
        return day
    return day, over(some, "c", (then.hour * 60 + then.minute, False))


def length_of(some: list[Symbol]) -> tuple[int, int, int]:
    """Of a length, or of a unit alone (`viikon päästä`)."""
    known: list[tuple[int, int, int]] = values(some, "D")
    return known[0] if known else _long(some)


def after_day(some: list[Symbol], _: Setting) -> Made:
    (months, days, minutes), anchor = length_of(some), values(some, "Z")[0]
    if minutes:
        return None
    if any(each.code == ">" and each.value for each in some):
        last = later(anchor.start, days=max(days - 1, 0), months=months)
        return named(some, several(span(anchor.start, last), first=anchor.start))
    return named(some, one(later(anchor.start, days=days, months=months), sure=anchor.sure))


def past(some: list[Symbol], setting: Setting) -> Made:
    """No delivery is wished for what is over; a reader of dates names the day."""
    if some[0].code == "j" and some[0].value:
        return some[1]  # "then in two days"
    if not setting.daytime and some[-1].code == "j" and some[0].code in "DU":
        months, days, minutes = length_of(some)
        day = later(setting.now.date(), days=-days, months=-months) if not minutes else None
        return named(some, one(day)) or over(some, ".", None)
    if not setting.daytime and [each.code for each in some] == ["L", "W"]:
        today = setting.now.date()
        return named(some, one(later(today, days=-((today.weekday() - some[1].value) % 7 or 7))))
    return over(some, ".", None)


def _last_of_month(some: list[Symbol], setting: Setting) -> Made:
    """`the last day of march`, `sista mars`, `the last monday in march`, `the first friday of`."""
    first = coming(1, values(some, "Mm")[0], setting.now.date().replace(day=1))
    last = later(first, months=1, days=-1) if first else None
    if first is None or last is None:
        return None
    weekdays = values(some, "W")
    if some[0].code == "o":
        number = int(some[0].value)
        ahead_of = (weekdays[0] - first.weekday()) % 7
        return named(some, one(later(first, days=7 * (number - 1) + ahead_of)))
    if weekdays:
        return named(some, one(later(last, days=-((last.weekday() - weekdays[0]) % 7))))
    if not any(each.value in ("day", "final") for each in some):
        return None
    return named(some, one(last))


def _end_of_month(some: list[Symbol], setting: Setting) -> Made:
    """`end of the month`: its last ten days."""
    if some[-1].value != "month":
        return None
    first = later(setting.now.date().replace(day=1), months=1)
    days = span(setting.now.date(), later(first, days=-1)) if first else ()
    return named(some, several(days[-10:]))


def next_length(some: list[Symbol], setting: Setting) -> Made:
    months, days, minutes = length_of(some)
    today = setting.now.date()
    if minutes:
        return ahead(some, setting)
    last = later(today, days=days, months=months)
    return named(some, several(span(later(today, days=1), last), first=later(today, days=1)))


def _dotted_day(some: list[Symbol], _: Setting) -> Made:
    """`14. päivä` is a day of the month."""
    if getattr(some[0].value, "dotted", False) and some[1].value == "day":
        return over(some[:1], "o", some[0].value), some[1]
    return None


NO_TIMES: list[Rule] = [
    rule("s[SL]?[,.]?[WrRMnctdxo]+P?")(past),
    rule("C(?:\\.|[K^;,]{1,2})?[nxdtoY]")(lambda some, _: over(some, "#", None)),
    rule("#?[noY]\\.?g")(lambda some, _: over(some, "#", None)),
]
LENGTHS: list[Rule] = [
    rule("ΔU")(_decimal),
    rule("n&D(?!U)")(_and_half),
    rule("nU")(_dotted_day),
    rule("n[-T/]nU")(_either),
    rule("[ni]U")(_length),
    rule("iD")(lambda some, _: over(some, "D", some[1].value)),
    rule("D(?:[&,]?D)+")(_sum),
    rule("LU[Iv]?[Mm]|[Mm]LU|L[Iv]?[Mm]|LW[Iv]?[Mm]|oW[Iv]?[Mm]")(_last_of_month),
    rule("e[Iv]?U")(_end_of_month),
    rule("[DU]j|[Uj]+j|L[UWEPM]|jD")(past),
]
