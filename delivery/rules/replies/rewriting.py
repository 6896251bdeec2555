"""A row of symbols, one letter each, rewritten by rules: words of any language in one grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)  # never changed; frozen ones take twice as long to make
class Symbol:
    """What a word means (`code`, see `symbols.py`), its value, and where it stands."""

    code: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What is read against: the moment, and how days are written."""

    now: datetime
    month_first: bool = False
    #: Whether `8` without more is the hour a van would come rather than what a clock says.
    daytime: bool = True


Made = Sequence[Symbol] | Symbol | None
#: A pattern, the codes without one of which it cannot be found (none known: ""), and its maker.
Rule = tuple[re.Pattern[str], str, Callable[[list[Symbol], Setting], Made]]
_ATOM = re.compile(
    r"\(\?<?[!=].*?\)|(?P<one>\[[^\]^\\][^\]\\]*\]|[^\[\](){}|\\.^$*+?])(?P<many>[?*]|\{0)?"
)


def rule(pattern: str) -> Callable[[Callable[[list[Symbol], Setting], Made]], Rule]:
    """A rule: the codes it is for, and what stands in their place; None leaves them."""
    return lambda make: (re.compile(pattern), needed(pattern), make)


def needed(pattern: str) -> str:
    """Codes one of which every match has; empty where the pattern does not tell at once."""
    codes = ""
    for part in _alternatives(pattern):
        place, found = 0, ""
        while not found:
            atom = _ATOM.match(part, place)
            if atom is None:
                return ""
            found = "" if atom["many"] else (atom["one"] or "").strip("[]")
            place = atom.end()
        codes += found
    return codes


def _alternatives(pattern: str) -> list[str]:
    depth, parts = 0, [""]
    for char in pattern:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def rewrite(row: list[Symbol], rules: Sequence[Rule], setting: Setting) -> list[Symbol]:
    """The row after every rule, each tried everywhere from left to right, in their order."""
    codes = "".join([each.code for each in row])
    here = set(codes)
    for pattern, needs, make in rules:
        if needs and here.isdisjoint(needs):
            continue
        place = 0
        while (found := pattern.search(codes, place)) is not None:
            made = make(row[found.start() : found.end()], setting)
            if made is None:
                place = found.start() + 1
                continue
            new = [made] if isinstance(made, Symbol) else list(made)
            row[found.start() : found.end()] = new
            codes = codes[: found.start()] + "".join([s.code for s in new]) + codes[found.end() :]
            place = found.start() + len(new)
            here.update(each.code for each in new)
    return row


def over(some: Sequence[Symbol], code: str, value: Any) -> Symbol:
    """One symbol in the place of several."""
    return Symbol(code, value, some[0].start, some[-1].end)


def values(some: Sequence[Symbol], codes: str) -> list[Any]:
    """The values of those with one of these codes, in order."""
    return [each.value for each in some if each.code in codes]
