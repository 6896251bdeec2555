"""Rules for hours: from numbers and words to moments of a day."""

from __future__ import annotations

from delivery.rules.replies.calendar_days import Days, coming
from delivery.rules.replies.hours import Clock
from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values
from delivery.rules.replies.tokens import Written

#: A bare `17.10` further away than this is an hour, not a day.
_SOON_DAYS = 60


def _clock(hour: int, minute: int = 0, *, width: int = 1) -> Clock | None:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return hour * 60 + minute, 1 <= hour <= 12 and not (width == 2 and hour < 10)


def as_clock(each: Symbol) -> Clock | None:
    if each.code == "c":
        return each.value  # type: ignore[no-any-return]
    if each.code == "Y":
        hour, minute = divmod(int(each.value), 100)
        return _clock(hour, minute, width=2)
    return _clock(int(each.value), width=getattr(each.value, "width", 1))


def _c(some: list[Symbol], clock: Clock | None) -> Made:
    return over(some, "c", clock) if clock else None


# -- written with a dot or a colon -------------------------------------------------------------


def _colon(some: list[Symbol], _: Setting) -> Made:
    hour, minute = some[0].value[1][:2]
    return _c(some, _clock(hour, minute, width=hour.width)) or over(some, "#", None)


def _dotted_hour(some: list[Symbol], _: Setting) -> Made:
    """A dotted number where an hour must stand: `klo 18.30`, `8.30pm`, `17.05-18.15`."""
    made = []
    for each in some:
        if each.code != "x":
            made.append(each)
            continue
        hour, minute = each.value[1]
        clock = _clock(hour, minute, width=hour.width)
        if clock is None or (minute.width == 1 and minute):
            return None
        made.append(over([each], "c", clock))
    return made


def _measure(some: list[Symbol], _: Setting) -> Made:
    """`2.20 wide` is no hour."""
    return (
        over(some, "#", None) if some[0].value[0] == "dotted" and some[0].value[1][0] < 7 else None
    )


def _dotted_range(some: list[Symbol], setting: Setting) -> Made:
    """`17.05-18.15` is hours, `13.12-17.12` days."""
    both = [each.value[1] for each in some if each.code == "x"]
    like_days = [1 <= m <= 12 and 1 <= d <= 31 and m % 5 for d, m in both]
    if all(like_days):
        return [_dotted([e], setting) if e.code == "x" else e for e in some]  # type: ignore[misc]
    return _dotted_hour(some, setting)


def _dotted(some: list[Symbol], setting: Setting) -> Made:
    """`18.3.` is a day, `18.30` an hour; between them what is near in time is a day."""
    kind, (first, last) = some[0].value
    day = coming(int(first), int(last), setting.now.date()) if 1 <= last <= 12 else None
    clock = _clock(first, last, width=first.width) if last.width == 2 else None
    if day and (kind == "day" or clock is None or last % 5
                or (day - setting.now.date()).days <= _SOON_DAYS):  # fmt: skip
        return over(some, "Z", Days((day,)))
    return _c(some, clock) or over(some, "#", None)


WRITTEN: list[Rule] = [
    rule("t")(_colon),
    rule("[KBFu<>]x|x[aO]")(_dotted_hour),
    rule("(?<![-K])x(?=\\.)")(_measure),
    rule("x[-T]x")(_dotted_range),
    rule("[cn][-T]x|x[-T][cn]")(_dotted_hour),
    rule("x")(_dotted),
]


# -- in words ----------------------------------------------------------------------------------


def _half_known(some: list[Symbol], _: Setting) -> Made:
    """`5 pm`, `4 25 pm`."""
    numbers = [each for each in some if each.code in "nc"]
    clock = as_clock(numbers[0])
    if clock is None or (len(numbers) > 1 and not 0 <= numbers[1].value <= 59):
        return None
    minutes = clock[0] + (int(numbers[1].value) if len(numbers) > 1 else 0)
    hour, minute = divmod(minutes, 60)
    if hour > 12:
        return over(some, "c", (minutes, False))
    return over(some, "c", (hour % 12 * 60 + minute + 720 * (some[-1].value == "p"), False))


def _half_past(some: list[Symbol], _: Setting) -> Made:
    clock = _hour_in(some)
    return over(some, "c", (clock[0] + 30, clock[1])) if clock else None


def _half_to(some: list[Symbol], _: Setting) -> Made:
    clock = _hour_in(some)
    if clock is None:
        return None
    return over(some, "c", ((clock[0] - 30) % 720 if clock[1] else clock[0] - 30, clock[1]))


def _hour_in(some: list[Symbol]) -> Clock | None:
    """Of the last number or clock among them, an hour from 1."""
    clock = as_clock([each for each in some if each.code in "nc"][-1])
    return clock if clock and clock[0] >= 30 else None


