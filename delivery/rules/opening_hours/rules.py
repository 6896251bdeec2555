"""What the rules of opening hours say together of one day.

Later rules win over earlier ones as opening_hours.js, the reading of OSM in use, has it: after `;`
a rule for given days replaces what was said of them, one that closes takes its time away; after `,`
a rule adds; after `||` it speaks only where nothing is open yet. Hours over midnight belong to the
day they began on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from delivery.rules.opening_hours.days import Selector

MIDNIGHT = 24 * 60


class State(IntEnum):
    """What is said of a minute."""

    CLOSED = 0
    OPEN = 1
    OPEN_END = 2  # Open at first; when it closes is guessed.
    UNKNOWN = 3


class Link(IntEnum):
    """How a rule stands to those before it."""

    NORMAL = 0
    ADDITIONAL = 1
    FALLBACK = 2


class Times(NamedTuple):
    """Minutes from the day's midnight, at most 48:00; open-ended ones may close later."""

    start: int
    end: int
    open_end: bool = False


class Piece(NamedTuple):
    """A stretch of one day in one state; spilled when it began on the day before."""

    start: int
    end: int
    state: State
    spilled: bool


class _Said(NamedTuple):
    start: int
    end: int
    state: State
    spilled: bool
    fallback: bool


@dataclass(frozen=True)
class Rule:
    """On days that every group has a selector for, at these times (none: all day)."""

    link: Link
    groups: tuple[tuple[Selector, ...], ...]
    times: tuple[Times, ...]
    state: State

    def has(self, day: date) -> bool:
        """Whether the rule speaks of that day."""
        return all(any(selector.has(day) for selector in group) for group in self.groups)

    @cached_property
    def ends(self) -> int:
        """The minute of its last word, counted from the day's midnight."""
        return max(end for _, end, _ in self.stretches())

    def stretches(self) -> Iterator[tuple[int, int, State]]:
        """From when to when, and how, counted from the day's midnight."""
        if not self.times:
            yield 0, MIDNIGHT, self.state
        for start, end, open_end in self.times:
            if end > start:
                yield start, end, self.state
            if open_end:
                guess = State.OPEN_END if self.state == State.OPEN else self.state
                yield end, self._closes(end), guess

    def _closes(self, known: int) -> int:
        # The guess of opening_hours.js: bars close late, other places with the day.
        later = 8 * 60 if known >= 22 * 60 else 10 * 60
        guess = known + later if known >= 17 * 60 else MIDNIGHT
        return min([guess, *(times.start for times in self.times if times.start > known)])


def pieces_of(rules: Sequence[Rule], day: date) -> list[Piece]:
    """The stretches of that day that are not closed, in order, none touching its like."""
    said = _said(rules, day)
    edges = sorted({edge for each in said for edge in (each.start, each.end)})
    pieces: list[Piece] = []
    for start, end in pairwise(edges):
        state, spilled = _between(said, start)
        last = pieces[-1] if pieces else None
        if last and last.end == start and (last.state, last.spilled) == (state, spilled):
            pieces[-1] = last._replace(end=end)
        elif state != State.CLOSED:
            pieces.append(Piece(start, end, state, spilled))
    return pieces


def _between(said: Sequence[_Said], minute: int) -> tuple[State, bool]:
    state, spilled = State.CLOSED, False
    for each in said:
        if each.start <= minute < each.end and (not each.fallback or state == State.CLOSED):
            state, spilled = each.state, each.spilled
    return state, spilled


def _said(rules: Sequence[Rule], day: date) -> list[_Said]:
    before = day - timedelta(days=1)
    said: list[_Said] = []
    always = False
    for rule in rules:
        falls_back = rule.link == Link.FALLBACK
        if rule.has(day):
            if _replaces(rule, always):
                said.clear()
            said += [
                _Said(start, min(end, MIDNIGHT), state, False, falls_back)
                for start, end, state in rule.stretches()
                if start < MIDNIGHT
            ]
        if rule.ends > MIDNIGHT and rule.has(before):
            said += [
                _Said(max(start - MIDNIGHT, 0), end - MIDNIGHT, state, True, falls_back)
                for start, end, state in rule.stretches()
                if end > MIDNIGHT
            ]
        # Two weeks in a row without days: the second is meant instead of the first.
        always = not rule.groups
    return said


def _replaces(rule: Rule, after_a_whole_week: bool) -> bool:
    if rule.link != Link.NORMAL or rule.state == State.CLOSED:
        return False
    return bool(rule.groups) or (after_a_whole_week and rule.state == State.OPEN)
