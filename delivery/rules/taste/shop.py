"""The learner of taste at work in a shop: what all customers are like, and what one of them is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from delivery.rules.taste.learner import (
    Likelihood,
    Prior,
    learn_people,
    learn_prior,
)
from delivery.rules.taste.model import (
    FEATURES,
    LITERATURE_MEAN,
    LITERATURE_SPREAD,
    RECENT,
    Taste,
)
from delivery.rules.taste.panel import Panel

#: What is believed beforehand counts as so many customers.
TRUST = 30.0


class Chosen(NamedTuple):
    """One own choice of a customer: the features of each option, and which was taken."""

    customer: str
    features: Sequence[Sequence[float]]
    chosen: int
    traits: Sequence[str] = ()


def literature() -> Prior:
    """What is believed of shoppers before anybody has chosen."""
    return Prior(np.array(LITERATURE_MEAN), np.diag(np.square(LITERATURE_SPREAD)))


def prior_of(mean: Sequence[float], covariance: Sequence[Sequence[float]]) -> Prior:
    """A prior as it was kept."""
    return Prior(np.array(mean), np.array(covariance))


def learn_shop(choices: Sequence[Chosen]) -> Prior:
    """The prior that these choices give, each customer's in time order."""
    panel = _panel(sorted(choices, key=lambda each: each.customer))
    base = literature()
    return learn_prior(
        Likelihood(panel.features, panel), base, trust=TRUST, mean_trust=TRUST, steps=15
    )


def learn_customer(prior: Prior, choices: Sequence[Chosen]) -> Taste:
    """What one customer's choices, oldest first, say of them."""
    panel = _panel(choices)
    known = learn_people(Likelihood(panel.features, panel), prior, draws=256)
    covariance = known.covariance[0].tolist()
    lower = [row[: number + 1] for number, row in enumerate(covariance)]
    recent = [list(each.traits) for each in choices[-RECENT:]]
    return Taste(len(choices), known.mean[0].tolist(), lower, recent)


def _panel(choices: Sequence[Chosen]) -> Panel:
    rows: list[Sequence[float]] = []
    starts, chosen, person = [], [], []
    for who, (_, theirs) in enumerate(groupby(choices, key=lambda each: each.customer)):
        for each in theirs:
            starts.append(len(rows))
            chosen.append(len(rows) + each.chosen)
            person.append(who)
            rows += list(each.features)
    return Panel(
        features=np.array(rows, dtype=float),
        starts=np.array(starts),
        chosen=np.array(chosen),
        person=np.array(person),
        label=np.zeros(len(rows), dtype=np.int64),
        names=FEATURES,
        people=person[-1] + 1,
        labels=1,
    )
