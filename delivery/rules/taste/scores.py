"""How well choices were foretold, by the learner and by plain rules beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from delivery.rules.taste.features import Columns, Recipe
from delivery.rules.taste.learner import Likelihood, shares
from delivery.rules.taste.panel import Floats, Ints, Mask, Panel

_BINS = 10
_RESAMPLES = 2000
#: No chance is believed to be nothing at all.
_LEAST = 1e-6
_PRICE_WORDS = ("price", "cost", "fare", "fee", "hinta", "pris")


@dataclass(frozen=True, eq=False)
class Foretold:
    """Per choice: whether the likeliest was chosen, the log-loss, the chance of the likeliest."""

    right: Floats  # 1 or 0; where several are likeliest, the chance that a guess is right
    loss: Floats
    sure: Floats
    person: Ints

    @property
    def top1(self) -> float:
        return float(self.right.mean())

    @property
    def log_loss(self) -> float:
        return float(self.loss.mean())

    @property
    def calibration_error(self) -> float:
        """How far said chances are from what came true, over ten bins (ECE)."""
        bins = np.minimum((self.sure * _BINS).astype(int), _BINS - 1)
        gap = np.bincount(bins, self.right - self.sure, minlength=_BINS)
        return float(np.abs(gap).sum() / len(self.right))


def foretold(chance: Floats, panel: Panel) -> Foretold:
    """What these chances, one a row, are worth on the choices of this panel."""
    top = np.maximum.reduceat(chance, panel.starts)
    likeliest = chance >= top[panel.choice_of_row] - 1e-9
    ties = np.add.reduceat(likeliest.astype(float), panel.starts)
    right = likeliest[panel.chosen] / ties
    loss = -np.log(np.clip(chance[panel.chosen], _LEAST, 1.0))
    return Foretold(right, loss, top, panel.person)


def together(parts: list[Foretold]) -> Foretold:
    """Several repeats as one; choices of a person stay that person's."""
    return Foretold(
        *(np.concatenate([getattr(each, name) for each in parts])
          for name in ("right", "loss", "sure", "person"))
    )  # fmt: skip


def interval(ours: Floats, theirs: Floats, person: Ints) -> tuple[float, float, float]:
    """The mean of `ours - theirs` and its 95 % interval, by a bootstrap of people."""
    numbers, who = np.unique(person, return_inverse=True)
    gains = np.bincount(who, ours - theirs)
    counts = np.bincount(who).astype(float)
    drawn = np.random.default_rng(2).integers(0, len(numbers), (_RESAMPLES, len(numbers)))
    means = gains[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(gains.sum() / counts.sum()), float(low), float(high)


def price_feature(names: tuple[str, ...]) -> int:
    """Which feature is the price: one that is named so, else the first."""
    for k, name in enumerate(names):
        if any(word in name.lower() for word in _PRICE_WORDS):
            return k
    return 0


def cheapest(panel: Panel, known: Mask) -> Floats:
    """Everybody takes the lowest price, as often as they did in the training part."""
    price = panel.features[:, price_feature(panel.names)]
    price = np.where(np.isnan(price), np.inf, price)
    lowest = np.minimum.reduceat(price, panel.starts)[panel.choice_of_row]
    return _as_chances((price <= lowest).astype(float), panel, known)


def habit(panel: Panel, known: Mask) -> Floats:
    """Everybody takes what they took most: the same label, or what is nearest to their mean.

    Of the two the one that explains the training part better.
    """
    if not known.any():
        return _as_chances(np.ones(len(panel.features)), panel, known)
    guesses = (_same_label(panel, known), _like_before(panel, known))
    chances = [_as_chances(each, panel, known) for each in guesses]
    past = panel.take(known)
    rows = known[panel.choice_of_row]
    return min(chances, key=lambda each: foretold(each[rows], past).log_loss)


def pooled_logit(panel: Panel, known: Mask) -> Floats:
    """A logit in which everybody is alike: each feature, and a constant for each label."""
    columns = Columns(Recipe(), panel, known)
    rows = columns.of(panel, known)
    training = Likelihood(rows[known[panel.choice_of_row]], panel.take(known))
    utility = (rows @ training.pooled())[:, None]
    return shares(utility, panel.starts, panel.choice_of_row)[:, 0]


def _same_label(panel: Panel, known: Mask) -> Floats:
    past = panel.take(known)
    counts = np.zeros((panel.people, panel.labels))
    np.add.at(counts, (past.person, past.label[past.chosen]), 1.0)
    common = counts.sum(0) / max(counts.sum(), 1.0)
    score = counts[panel.person[panel.choice_of_row], panel.label]
    score[panel.chosen[known]] -= 1.0  # what is to be guessed is not counted
    return _best(score + 0.5 * common[panel.label], panel)  # a draw: as most people do


def _like_before(panel: Panel, known: Mask) -> Floats:
    there = _filled(panel.features)
    scale = there.std(0)
    there = (there - there.mean(0)) / np.where(scale > 0, scale, 1.0)
    chosen = np.where(known[:, None], there[panel.chosen], 0.0)
    sums = np.zeros((panel.people, there.shape[1]))
    np.add.at(sums, panel.person, chosen)
    counts = np.bincount(panel.person[known], minlength=panel.people).astype(float)
    others = (counts[panel.person] - known)[:, None]
    everybody = chosen.sum(0) / max(float(known.sum()), 1.0)
    theirs = (sums[panel.person] - chosen) / np.maximum(others, 1.0)
    means = np.where(others > 0, theirs, everybody)
    return _best(-((there - means[panel.choice_of_row]) ** 2).sum(1), panel)


def _filled(features: Floats) -> Floats:
    blank = np.isnan(features).all(0)
    there = np.where(blank, 0.0, features)
    return np.where(np.isnan(there), np.nanmedian(there, axis=0), there)


def _best(score: Floats, panel: Panel) -> Floats:
    top = np.maximum.reduceat(score, panel.starts)[panel.choice_of_row]
    return (score >= top - 1e-12).astype(float)


def _as_chances(picked: Floats, panel: Panel, known: Mask) -> Floats:
    """A rule's picks as chances: it is right as often as it was in the training part."""
    picks = np.add.reduceat(picked, panel.starts)
    open_choices = known & (picks < panel.sizes)
    hits = picked[panel.chosen[open_choices]]
    trust = (hits.sum() + 1.0) / (len(hits) + 2.0)
    picks, sizes = picks[panel.choice_of_row], panel.sizes[panel.choice_of_row]
    inside = np.where(picks < sizes, trust, 1.0) / picks
    outside = (1.0 - trust) / np.maximum(sizes - picks, 1)
    return np.where(picked > 0, inside, outside)