def _minutes(each: Symbol) -> int | None:
    if each.code == "D":
        months, days, minutes = each.value
        return None if months or days or minutes > 59 else minutes
    return int(each.value) if 0 < int(each.value) < 60 else None


def _past_hour(some: list[Symbol], _: Setting) -> Made:
    return _shifted(some, some[0], some[-1], 1)


def _told_by_clock(some: list[Symbol], setting: Setting) -> bool:
    """Whether "ten to twelve" is a moment; who waits for a van means both hours, unless "at"."""
    minutes = values(some, "nQD")[0]
    return (
        some[0].code == "K"
        or bool(values(some, "QD"))
        or (not setting.daytime and not (isinstance(minutes, int) and minutes % 5))
    )


def _to_hour(some: list[Symbol], setting: Setting) -> Made:
    """`quarter to five`; of `5 to 7` in digits a span is made elsewhere."""
    to = next((each for each in some if each.code == "T"), None)
    if to is not None and (
        to.value is None or isinstance(some[0].value, Written) or not _told_by_clock(some, setting)
    ):
        return None
    minutes = next(each for each in some if each.code in "nQD")
    return _shifted(some, minutes, some[-1], -1)


def _hour_first(some: list[Symbol], _: Setting) -> Made:
    """`τέσσερις παρά τέταρτο`, `5 και 20`."""
    hour = next(each for each in some if each.code in "nc")
    minutes = [each for each in some if each.code in "nQD"][-1]
    sign = -1 if any(each.code in "vλ" for each in some) else 1
    return _shifted(some, minutes, hour, sign)


def _shifted(some: list[Symbol], by: Symbol, hour: Symbol, sign: int) -> Made:
    clock, minutes = as_clock(hour), _minutes(by)
    if clock is None or minutes is None:
        return None
    moved = (clock[0] + sign * minutes) % (24 * 60)
    return over(some, "c", (moved or 12 * 60, clock[1]))


def _hour_minute(some: list[Symbol], _: Setting) -> Made:
    """`at 17 30`, and in words `seventeen thirty`."""
    hour, minute = (each.value for each in some if each.code == "n")
    if not isinstance(hour, Written) and not isinstance(minute, Written):
        if hour < 13 or minute % 5:
            return None  # "seitsemäntoista kolmekymmentä", but not "ten five"
    elif getattr(minute, "width", 0) != 2:
        return None
    return _c(some, _clock(int(hour), int(minute)))


def _named_hour(some: list[Symbol], _: Setting) -> Made:
    clock = as_clock(next(each for each in some if each.code in "nY"))
    return _c(some, clock)


def _twelve(some: list[Symbol], _: Setting) -> Made:
    """`12 noon`."""
    return some[1] if int(some[0].value) == 12 and some[1].value[0] % 720 == 0 else None


def _thirty(some: list[Symbol], _: Setting) -> Made:
    """`0630`, and four digits behind `at`, are as the army says them."""
    year = some[-1].value
    if len(some) == 1 and int(year) >= 1000:
        return None
    return _c(some, as_clock(some[-1]))


def _army_span(some: list[Symbol], _: Setting) -> Made:
    """`1730-1900`, unless they may be years."""
    both = [int(each.value) for each in some if each.code == "Y"]
    fits = all(each % 100 < 60 and each % 5 == 0 and each <= 2400 for each in both)
    if not fits or both[0] >= both[1] or all(1900 <= each <= 2100 for each in both):
        return None
    return [over([e], "c", as_clock(e)) if e.code == "Y" else e for e in some]


WORDS: list[Rule] = [
    rule("Y[-T]Y")(_army_span),
    rule("K?nna")(_half_known),
    rule("[nc]O?a")(_half_known),
    rule("Hp?K?[nc]")(_half_past),
    rule("K?[n]O?&?f")(_half_past),
    rule("hK?[nc]")(_half_to),
    rule("[nQD]p[KO]?[nc]|D>K?[nc]")(_past_hour),
    rule("[nQD]v[KO]?[nc]|K?[nQD]T(?=[nc])[nc](?![-U])")(_to_hour),
    rule("[nc]O?λ[nQD]|[nc]O?v[nQ](?!U)|[nc]O?&Q|K[nc]O?&n(?![-Uy])|K[nc]O?p[nQ]")(_hour_first),
    rule("[nc]O?a")(_half_known),
    rule("n,?c")(_twelve),
    rule("K?nO(?!\\.)")(_named_hour),
    rule("K?Y(?=[-T]Y)|(?<=[-T])Y")(_thirty),
    rule("KY|Y")(_thirty),
    rule("Knn(?![-U])|(?<![-n#])nn(?![-Un#])")(_hour_minute),
    rule("K+n(?![-U#g])")(_named_hour),
]
