"""Reads opening hours in OpenStreetMap's notation into rules, or says what cannot be read.

The notation: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. Refused, since
nothing can be promised on them: hours by the sun, school holidays, and points in time.
"""

from __future__ import annotations

from datetime import date

from delivery.rules.opening_hours.dates import (
    days_later,
    nth_of,
    read_dates,
    read_years_or_dates,
)
from delivery.rules.opening_hours.days import (
    LAST_WEEK,
    PublicHolidays,
    Selector,
    Weekdays,
    Weeks,
    holidays_of,
)
from delivery.rules.opening_hours.rules import MIDNIGHT, Link, Rule, State, Times
from delivery.rules.opening_hours.tokens import Kind, Token, Tokens

_LINKS = {";": Link.NORMAL, ",": Link.ADDITIONAL, "||": Link.FALLBACK}
_STATES = {"open": State.OPEN, "off": State.CLOSED, "unknown": State.UNKNOWN}
_SUN = ("sunrise", "sunset", "dawn", "dusk")
_MOST_DAYS_FROM_WEEKDAY = 6
_MOST_WEEK_STEP = 26
_LAST_MINUTE = 2 * MIDNIGHT


def rules_of(text: str, country: str | None) -> tuple[Rule, ...]:
    """The rules in order; raises `ValueError` with what cannot be read."""
    try:
        return _Reader(text, country).rules()
    except ValueError as error:
        raise ValueError(f"cannot read opening hours {text!r}: {error}") from None


