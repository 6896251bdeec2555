"""Which columns suit a table: tried on a part of the training part that is held out in turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from delivery.rules.taste.features import MOST_COLUMNS, Columns, Recipe
from delivery.rules.taste.learner import (
    FIRM_RIDGE,
    Likelihood,
    Posterior,
    Prior,
    chances,
    learn_people,
    learn_prior,
)
from delivery.rules.taste.panel import Floats, Kind, Mask, Panel, held_out, some_people

#: The prior is learnt from, and recipes are tried on, so many rows and people at the most.
_TO_LEARN = {"rows": 15_000, "people": 2_000}
_TO_TRY = {"rows": 6_000, "people": 600}
#: Where hardly anybody chose twice, people are taken as alike; that is quickly learnt.
_TO_TRY_ALIKE = {"rows": 12_000, "people": 6_000}
_ALIKE = 1e-4
#: Before any data: tastes differ by a standard deviation of 0.2 of a standardised feature.
_VARIANCE = 0.05
#: A recipe is taken when it helps by half a standard error, and by a little in any case.
_SURE, _WORTH = 0.5, 0.001
_FEWEST_TO_TRY = 30
#: What is tried, in this order, each on top of what has helped so far.
_TRIALS: tuple[dict[str, object], ...] = (
    {"labels": False},
    {"logarithms": True},
    {"extremes": True},
    {"persons": True},
    {"habit": 0.5},
    {"habit": 0.9},
    {"share": 0.25},
    {"share": 0.01},
)


class Learner:
    """A recipe and what was learnt with it from the known choices of a panel."""

    def __init__(self, recipe: Recipe, panel: Panel, known: Mask, steps: int = 25) -> None:
        self.recipe = recipe
        columns = Columns(recipe, panel, known)
        self._rows = columns.of(panel, known)
        self._panel = panel
        training = panel.take(known)
        self.likelihood = Likelihood(self._rows[known[panel.choice_of_row]], training)
        base = Prior(np.zeros(columns.width), np.eye(columns.width) * _VARIANCE)
        if training.repeats:
            some = some_people(training, **_TO_LEARN, seed=3)
            learnt_from = self.likelihood if some is training else _likelihood(columns, some)
            learnt = learn_prior(
                learnt_from, base, trust=columns.width + 2.0, mean_trust=0.3, steps=steps
            )
            self.prior = learnt.scaled(recipe.share)
        else:
            self.prior = Prior(self.likelihood.pooled(FIRM_RIDGE), base.covariance * _ALIKE)
        self.people: Posterior = learn_people(self.likelihood, self.prior)

    def chances(self, asked: Mask) -> Floats:
        """The chance of each row of the choices asked for."""
        wanted = self._panel.take(asked)
        return chances(self._rows[asked[self._panel.choice_of_row]], wanted, self.people)


def _likelihood(columns: Columns, training: Panel) -> Likelihood:
    everything = np.ones(training.choices, dtype=bool)
    return Likelihood(columns.of(training, everything), training)


def best_recipe(training: Panel, kind: Kind, seed: int) -> Recipe:
    """The recipe that best foretells choices held out, in the same way, of the training part."""
    limits = _TO_TRY if training.repeats else _TO_TRY_ALIKE
    some = some_people(training, **limits, seed=seed)
    splits = [held_out(some, kind, seed + number) for number in range(1 if kind == "last" else 2)]
    best = Recipe()
    if splits[0].sum() < _FEWEST_TO_TRY:
        return best
    least = _losses(best, some, splits)
    for changes in _TRIALS:
        tried = replace(best, **changes)  # type: ignore[arg-type]
        if not _differs(tried, best, some):
            continue
        losses = _losses(tried, some, splits)
        gain = least - losses
        error = gain.std() / np.sqrt(len(gain))
        if gain.mean() > max(_SURE * error, _WORTH):
            best, least = tried, losses
    return best


def _differs(tried: Recipe, best: Recipe, panel: Panel) -> bool:
    """Whether the other recipe makes other columns of this panel, and not too many."""
    if tried.share != best.share:
        return panel.repeats
    known = np.ones(panel.choices, dtype=bool)
    before, after = (Columns(each, panel, known).width for each in (best, tried))
    return after <= MOST_COLUMNS and (after != before or bool(tried.habit and best.habit))


def _losses(recipe: Recipe, panel: Panel, splits: list[Mask]) -> Floats:
    found = []
    for held in splits:
        chance = Learner(recipe, panel, ~held, steps=10).chances(held)
        found.append(-np.log(np.maximum(chance[panel.take(held).chosen], 1e-9)))
    return np.concatenate(found)
