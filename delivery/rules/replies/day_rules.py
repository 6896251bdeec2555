"""Rules for days: from weekdays, weeks and bounds to the days they name."""

from __future__ import annotations

from delivery.rules.replies.calendar_days import (
    Bound,
    Days,
    later,
    monday,
    numbered_week,
    one,
    several,
    span,
    week_from,
    weekday,
    weekday_of_week,
)
from delivery.rules.replies.date_rules import ordinal, weekday_and_number, weekday_beside
from delivery.rules.replies.length_rules import (
    UNITS,
    after_day,
    ahead,
    named,
    next_length,
    number_of,
)
from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values
from delivery.rules.replies.tokens import Written


def _relative(some: list[Symbol], setting: Setting) -> Made:
    further = int(values(some, "R")[0])
    if further < 0 and setting.daytime:
        return over(some, ".", None)
    return named(some, one(later(setting.now.date(), days=further)))


def _coming_weekday(some: list[Symbol], setting: Setting) -> Made:
    number, today = values(some, "W")[0], setting.now.date()
    # On a Tuesday, "tuesday" may be today or in a week.
    return named(some, one(weekday(number, today), sure=number != today.weekday()))


def _this_weekday(some: list[Symbol], setting: Setting) -> Made:
    number, today = values(some, "W")[0], setting.now.date()
    day = weekday_of_week(number, today)
    return named(some, one(day if day and day >= today else weekday(number, today)))


def _next_weekday(some: list[Symbol], setting: Setting) -> Made:
    """Of next week; people mean the coming one as well where this week still has it."""
    number, today = values(some, "W")[0], setting.now.date()
    day = weekday_of_week(number, later(today, days=7) or today)
    near = weekday(number, today)
    if day is None or near is None or near == day:
        return named(some, one(day))
    return named(some, Days((near, day), sure=False, first=day))


def _weekday_of_next_week(some: list[Symbol], setting: Setting) -> Made:
    week = later(setting.now.date(), days=7)
    return named(some, one(weekday_of_week(values(some, "W")[0], week))) if week else None


def _weekday_weeks_on(some: list[Symbol], setting: Setting) -> Made:
    """`monday two weeks from now`, `fredag om en vecka`, `friday week`."""
    length = (values(some, "D") or [UNITS[(values(some, "U") or ["week"])[0]]])[0]
    if length[2] or length[0] or length[1] % 7:
        return None
    week = later(setting.now.date(), days=length[1])
    return named(some, one(weekday_of_week(values(some, "W")[0], week))) if week else None


def _week_after_day(some: list[Symbol], setting: Setting) -> Made:
    """`friday week`, `tomorrow week`, `a week on friday`."""
    length = (values(some, "D") or [(0, 7, 0)])[0]
    if length[2] or length[0] or length[1] % 7 or set(values(some, "U")) - {"week"}:
        return None
    today = setting.now.date()
    near = weekday(some_days[0], today) if (some_days := values(some, "W")) else later(
        today, days=int(values(some, "R")[0]))  # fmt: skip
    return named(some, one(later(near, days=length[1]))) if near else None


def _weekdays_on(some: list[Symbol], setting: Setting) -> Made:
    """`two mondays later`."""
    first = weekday(values(some, "W")[0], setting.now.date())
    weeks = number_of(some) - 1
    return named(some, one(later(first, days=7 * weeks))) if first else None


def _week(some: list[Symbol], setting: Setting, weeks: int) -> Made:
    today = setting.now.date()
    first = later(monday(today), days=7 * weeks)
    if first is None:
        return None
    start = first if weeks else today
    return named(some, several((day for day in week_from(first) if day >= today), first=start))


def _this_of(some: list[Symbol], setting: Setting) -> Made:
    """`this week`, `later this week`, `the rest of the day`."""
    if some[-1].value == "day":
        return named(some, one(setting.now.date()))
    return _week(some, setting, 0) if some[-1].value == "week" else None


def _week_after_next(some: list[Symbol], setting: Setting) -> Made:
    return _week(some, setting, 2) if "week" in values(some, "U") else None


def _next_of(some: list[Symbol], setting: Setting) -> Made:
    """`next week`, `next day`, `next month`, `next year`."""
    if some[-1].value == "week":
        return _week(some, setting, 1)
    months, days, minutes = UNITS[values(some, "U")[0]]
    if minutes:
        return None
    today = setting.now.date()
    if not months:  # "the next day": after today, or after the day of the delivery?
        return named(some, one(later(today, days=days), sure=False))
    day = later(today, months=months)
    first = later(day, days=1 - day.day) if day and months == 1 else day
    last = later(first, months=1, days=-1) if first else None
    return named(some, several(span(first, last), first=day))


def _numbered(some: list[Symbol], setting: Setting) -> Made:
    if not any(each.code == "k" or each.value == "week" for each in some):
        return None
    first = numbered_week(number_of(some, "no"), setting.now.date())
    return named(some, several(week_from(first), first=first)) if first else None


def _weekend(some: list[Symbol], setting: Setting) -> Made:
    today = setting.now.date()
    further = 7 if some[0].code == "N" else 0
    days = [weekday_of_week(n, later(today, days=further) or today) for n in (5, 6)]
    return named(some, several(day for day in days if day and day >= today))


def _workdays(some: list[Symbol], setting: Setting) -> Made:
    known = span(setting.now.date(), later(setting.now.date(), days=13))
    return named(some, several(day for day in known if day.weekday() < 5))


def _part_of_days(some: list[Symbol], _: Setting) -> Made:
    these: Days = values(some, "Z")[0]
    if len(these.days) < 4:
        return None
    days = these.days[:3] if some[0].code in "b" else these.days[-4:]
    return named(some, Days(days))


