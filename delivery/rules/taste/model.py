"""What an option is like to a customer, and which one is likeliest theirs.

Quick and without numpy: this runs while a shopper waits. What is learnt, and how, is in
`learner.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp, log2, pi, sqrt
from operator import mul
from typing import Any, NamedTuple

#: The columns that a taste weighs, in this order.
FEATURES = (
    "price", "wait", "width", "distance", "locker", "pickup_point", "store", "evening", "weekend",
)  # fmt: skip
#: What is believed of a shopper before anybody chose here, per step of each feature: the fee
#: matters most, then time, precision and place (field/options.md §4: Nguyen et al. 2019).
LITERATURE_MEAN = (-1.0, -0.5, -0.25, -0.6, -0.3, -0.3, -0.5, 0.1, 0.0)
#: How far people are from that, as standard deviations.
LITERATURE_SPREAD = (0.6, 0.5, 0.3, 0.5, 1.2, 1.2, 1.2, 1.0, 0.8)

#: One step: 2 euros (minor units), a day, a doubling of the width over an hour, 800 metres.
_PRICE_STEP, _DAY, _HOUR, _WALK_STEP = 200, 86_400.0, 60, 800
#: More steps than these are felt as these.
_MOST_PRICE, _MOST_WAIT, _MOST_WIDTH, _MOST_WALK = 10.0, 7.0, 5.0, 10.0
_EVENING, _NOON, _SATURDAY = 17, 12, 5
#: A window wider than this is no time of day.
_WIDEST_TIME_OF_DAY = 240
_HOME = "to_door"
_WHERE = {
    "locker": (1.0, 0.0, 0.0),
    "pickup_point": (0.0, 1.0, 0.0),
    "store": (0.0, 0.0, 1.0),
}

#: Fewer own choices are no habit.
FEWEST_CHOICES = 3
#: By so much the likeliest option must be likelier than the next.
MARGIN = 0.3
#: The last choices that a reason speaks of.
RECENT = 5

Row = tuple[float, ...]


class Seen(NamedTuple):
    """What of an option a shopper weighs."""

    kind: str
    amount: int
    #: On the clock of the place.
    start: datetime
    #: Seconds since the epoch.
    end: float
    minutes: int
    #: Metres to a place; not looked at for the door.
    metres: int


class Taste(NamedTuple):
    """One person's weights: the mean, the covariance, and what their last choices were like."""

    choices: int
    weights: Sequence[float]
    #: Its lower half: row i has i + 1 numbers.
    covariance: Sequence[Sequence[float]]
    #: For each of the last choices its traits; the newest last.
    recent: Sequence[Sequence[str]]

    def as_json(self) -> dict[str, Any]:
        """At most 1 kB: numbers are rounded."""
        return {
            "choices": self.choices,
            "weights": [round(weight, 4) for weight in self.weights],
            "covariance": [[round(each, 4) for each in row] for row in self.covariance],
            "recent": [list(traits) for traits in self.recent],
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Taste:
        return cls(known["choices"], known["weights"], known["covariance"], known["recent"])


class Likeliest(NamedTuple):
    """The option a person most likely takes, and by how much it is likelier than the next."""

    option: int
    chance: float
    ahead: float


def features(options: Sequence[Seen]) -> list[Row]:
    """What each option is like beside the others, in the order of `FEATURES`."""
    cheapest = min(each.amount for each in options)
    soonest = min(each.end for each in options)
    return [_features(each, cheapest, soonest) for each in options]


def _features(option: Seen, cheapest: int, soonest: float) -> Row:
    kind = option.kind
    price = (option.amount - cheapest) / _PRICE_STEP
    wait = (option.end - soonest) / _DAY
    # Spelled out: this runs for each option of each quote of somebody we know.
    price = price if price < _MOST_PRICE else _MOST_PRICE
    wait = wait if wait < _MOST_WAIT else _MOST_WAIT
    weekend = 1.0 if option.start.weekday() >= _SATURDAY else 0.0
    if kind == _HOME:
        minutes = option.minutes
        width = log2(minutes / _HOUR)
        width = -1.0 if width < -1.0 else width if width < _MOST_WIDTH else _MOST_WIDTH
        late = minutes <= _WIDEST_TIME_OF_DAY and option.start.hour >= _EVENING
        return price, wait, width, 0.0, 0.0, 0.0, 0.0, 1.0 if late else 0.0, weekend
    walk = min(option.metres / _WALK_STEP, _MOST_WALK)
    locker, point, store = _WHERE[kind]
    return price, wait, 0.0, walk, locker, point, store, 0.0, weekend


def traits(options: Sequence[Seen], which: int) -> tuple[str, ...]:
    """What one option is, in words that a reason can be made of; the most exact first."""
    option = options[which]
    exact = (option.kind,) if option.kind != _HOME else (_time_of_day(option), "home")
    found = [trait for trait in exact if trait]
    others = [each for k, each in enumerate(options) if k != which]
    if others and all(option.amount < each.amount for each in others):
        found.append("cheapest")
    if others and all(option.end < each.end for each in others):
        found.append("fastest")
    return tuple(found)


def _time_of_day(option: Seen) -> str:
    if option.minutes > _WIDEST_TIME_OF_DAY:
        return ""
    hour = option.start.hour
    return "home_morning" if hour < _NOON else "home_day" if hour < _EVENING else "home_evening"


def likeliest(taste: Taste, rows: Sequence[Row]) -> Likeliest:
    """Which option this person most likely takes.

    The less is known of what sets the best two apart, the nearer their chances are brought
    (the probit approximation of a logistic averaged over a normal; MacKay 1992).
    """
    weights = taste.weights
    worth = [sum(map(mul, weights, row)) for row in rows]
    order = sorted(range(len(worth)), key=worth.__getitem__, reverse=True)
    best = order[0]
    if len(order) == 1:
        return Likeliest(best, 1.0, 1.0)
    second = order[1]
    apart = tuple(one - other for one, other in zip(rows[best], rows[second], strict=True))
    unsure = 0.0
    for away, lower in zip(apart, taste.covariance, strict=True):
        if away:  # of both halves, the diagonal once
            unsure += away * (2.0 * sum(map(mul, lower, apart)) - lower[-1] * away)
    softer = 1.0 / sqrt(1.0 + pi * max(unsure, 0.0) / 8.0)
    top = worth[best]
    powers = [exp((each - top) * softer) for each in worth]
    total = sum(powers)
    return Likeliest(best, 1.0 / total, (1.0 - powers[second]) / total)


def habit_of(taste: Taste, mine: Sequence[str]) -> tuple[str, int, int] | None:
    """The most exact trait that most of the last choices had too: which, how many, of how many.

    None when nothing of `mine` was usual: then there is no reason to give.
    """
    recent = taste.recent[-RECENT:]
    for trait in mine:
        shared = sum(trait in each for each in recent)
        if shared >= 2 and 2 * shared > len(recent):
            return trait, shared, len(recent)
    return None
