"""From features as they stand in a table to the columns that the learner weighs.

Everything that depends on data (scales, limits, which labels recur) is taken from the training
part alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from delivery.rules.taste.panel import Floats, Ints, Mask, Panel

#: Labels with fewer choices than this are strangers; at most so many get a constant.
_RECURS = 8
_MOST_LABELS = 12
#: A value is brought to within so many times the span of the middle 98 % around it.
_FAR_OUT = 3.0
#: More columns than this are not learnt from a table of usual length.
MOST_COLUMNS = 40


@dataclass(frozen=True)
class Recipe:
    """Which columns are made, and how much people are believed to differ."""

    #: A constant for each label that recurs.
    labels: bool = True
    #: Besides each positive feature its logarithm: to some a tenth matters, not an amount.
    logarithms: bool = False
    #: Whether the alternative is the lowest (or highest) of its choice in each feature.
    extremes: bool = False
    #: Features of the person or the day, weighed differently for each label.
    persons: bool = False
    #: How much an earlier choice of the same label counts against the next later one; 0 = not.
    habit: float = 0.0
    #: The learnt covariance of tastes is multiplied by this.
    share: float = 1.0

    def __str__(self) -> str:
        taken = {name: value for name, value in vars(self).items() if value}
        flags = [name for name, value in taken.items() if value is True]
        numbers = [f"{name} {value}" for name, value in taken.items() if value is not True]
        return ", ".join(["features", *flags, *numbers])


class Columns:
    """The columns of one recipe, with the measures of one training part."""

    def __init__(self, recipe: Recipe, panel: Panel, known: Mask) -> None:
        """`known` are the choices that may be looked at: the training part."""
        self._recipe = recipe
        train = panel.take(known)
        self._low, self._high = _limits(train.features)
        features = self._clipped(train.features)
        self._missing = np.isnan(features).sum(axis=0) > 0
        varies = _deviation(_centred(features, train)) > 1e-9 * np.maximum(1, _largest(features))
        self._varying = np.flatnonzero(varies)
        self._personal = np.flatnonzero(~varies & (np.nanstd(_filled(features), axis=0) > 0))
        self._positive = [k for k in self._varying if _is_amount(features[:, k])]
        self._labels = _recurring(train)
        made = self._centred(panel, known)[known[panel.choice_of_row]]
        scale = _deviation(made)
        self._kept = np.flatnonzero(scale > 1e-9)
        self._scale = scale[self._kept]

    @property
    def width(self) -> int:
        """How many columns there are, those that never vary within a choice left out."""
        return max(len(self._kept), 1)

    def of(self, panel: Panel, known: Mask) -> Floats:
        """The columns of every row. Habits are taken from choices that are `known`, and earlier."""
        if not len(self._kept):
            return np.zeros((len(panel.features), 1))
        rows: Floats = self._centred(panel, known)[:, self._kept] / self._scale
        return rows

    def _centred(self, panel: Panel, known: Mask) -> Floats:
        raw = self._clipped(panel.features)
        made = list(self._made(raw, panel, known))
        return _centred(np.column_stack(made or [np.zeros(len(raw))]), panel)

    def _made(self, raw: Floats, panel: Panel, known: Mask) -> Iterator[Floats]:
        recipe = self._recipe
        for k in self._varying:
            yield raw[:, k]
            if self._missing[k]:
                yield np.isnan(raw[:, k]).astype(float)
        if recipe.logarithms:
            for k in self._positive:
                yield np.log(np.maximum(raw[:, k], self._low[k]))
        if recipe.extremes:
            for k in self._varying:
                yield from _extremes(raw[:, k], panel)
        if recipe.labels:
            yield from ((panel.label == label).astype(float) for label in self._labels[1:])
        if recipe.persons:
            for k in self._personal:
                value = np.nan_to_num(raw[:, k] - np.nanmedian(raw[:, k]))
                yield from (value * (panel.label == label) for label in self._labels[1:])
        if recipe.habit:
            yield _habit(panel, known, recipe.habit)

    def _clipped(self, features: Floats) -> Floats:
        clipped: Floats = np.clip(features, self._low, self._high)  # leaves NaN as it is
        return clipped


def _limits(features: Floats) -> tuple[Floats, Floats]:
    blank = np.isnan(features).all(0)
    filled = np.where(blank, 0.0, features)
    low, high = np.nanquantile(filled, [0.01, 0.99], axis=0)
    span = high - low
    # A rare mark is no outlier: where the middle does not vary, the limits are the data's own.
    least, most = np.nanmin(filled, axis=0), np.nanmax(filled, axis=0)
    wide = span > 0
    lowest = np.where(wide, np.maximum(least, low - _FAR_OUT * span), least)
    highest = np.where(wide, np.minimum(most, high + _FAR_OUT * span), most)
    return lowest, highest


def _centred(columns: Floats, panel: Panel) -> Floats:
    """Each value less the mean of its choice; one that is not known says nothing, 0."""
    there = ~np.isnan(columns)
    values = np.where(there, columns, 0.0)
    counts = np.maximum(np.add.reduceat(there.astype(float), panel.starts, axis=0), 1.0)
    means = np.add.reduceat(values, panel.starts, axis=0) / counts
    return np.where(there, values - means[panel.choice_of_row], 0.0)


def _deviation(centred: Floats) -> Floats:
    root: Floats = np.sqrt((centred**2).mean(0))
    return root


def _filled(features: Floats) -> Floats:
    return np.where(np.isnan(features).all(0), 0.0, features)


def _largest(features: Floats) -> Floats:
    largest: Floats = np.nanmax(np.abs(_filled(features)), axis=0)
    return largest


def _is_amount(values: Floats) -> bool:
    values = values[~np.isnan(values)]
    return len(np.unique(values)) > 2 and float(values.min()) > 0


def _extremes(values: Floats, panel: Panel) -> Iterator[Floats]:
    lowest = np.fmin.reduceat(values, panel.starts)[panel.choice_of_row]
    yield (values <= lowest).astype(float)


def _recurring(train: Panel) -> Ints:
    """Labels that were chosen often enough to have a constant, the commonest first."""
    chosen = np.bincount(train.label[train.chosen], minlength=train.labels)
    order = np.argsort(-chosen, kind="stable")[:_MOST_LABELS]
    often: Ints = order[chosen[order] >= _RECURS]
    return often


def _habit(panel: Panel, known: Mask, keeps: float) -> Floats:
    """How much of a person's earlier known choices were of the same label, fading with age."""
    share = np.zeros(len(panel.features))
    score: dict[int, float] = {}
    who, total = -1, 0.0
    starts, ends = panel.starts.tolist(), (panel.starts + panel.sizes).tolist()
    label, person, chosen = panel.label.tolist(), panel.person.tolist(), panel.chosen.tolist()
    for choice, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if person[choice] != who:
            who, total, score = person[choice], 0.0, {}
        if total:
            for row in range(start, end):
                share[row] = score.get(label[row], 0.0) / total
        if known[choice]:
            score = {each: points * keeps for each, points in score.items()}
            mine = label[chosen[choice]]
            score[mine] = score.get(mine, 0.0) + 1.0
            total = total * keeps + 1.0
    return share
