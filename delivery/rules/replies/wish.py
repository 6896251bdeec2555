"""When somebody would like to have it: days and hours wanted, days and hours refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from delivery.rules.replies.days import named_days
from delivery.rules.replies.folding import clauses
from delivery.rules.replies.hours import Span, named_hours
from delivery.rules.replies.lexicon import Lexicon


@dataclass
class Wish:
    """Days and hours; what is refused counts against every slot, whatever else is said."""

    days: list[date] = field(default_factory=list)
    refused_days: list[date] = field(default_factory=list)
    earliest: int | None = None
    latest: int | None = None
    #: A moment, not a bound: the slot should hold it.
    at: bool = False
    refused_spans: list[Span] = field(default_factory=list)
    any_time: bool = False
    #: Whether there is one way to read it.
    sure: bool = True
    because: list[str] = field(default_factory=list)

    @property
    def day(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None

    @property
    def has_hours(self) -> bool:
        return self.earliest is not None or self.latest is not None

    @property
    def wants(self) -> bool:
        return bool(self.days) or self.has_hours or self.any_time

    @property
    def refuses(self) -> bool:
        return bool(self.refused_days or self.refused_spans)


def read_wish(folded: str, lexicon: Lexicon, now: datetime, *, month_first: bool) -> Wish:
    """The wish in a folded text freed of numbers that are no times; days in `now`'s zone."""
    wish = Wish()
    after_refusal = False
    for clause in clauses(folded, lexicon):
        named = named_days(clause, lexicon, now.date(), month_first=month_first)
        spans = named_hours(named.rest, lexicon, whole=clause)
        wish.because += named.because + [each.said for each in spans]
        wish.sure = wish.sure and named.sure
        if lexicon.negation["no"].search(clause) or lexicon.negation["away"].search(clause):
            _refuse(wish, named.days, spans)
            after_refusal = True
            continue
        if after_refusal and named.days and not spans and not _welcomed(clause, lexicon):
            wish.sure = False  # "not tomorrow, friday": refused too, or wanted instead?
        wish.any_time = wish.any_time or bool(lexicon.parts["any"].search(clause))
        _want(wish, named.days, spans)
    wish.days = [each for each in wish.days if each not in wish.refused_days]
    return wish


def _welcomed(clause: str, lexicon: Lexicon) -> bool:
    return bool(lexicon.talk["yes"].search(clause) or lexicon.talk["ok"].search(clause)
                or lexicon.breaks.match(clause))  # fmt: skip


def _want(wish: Wish, days: list[date], spans: list[Span]) -> None:
    wish.days += [each for each in days if each not in wish.days]
    for span in spans:
        if wish.has_hours and not _narrows(wish, span):
            _widen(wish, span)
            continue
        wish.earliest = _tighter(max, wish.earliest, span.earliest)
        wish.latest = _tighter(min, wish.latest, span.latest)
        wish.at = span.at


def _refuse(wish: Wish, days: list[date], spans: list[Span]) -> None:
    """In a refusal a bound turns round: not home before five means after five."""
    bounds = [each for each in spans if each.is_bound]
    if bounds:
        wish.days += [each for each in days if each not in wish.days]
        for each in bounds:
            wish.earliest, wish.latest = each.latest, each.earliest
        wish.sure = False
    elif days:
        wish.refused_days += days
    else:
        wish.refused_spans += spans


def _narrows(wish: Wish, span: Span) -> bool:
    """Whether both can be meant at once."""
    earliest = max(wish.earliest or 0, span.earliest or 0)
    latest = min(wish.latest or 24 * 60, span.latest or 24 * 60)
    return earliest < latest and not span.at


def _widen(wish: Wish, span: Span) -> None:
    # "10-12 or 17-19": either will do, so we ask.
    wish.sure = False
    wish.at = False
    wish.earliest = min(wish.earliest or 0, span.earliest or 0)
    wish.latest = max(wish.latest or 24 * 60, span.latest or 24 * 60)


def _tighter(choose: Callable[[list[int]], int], one: int | None, other: int | None) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return choose(known) if known else None
