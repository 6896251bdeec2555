"""What one clause says of days and hours, and whether it refuses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from delivery.rules.replies.calendar_days import Bound, Days
from delivery.rules.replies.hours import Hours, settled
from delivery.rules.replies.rewriting import Symbol
from delivery.rules.replies.symbols import MOMENTS, PARTS

#: Words and marks that end what a refusal covers.
_HARD, _SOFT = ";|", ",-"
#: The value of a word of moving: "move it to saturday".
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of the day; a bound is None where the text sets none. `at` is a moment."""

    earliest: int | None
    latest: int | None
    at: bool = False
    #: The moment a part of the day is usually taken for.
    moment: int | None = None

    @property
    def is_bound(self) -> bool:
        return not self.at and (self.earliest is None) != (self.latest is None)


def clauses(row: list[Symbol]) -> list[list[Symbol]]:
    """What is refused in one is not refused in the next."""
    found: list[list[Symbol]] = [[]]
    for place, each in enumerate(row):
        if _turns(row, place):
            found.append([])
        if each.code in _HARD or each.code in _SOFT or each.value == "except":
            found.append([])
        if each.code not in ";,-/":
            found[-1].append(each)
    return [each for each in found if each]


def _turns(row: list[Symbol], place: int) -> bool:
    """ "Friday not thursday": what is refused begins at the no."""
    here = row[place]
    if here.code != "!" or not 0 < place < len(row) - 1:
        return False
    return row[place - 1].code in "ZVP" and row[place + 1].code in "ZVP"


class Clause:
    """What one clause says of days and hours, and whether it refuses them."""

    def __init__(self, clause: list[Symbol], today: date, small: int, text: str) -> None:
        codes = {each.code for each in clause}
        self.refuses = bool(codes & {"!", "A"})
        self.welcome = "+" in codes
        self.breaks = "|" in codes
        self.moves = any(each.value == MOVED for each in clause)
        self.any_time = any(
            each.code == "*" and (each.value != "all_day" or codes & set("ZzVP")) for each in clause
        )
        self.any_day = any(each.value == "day" for each in clause if each.code == "*")
        self.unread = sum(each.code == "." for each in clause)
        self.strange = sum(each.value == "strange" for each in clause)
        self.days: list[date] = []
        self.bounds: list[Bound] = []
        self.first: date | None = None
        self.sure = True
        self.because: list[str] = []
        for each in clause:
            if each.code in "Zz":
                self._day(each, today, text)
        #: Whether it refuses something that was said before: "so that does not work".
        only = codes <= {"!", "A", "+", "|", ".", "#", "U", "S"} and not self.days
        self.takes_back = self.refuses and only and (self.unread <= 1 or "+" in codes)
        if any(each.value == "because" for each in clause):
            self.takes_back = False  # "friday, because I am away": away when?
            self.sure = False
        if codes & set("<>{}Bno"):
            self.sure = False  # "after that": after what? And a number that says nothing to us.
        self.spans = self._hours(clause, small, text)

    def _day(self, each: Symbol, today: date, text: str) -> None:
        if isinstance(each.value, Bound):
            self.bounds.append(each.value)
            named, found = each.value.named, each.value.days(today)
            self.sure = False
        else:
            named, found = each.value, each.value.days
            self.sure = self.sure and named.sure
        self.first = self.first or named.start
        if not isinstance(each.value, Bound):
            self.days += [day for day in found if day not in self.days]
        self.because.append(f"{_quoted(text, each)} = {_shown(each.value, named, found)}")

    def _hours(self, clause: list[Symbol], small: int, text: str) -> list[Span]:
        parts = [each.value for each in clause if each.code == "P"]
        spans = []
        for each in clause:
            if each.code != "V":
                continue
            hours: Hours = each.value
            bounds = settled(hours, parts, small)
            if bounds is not None:
                spans.append(Span(*bounds, at=hours.kind == "at"))
                self.because.append(f"{_quoted(text, each)} = {_hours_shown(hours, bounds)}")
        self.by_part = not spans
        if spans:
            return spans
        for each in clause:
            if each.code == "P":
                start, end = PARTS[each.value]
                spans.append(Span(start, end, moment=MOMENTS[each.value]))
                said = _quoted(text, each)
                self.because.append(f"{said} = {start // 60}–{end // 60}")
        return spans


def _quoted(text: str, each: Symbol) -> str:
    return " ".join(text[each.start : each.end].split())


def _shown(value: Days | Bound, named: Days, found: tuple[date, ...]) -> str:
    if isinstance(value, Bound):
        word = "from" if value.after and value.inclusive else "after" if value.after else (
            "until" if value.inclusive else "before")  # fmt: skip
        return f"{word} {named.start.day} {named.start:%B}"
    if len(found) > 2:
        return f"{found[0].day} {found[0]:%B} – {found[-1].day} {found[-1]:%B}"
    return " or ".join(f"{each.day} {each:%B}" for each in found)


def _hours_shown(hours: Hours, bounds: tuple[int | None, int | None]) -> str:
    earliest, latest = (None if each is None else f"{each // 60}:{each % 60:02}" for each in bounds)
    if hours.kind == "span":
        return f"{earliest}–{latest}"
    if hours.kind == "at":
        return str(earliest)
    return f"from {earliest}" if earliest else f"until {latest}"