def _either_length(some: list[Symbol], setting: Setting) -> Made:
    """`in 2-3 days`."""
    first, last, unit = values(some, "q")[0]
    _, days, _ = UNITS[unit]
    today = setting.now.date()
    return named(
        some, several(span(later(today, days=first * days), later(today, days=last * days)))
    )


WEEKS: list[Rule] = [
    rule("I[lS]?qJ?|qJ")(_either_length),
    rule("SP")(lambda some, _: (over(some[:1], "R", 0), some[1])),
    rule("NP")(lambda some, _: (over(some[:1], "R", 1), some[1])),
    rule("U[}>]N|XU|UX|NNU")(_week_after_next),
    rule("WX|W[}>]N")(_weekday_of_next_week),
    rule("W,?(?:ID|DJ|UJ)|(?:IDJ?|DJ|UJ),?W")(_weekday_weeks_on),
    rule("[WR]U(?![nkoK^M])|D[WR]|R,?ID")(_week_after_day),
    rule("nWJ")(_weekdays_on),
    rule("W,?[Iv]?[NG]U")(_weekday_of_next_week),
    rule("[NG]U,?W")(_weekday_of_next_week),
    rule("W,?[Iv]?SU|SU,?W")(_this_weekday),
    rule("N+W")(_next_weekday),
    rule("S?G+W")(_coming_weekday),
    rule("S+W")(_this_weekday),
    rule("[kU]K?n(?![-U])")(_numbered),
    rule("o[kU]")(_numbered),
    rule("[NSG]?[NSG]E")(_weekend),
    rule("E")(_weekend),
    rule("w")(_workdays),
    rule("[NG]+U")(_next_of),
    rule("[lS]+U")(_this_of),
    rule("R")(_relative),
]  # fmt: skip


# -- what is left: single names, spans, bounds -------------------------------------------------


def _range(some: list[Symbol], _: Setting) -> Made:
    first, last = values(some, "Z")[:2]
    end = last.days[-1]
    if end < first.start and len(last.days) == 1:
        weeks = -((end - first.start).days // 7)
        end = later(end, days=7 * weeks) or first.start
    return named(some, several(span(first.start, end), first=first.start))


def _moved(some: list[Symbol], _: Setting) -> Made:
    """ "Move it from wednesday to friday": only the latter is wished."""
    return [*(each for each in some[:-2] if each.code not in "FZ"), some[-1]]


def _either_day(some: list[Symbol], setting: Setting) -> Made:
    """`17. tai 18. päivä`."""
    both = [ordinal([over([each], "o", each.value)], setting) for each in (some[0], some[2])]
    if not all(isinstance(each, Symbol) for each in both):
        return None
    return [both[0], some[1], both[1]]  # type: ignore[list-item]


def _bound_after(some: list[Symbol], _: Setting) -> Made:
    these: Days = values(some, "Z")[0]
    inclusive = bool((values(some, ">}") or [True])[0])
    return over(some, "z", Bound(these, after=True, inclusive=inclusive))


def _bound_before(some: list[Symbol], _: Setting) -> Made:
    these: Days = values(some, "Z")[0]
    inclusive = bool((values(some, "<{") or [True])[0])
    return over(some, "z", Bound(these, after=False, inclusive=inclusive))


def _same_day(some: list[Symbol], _: Setting) -> Made:
    """`next friday 20/3`: of the days it can be, the one that is named."""
    one_of, other = sorted(values(some, "Z"), key=lambda each: len(each.days))
    if len(one_of.days) == 1 < len(other.days) and one_of.days[0] in other.days:
        return over(some, "Z", one_of)
    return None


def _no_day(some: list[Symbol], _: Setting) -> Made:
    """A `first` in words that nothing came of."""
    return None if isinstance(some[0].value, Written) else over(some, ".", None)


_NO_CLOCK = "(?![,KFB]*[cntxo])"
SPANS: list[Rule] = [
    rule("W,?Z|Z,?W")(weekday_beside),
    rule("Z,?Z")(_same_day),
    rule("W,?\\^?[no](?![-U.OgTp#avQ&])")(weekday_and_number),
    rule("oU")(lambda some, s: ordinal(some, s) if some[-1].value == "day" else None),
    rule("W,?Z|Z,?W")(weekday_beside),
    rule("[no][/&]o(?![-.g#K])")(_either_day),
    rule("I[lS]?DJ?|I[lS]?UJ|[DU]J")(ahead),
    rule("[NG][DU]")(next_length),
    rule(">D(?![,]?[WRZn])")(ahead),
    rule("W")(_coming_weekday),
    rule("[DU][>F}]{1,2}Z|DJZ|ZD[}J]")(after_day),
    rule("\\^o(?![-g#U])|\\^n(?![-Ug#.:aOp&])")(ordinal),
    rule("(?<![-n/p])o(?![-.g#UK]|,?[nc])")(ordinal),
    rule("(?<![-n/p.])o(?=\\.)")(lambda some, s: ordinal(some, s) if some[0].value > 3 else None),
    rule("[be]+Z")(_part_of_days),
    rule("¢[^;|,ZVcn]{0,5}(?:Z[-TuI]Z|FZZ)")(_moved),
    rule("F?Z[-Tu]Z|BZ&Z|FZZ")(_range),
    rule(f">Z{_NO_CLOCK}|F?Z}}|FZ(?![-T]){_NO_CLOCK}")(_bound_after),
    rule(f"[<u]Z{_NO_CLOCK}|Z{{")(_bound_before),
    rule("o")(_no_day),
]
