"""The learner of taste: a multinomial logit whose weights differ from person to person.

Everybody's weights are drawn from one normal distribution, the prior; it is learnt from all by
EM, where the posterior of each person is a Gaussian around its mode (Laplace), corrected by
importance weights. See Train, Discrete Choice Methods with Simulation (2009), chapters 10 to 12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from delivery.rules.taste.panel import Floats, Ints, Panel

#: Draws of a person's weights; in pairs that mirror one another.
DRAWS = 64
#: Draws are made a little wider than the Gaussian, so that no weight gets too heavy.
_WIDER = 1.1
_RIDGE = 1e-3
#: Where there are few choices, they are believed less: as if the weights were 0 ± 1.
FIRM_RIDGE = 1.0
#: A step of Newton's is at most this many standard deviations of the prior.
_LONGEST_STEP = 4.0
#: Where EM begins: people who differ, but not much.
_FIRST_VARIANCE = 0.3
#: Rows that are looked at together; more do not fit a processor's cache.
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False)
class Prior:
    """What is known of somebody's weights before they have chosen anything."""

    mean: Floats
    covariance: Floats

    def scaled(self, share: float) -> Prior:
        """The same mean, with people differing less (or more) from it."""
        return Prior(self.mean, self.covariance * share)


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of people's weights after their choices: weighted draws for each person."""

    draws: Floats  # people × draws × features
    weights: Floats  # people × draws, each row summing to 1

    @property
    def mean(self) -> Floats:
        mean: Floats = np.einsum("pd,pdk->pk", self.weights, self.draws)
        return mean

    @property
    def covariance(self) -> Floats:
        away = self.draws - self.mean[:, None, :]
        spread: Floats = np.matmul((away * self.weights[:, :, None]).transpose(0, 2, 1), away)
        return spread


class Likelihood:
    """How well weights explain the choices of a panel whose rows are `rows`."""

    def __init__(self, rows: Floats, panel: Panel) -> None:
        self.rows = rows
        self.panel = panel
        self.width = rows.shape[1]
        self._of_row = panel.person[panel.choice_of_row]

    def pooled(self, ridge: float = _RIDGE, steps: int = 30) -> Floats:
        """The weights of a logit in which all people are alike, drawn to 0 by `ridge`."""
        weights = np.zeros(self.width)
        for _ in range(steps):
            everybody = np.broadcast_to(weights, (self.panel.people, self.width))
            gradient, curvature = self._slopes(everybody)
            slope = gradient.sum(0) - ridge * weights
            step = np.linalg.solve(curvature.sum(0) + ridge * np.eye(self.width), slope)
            step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
            weights = weights + step
            if np.abs(step).max() < 1e-6:
                break
        return weights

    def _slopes(self, weights: Floats) -> tuple[Floats, Floats]:
        """First and minus second derivatives of the log-likelihood, for each person."""
        panel, rows = self.panel, self.rows
        utility = np.einsum("rk,rk->r", rows, weights[self._of_row])
        chance = shares(utility[:, None], panel.starts, panel.choice_of_row)
        expected = np.add.reduceat(rows * chance, panel.starts, axis=0)
        away = (rows - expected[panel.choice_of_row]) * np.sqrt(chance)
        gain = np.zeros((len(rows), self.width))
        gain[panel.chosen] = rows[panel.chosen] - expected
        gradient = np.zeros((panel.people, self.width))
        curvature = np.zeros((panel.people, self.width, self.width))
        for who, first, last in _spans(panel.rows_of):
            gradient[who] = gain[first:last].sum(0)
            mine = away[first:last]
            np.matmul(mine.T, mine, out=curvature[who])
        return gradient, curvature

    def modes(self, prior: Prior, start: Floats, steps: int) -> tuple[Floats, Floats]:
        """Each person's likeliest weights under the prior, and the covariance around them."""
        precision = np.linalg.inv(prior.covariance)
        weights = start
        for _ in range(steps):
            gradient, curvature = self._slopes(weights)
            slope = gradient - (weights - prior.mean) @ precision
            step = np.linalg.solve(curvature + precision, slope[:, :, None])[:, :, 0]
            length = np.sqrt(np.einsum("pk,kl,pl->p", step, precision, step))
            step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, 1e-12))[:, None]
            weights = weights + step
            if np.abs(step).max() < 1e-3:
                break
        _, curvature = self._slopes(weights)
        return weights, np.linalg.inv(curvature + precision)

    def posterior(self, prior: Prior, modes: Floats, around: Floats, draws: int) -> Posterior:
        """Draws around the modes, weighted so that they are draws of the true posterior."""
        noise = _noise(len(modes), draws, self.width)
        spread = np.linalg.cholesky(around) * _WIDER
        drawn = modes[:, None, :] + np.matmul(noise, spread.transpose(0, 2, 1))
        away = drawn - prior.mean
        precise = np.matmul(away, np.linalg.inv(prior.covariance))
        log_weight = self._of_draws(drawn) - 0.5 * (precise * away).sum(2)
        log_weight += 0.5 * (noise**2).sum(2)
        log_weight -= log_weight.max(1, keepdims=True)
        weight = np.exp(log_weight)
        return Posterior(drawn, weight / weight.sum(1, keepdims=True))

    def _of_draws(self, drawn: Floats) -> Floats:
        """The log-likelihood of each person's choices under each of their draws."""
        total = np.zeros(drawn.shape[:2])
        for part in _parts(self.panel):
            utility = part.utility(self.rows, drawn)
            top = np.maximum.reduceat(utility, part.starts, axis=0)
            log_chance = utility[part.chosen] - top
            np.subtract(utility, top[part.choice_of_row], out=utility)
            np.exp(utility, out=utility)
            log_chance -= np.log(np.add.reduceat(utility, part.starts, axis=0))
            first = np.flatnonzero(np.diff(part.person, prepend=-1))
            total[part.person[first]] = np.add.reduceat(log_chance, first, axis=0)
        return total


