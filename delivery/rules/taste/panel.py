"""Choices that people made, in arrays: one row per alternative, grouped by choice and person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

Kind = Literal["last", "random"]
#: How much of each person's choices is held out, as the issue says.
HELD_OUT = 0.3


@dataclass(frozen=True, eq=False)
class Panel:
    """Rows of a choice stand together, choices of a person too, oldest first.

    A feature that is not known is NaN.
    """

    features: Floats  # rows × features
    starts: Ints  # the first row of each choice
    chosen: Ints  # the row that was chosen, of each choice
    person: Ints  # who chose, 0 … people - 1, never falling
    label: Ints  # which alternative a row is, 0 … labels - 1
    names: tuple[str, ...]
    people: int
    labels: int

    @property
    def choices(self) -> int:
        return len(self.starts)

    @cached_property
    def sizes(self) -> Ints:
        """How many alternatives each choice has."""
        return np.diff(np.append(self.starts, len(self.features)))

    @cached_property
    def choice_of_row(self) -> Ints:
        return np.repeat(np.arange(self.choices), self.sizes)

    @cached_property
    def rows_of(self) -> Ints:
        """Where each person's rows begin, and at the end how many rows there are."""
        begins = np.searchsorted(self.person, np.arange(self.people + 1))
        return np.append(self.starts, len(self.features))[begins]

    @property
    def repeats(self) -> bool:
        """Whether people chose more than once, as a rule: else there is no taste to learn."""
        return self.choices >= 1.5 * len(np.unique(self.person))

    def take(self, mask: Mask) -> Panel:
        """Only these choices; people keep their numbers, also those who are left with none."""
        rows, sizes = mask[self.choice_of_row], self.sizes[mask]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[: len(sizes)]
        return replace(
            self,
            features=self.features[rows],
            starts=starts,
            chosen=starts + (self.chosen - self.starts)[mask],
            person=self.person[mask],
            label=self.label[rows],
        )

    def of_people(self, who: Mask) -> Panel:
        """Only these people, numbered anew in the same order."""
        number = np.cumsum(who) - 1
        some = self.take(who[self.person])
        return replace(some, person=number[some.person], people=int(who.sum()))


def held_out(panel: Panel, kind: Kind, seed: int) -> Mask:
    """Which choices to keep from the learner: the last, or a random 30 % of each person's.

    Of one choice alone nothing is held out; where nobody made two, 30 % of the people are.
    """
    random = np.random.default_rng(seed)
    held = np.zeros(panel.choices, dtype=bool)
    _, firsts, counts = np.unique(panel.person, return_index=True, return_counts=True)
    for first, count in zip(firsts, counts, strict=True):
        out = int(count * HELD_OUT + 0.5) if count > 1 else 0
        if kind == "last":
            held[first + count - out : first + count] = True
        else:
            held[first + random.permutation(count)[:out]] = True
    if not held.any() and panel.choices > 1:
        held[random.permutation(panel.choices)[: max(1, int(panel.choices * HELD_OUT))]] = True
    return held


def some_people(panel: Panel, *, rows: int, people: int, seed: int) -> Panel:
    """About as many people, drawn evenly, as have this many rows together, and no more people."""
    if len(panel.features) <= rows and panel.people <= people:
        return panel
    order = np.random.default_rng(seed).permutation(panel.people)
    upto = np.cumsum(np.diff(panel.rows_of)[order]) <= rows
    who = np.zeros(panel.people, dtype=bool)
    who[order[upto][:people]] = True
    who[order[0]] = True
    return panel.of_people(who)