class _Reader:
    def __init__(self, text: str, country: str | None) -> None:
        self._tokens = Tokens(text, country)
        self._country = country

    def rules(self) -> tuple[Rule, ...]:
        tokens, found, link = self._tokens, [], Link.NORMAL
        if tokens.see().kind == Kind.END:
            raise ValueError("nothing is said")
        while True:
            found.append(self._rule(link))
            sign = tokens.take().text
            if tokens.see().kind == Kind.END:
                break
            link = _LINKS[sign]
        if sign == "||":
            raise ValueError("nothing follows '||'")
        return tuple(found)

    def _rule(self, link: Link) -> Rule:
        tokens = self._tokens
        groups: list[tuple[Selector, ...]] = []
        times: tuple[Times, ...] = ()
        said: dict[str, Token] = {}
        while not self._is_over(bool(times or said)):
            token = tokens.see()
            if token.kind == Kind.COMMENT:
                self._once(said, "comment")
            elif token.text in _STATES:
                self._once(said, "state")
            elif token.kind == Kind.ALWAYS:
                self._once(said, "24/7")
            elif self._sees_times():
                if times:
                    raise ValueError(f"a ';' or ',' is missing before {tokens.rest()!r}")
                times = self._times()
            elif times:
                raise ValueError(f"a ';' or ',' is missing before {tokens.rest()!r}")
            else:
                groups.append(self._group())
                tokens.skip(":")
        if not (groups or times or said):
            raise ValueError(f"a rule is missing before {tokens.rest()!r}")
        if times and "24/7" in said:
            raise ValueError("24/7 has no other times beside it")
        return Rule(link, tuple(groups), times, _state(said))

    def _is_over(self, complete: bool) -> bool:
        tokens = self._tokens
        if tokens.see().kind == Kind.END or tokens.sees(";") or tokens.sees("||"):
            return True
        if not tokens.sees(","):
            return False
        if not complete and tokens.see(1).kind != Kind.END:
            raise ValueError(f"what follows is not of the same kind: {tokens.rest()!r}")
        return True

    def _once(self, said: dict[str, Token], what: str) -> None:
        if what in said:
            raise ValueError(f"a ';' or ',' is missing before {self._tokens.rest()!r}")
        said[what] = self._tokens.take()

    def _sees_times(self, ahead: int = 0) -> bool:
        tokens = self._tokens
        token = tokens.see(ahead)
        if token.text in _SUN or token.text == "(":
            raise ValueError("hours by the sun are not understood; write clock times")
        if token.kind == Kind.TIME:
            return True
        return (
            token.kind == Kind.NUMBER
            and tokens.sees("-", ahead + 1)
            and tokens.see(ahead + 2).kind in (Kind.NUMBER, Kind.TIME)
        )

    def _times(self) -> tuple[Times, ...]:
        tokens = self._tokens
        found = [self._span()]
        # Some leave the comma out between two times; nothing else can be meant.
        while self._sees_times() or (tokens.sees(",") and self._sees_times(1)):
            tokens.skip(",")
            found.append(self._span())
        return tuple(found)

    def _span(self) -> Times:
        tokens = self._tokens
        start = self._clock()
        if tokens.skip("+"):
            end, open_end = start, True
        elif tokens.skip("-"):
            self._sees_times()
            end = self._clock()
            open_end = tokens.skip("+")
            end += MIDNIGHT if end <= start else 0
        else:
            raise ValueError("a time alone is no opening: write from and to")
        if tokens.sees("/"):
            raise ValueError("points in time are no opening hours")
        if start >= MIDNIGHT or end > _LAST_MINUTE or (open_end and end == _LAST_MINUTE):
            raise ValueError("a day ends at 24:00, hours over midnight at 48:00 at the latest")
        return Times(start, end, open_end)

    def _clock(self) -> int:
        token = self._tokens.take(Kind.TIME, Kind.NUMBER)
        return token.number if token.kind == Kind.TIME else token.number * 60

    def _group(self) -> tuple[Selector, ...]:
        token = self._tokens.see()
        if token.kind == Kind.YEAR:
            return read_years_or_dates(self._tokens)
        if token.kind == Kind.MONTH or token.text == "easter":
            return read_dates(self._tokens)
        if token.text == "week":
            return self._weeks()
        if self._sees_day(0):
            return self._days()
        raise ValueError(f"not understood: {self._tokens.rest()!r}")

    def _weeks(self) -> tuple[Selector, ...]:
        tokens = self._tokens
        tokens.take()
        found: list[Selector] = [self._week()]
        while tokens.sees(",") and (tokens.see(1).kind == Kind.NUMBER or tokens.sees("week", 1)):
            if self._sees_times(1) and tokens.see(3).kind == Kind.TIME:
                break
            tokens.take()
            tokens.skip("week")
            found.append(self._week())
        return tuple(found)

    def _week(self) -> Weeks:
        tokens = self._tokens
        first = last = tokens.take(Kind.NUMBER).number
        if tokens.skip("-"):
            last = tokens.take(Kind.NUMBER).number
        step = tokens.take(Kind.NUMBER).number if tokens.skip("/") else 0
        if not 1 <= first <= last <= LAST_WEEK or step == 1 or step > _MOST_WEEK_STEP:
            raise ValueError(f"no such weeks: {first}-{last}" + (f"/{step}" if step else ""))
        return Weeks(first, last, step or 1)

    def _sees_day(self, ahead: int) -> bool:
        token = self._tokens.see(ahead)
        return token.kind == Kind.DAY or token.text in ("PH", "SH")

    def _days(self) -> tuple[Selector, ...]:
        tokens = self._tokens
        found: list[Selector] = [self._day()]
        while tokens.sees(",") and self._sees_day(1):
            tokens.take()
            found.append(self._day())
        return tuple(found)

    def _day(self) -> Selector:
        tokens = self._tokens
        if tokens.skip("SH"):
            raise ValueError("school holidays (SH) are not known; write their dates")
        if tokens.skip("PH"):
            return self._holidays()
        first = last = tokens.take(Kind.DAY).number
        if tokens.skip("["):
            return self._nth_days(first)
        if tokens.skip("-"):
            last = tokens.take(Kind.DAY).number
            if tokens.sees("["):
                raise ValueError("only a single weekday can be counted in its month")
        count = (last - first) % len(_WEEK) + 1
        return Weekdays(frozenset((first + after) % len(_WEEK) for after in range(count)))

    def _nth_days(self, weekday: int) -> Weekdays:
        tokens = self._tokens
        nths: set[int] = set()
        while True:
            first = last = nth_of(tokens)
            if first > 0 and tokens.skip("-"):
                last = nth_of(tokens)
            if last < first:
                raise ValueError("weekdays of a month go forward")
            nths.update(range(first, last + 1))
            if tokens.skip("]"):
                break
            if not tokens.skip(","):
                raise ValueError(f"']' is missing before {tokens.rest()!r}")
        later = days_later(tokens, _MOST_DAYS_FROM_WEEKDAY)
        return Weekdays(frozenset([weekday]), frozenset(nths), later)

    def _holidays(self) -> PublicHolidays:
        if self._country is None:
            raise ValueError("public holidays (PH) need a country")
        later = days_later(self._tokens, 1)
        # Any year tells whether the country is known at all.
        holidays_of(self._country, date.min.year + 1999)
        return PublicHolidays(self._country, later)


_WEEK = range(7)


def _state(said: dict[str, Token]) -> State:
    if "state" in said:
        return _STATES[said["state"].text]
    return State.UNKNOWN if "comment" in said else State.OPEN
