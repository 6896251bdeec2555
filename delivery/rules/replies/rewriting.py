"""A row of symbols, one letter each, rewritten by rules: words of any language in one grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
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
Rule = tuple[re.Pattern[str], Callable[[list[Symbol], Setting], Made]]


def rule(pattern: str) -> Callable[[Callable[[list[Symbol], Setting], Made]], Rule]:
    """A rule: the codes it is for, and what stands in their place; None leaves them."""
    return lambda make: (re.compile(pattern), make)


def rewrite(row: list[Symbol], rules: Sequence[Rule], setting: Setting) -> list[Symbol]:
    """The row after every rule, each tried everywhere from left to right, in their order."""
    codes = "".join([each.code for each in row])
    for pattern, make in rules:
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
    return row


def over(some: Sequence[Symbol], code: str, value: Any) -> Symbol:
    """One symbol in the place of several."""
    return Symbol(code, value, some[0].start, some[-1].end)


def values(some: Sequence[Symbol], codes: str) -> list[Any]:
    """The values of those with one of these codes, in order."""
    return [each.value for each in some if each.code in codes]