def learn_prior(
    likelihood: Likelihood, base: Prior, *, trust: float, mean_trust: float = 0.0, steps: int = 25
) -> Prior:
    """The distribution that people's weights come from.

    `base` counts as `trust` people for the covariance and as `mean_trust` people for the mean.
    Few steps on purpose: the last ones fit the noise.
    """
    active = np.diff(likelihood.panel.rows_of) > 0
    people = int(active.sum())
    prior = base
    if mean_trust < 1:
        first = likelihood.pooled(FIRM_RIDGE)
        prior = Prior(first, _FIRST_VARIANCE * np.eye(likelihood.width))
    modes = np.tile(prior.mean, (likelihood.panel.people, 1))
    for step in range(steps):
        modes, around = likelihood.modes(prior, modes, 8 if step == 0 else 2)
        known = likelihood.posterior(prior, modes, around, draws_for(likelihood.width))
        theirs = known.mean[active]
        mean = (theirs.sum(0) + mean_trust * base.mean) / (people + mean_trust)
        away = theirs - mean
        spread = known.covariance[active].sum(0) + away.T @ away + trust * base.covariance
        pull = base.mean - mean
        spread += mean_trust * np.outer(pull, pull)
        prior = Prior(mean, spread / (people + trust))
    return prior


def learn_people(likelihood: Likelihood, prior: Prior, draws: int = 0) -> Posterior:
    """What the choices of each person say about them; somebody without any is as the prior."""
    start = np.tile(prior.mean, (likelihood.panel.people, 1))
    modes, around = likelihood.modes(prior, start, 12)
    return likelihood.posterior(prior, modes, around, draws or draws_for(likelihood.width))


def chances(rows: Floats, panel: Panel, known: Posterior) -> Floats:
    """The chance of each row to be chosen, averaged over what its person's weights may be."""
    chance = np.zeros(len(rows))
    for part in _parts(panel):
        utility = part.utility(rows, known.draws)
        each = shares(utility, part.starts, part.choice_of_row)
        for who, first, last in part.spans:
            chance[part.first + first : part.first + last] = each[first:last] @ known.weights[who]
    return chance


def shares(utility: Floats, starts: Ints, choice_of_row: Ints) -> Floats:
    """The logit's chances within each choice, column by column."""
    top = np.maximum.reduceat(utility, starts, axis=0)
    powers = np.exp(utility - top[choice_of_row])
    chance: Floats = powers / np.add.reduceat(powers, starts, axis=0)[choice_of_row]
    return chance


def draws_for(width: int) -> int:
    """Enough draws that their mean and covariance can be exact."""
    return max(DRAWS, 4 * width)


def _noise(people: int, draws: int, width: int) -> Floats:
    """Standard normal draws in mirrored pairs, each person's own: what is off evens out."""
    half = np.random.default_rng(1).standard_normal((people, draws // 2, width))
    return np.concatenate([half, -half], axis=1)


@dataclass(frozen=True, eq=False)
class _Part:
    """Some neighbouring people of a panel, their rows counted from `first`."""

    first: int
    rows: int
    starts: Ints
    chosen: Ints
    person: Ints
    choice_of_row: Ints
    spans: list[tuple[int, int, int]]

    def utility(self, rows: Floats, drawn: Floats) -> Floats:
        found = np.empty((self.rows, drawn.shape[1]))
        for who, first, last in self.spans:
            mine = rows[self.first + first : self.first + last]
            np.matmul(mine, drawn[who].T, out=found[first:last])
        return found


def _parts(panel: Panel) -> Iterator[_Part]:
    bounds = panel.rows_of
    who = 0
    while who < panel.people:
        until = int(np.searchsorted(bounds, bounds[who] + _ROWS_AT_ONCE, "right")) - 1
        until = min(max(until, who + 1), panel.people)
        low, high = int(bounds[who]), int(bounds[until])
        if high > low:
            some = slice(*np.searchsorted(panel.starts, [low, high]))
            starts = panel.starts[some] - low
            sizes = np.diff(np.append(starts, high - low))
            spans = [
                (each, first - low, last - low)
                for each, first, last in _spans(bounds[who : until + 1], who)
            ]
            yield _Part(
                low, high - low, starts, panel.chosen[some] - low, panel.person[some],
                np.repeat(np.arange(len(starts)), sizes), spans,
            )  # fmt: skip
        who = until


def _spans(bounds: Ints, begin: int = 0) -> Iterator[tuple[int, int, int]]:
    """Person, first row, row after the last, of everybody who has rows."""
    ends = bounds.tolist()
    for who in range(len(ends) - 1):
        if ends[who + 1] > ends[who]:
            yield begin + who, ends[who], ends[who + 1]
