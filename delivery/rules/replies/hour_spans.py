"""Rules for spans and bounds of hours: `10-12`, `after five`, `by noon`, or a moment."""

from __future__ import annotations

from delivery.rules.replies.clock_rules import as_clock
from delivery.rules.replies.hours import Hours
from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values
from delivery.rules.replies.symbols import PARTS
from delivery.rules.replies.tokens import Written


def _hours(some: list[Symbol], kind: str) -> Made:
    clocks = [as_clock(each) for each in some if each.code in "nc"]
    if not clocks or any(each is None for each in clocks):
        return None
    return over(some, "V", Hours(kind, *clocks))  # type: ignore[arg-type]


def _span(some: list[Symbol], _: Setting) -> Made:
    numbers = [each for each in some if each.code in "nc"]
    if all(each.code == "n" and each.value == 0 for each in numbers):
        return None
    return _hours(some, "span")


def _likely_span(some: list[Symbol], setting: Setting) -> Made:
    """Before a word we do not know `6-8` is hours, `2-3` may be boxes."""
    last = some[-1]
    return _span(some, setting) if last.code == "c" or last.value >= 7 else None


def _after(some: list[Symbol], _: Setting) -> Made:
    if some[-1].code == "}" and getattr(some[-2].value, "dotted", False):
        return None  # "until 4. After that"
    return _hours(some, "after")


def _before(some: list[Symbol], _: Setting) -> Made:
    return _hours(some, "before")


def _at(some: list[Symbol], _: Setting) -> Made:
    return _hours(some, "at")


def _bare(some: list[Symbol], _: Setting) -> Made:
    """A number beside a day or a part of it: `tomorrow 18`, `9 tomorrow morning`."""
    made = []
    spelled = any(each.code == "n" and not isinstance(each.value, Written) for each in some)
    for each in some:
        if each.code == ",":
            if spelled:
                return None
            continue
        if each.code == "n":
            clock = as_clock(each)
            if clock is None or clock[0] == 0:
                return None
            each = over([each], "V", Hours("at", clock))
        made.append(each)
    return made


def _after_part(some: list[Symbol], _: Setting) -> Made:
    name = values(some, "P")[0]
    end = 13 * 60 if name in ("lunch", "midday") else PARTS[name][1]
    return over(some, "V", Hours("after", (end, False)))


def _before_part(some: list[Symbol], _: Setting) -> Made:
    name = values(some, "P")[0]
    start = 12 * 60 if name in ("lunch", "midday") else PARTS[name][0]
    return over(some, "V", Hours("before", (start, False)))


def _moved_hour(some: list[Symbol], setting: Setting) -> Made:
    """ "Change it from 4 to 6": only the latter is wished."""
    if not any(each.code in "FTI" for each in some):
        return None
    return over(some, "V", Hours("at", clock)) if (clock := as_clock(some[-1])) else None


_T = "K*[nc]"
SPANS_OF_HOURS: list[Rule] = [
    rule(f"¢[^;|,ZVcn]{{0,5}}{_T}[-TuI]{_T}(?![U#g])")(_moved_hour),
    rule(f"B{_T}[-T&u]{_T}|{_T}&{_T}y|y{_T}&{_T}")(_span),
    rule(f"F?{_T}K*[-Tu]{_T}(?![U#gM.-])")(_span),
    rule(f"{_T}-{_T}(?=\\.)")(_likely_span),
    rule(f"F{_T}[-Tu]?{_T}(?![U#gM-])|F?{_T}u{_T}")(_span),
    rule(f">{_T}(?![U#g-])|F{_T}}}?(?![U#g-])|{_T}}}|K*c-(?![.nc])|K+n-(?![.nc])")(_after),
    rule(f"[<u]{_T}(?![U#g-])|{_T}{{")(_before),
    rule("[b]*>P")(_after_part),
    rule("[<u]P")(_before_part),
    rule("n,?Z,?P|(?<![.#-])nP|P,?n(?![-U#g.n])")(_bare),
    rule("Z,?n(?![-U#g./noM&])|(?<![.#&-])n[,]?Z(?=$|[,;P+!])")(_bare),
    rule("K*c")(_at),
]
