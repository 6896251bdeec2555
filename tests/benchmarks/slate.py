"""What is lost by showing five: our slate against everything, beside the five cheapest.

    python -m tests.benchmarks.slate [--rounds 5] [--json FILE]

The candidates are those of the demo town, and of the same town with more prices (by weekday, by
hour, by how soon it is): many addresses, hours and baskets, all windows free.
A taste is a weight for each of price, lateness, width and effort; what it regrets is what the
best of all costs it less than the best of those shown. Weights are drawn twice, because nobody
knows how tastes are spread: over the spread of what is on offer (regret is a share of it, a third
of the tastes care for little but one thing), and as the money somebody would pay for a day, an
hour of width, a kilometre (regret is in euros). "Small differences" are tried in other sizes too.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import delivery.rules.slate_weights as weights
import delivery.store.seeds as seeds
from delivery.flows.finding import LEADERS
from delivery.rules.candidates import AT_HOME, Candidate
from delivery.rules.catalogue import Catalogue
from delivery.rules.slate import MOST_SHOWN, choose, vector
from delivery.store.catalogue.building import read_catalogue
from tests.asking import an_ask
from tests.benchmarks.measure import Goal, Sample, arguments, interleaved, report
from tests.offers import candidates_of, plans_at
from tests.times import NOW

TASTES = 10_000
#: Of the five cheapest's worst regret; the issue's own line.
MOST_OF_THEIRS = 1 / 3
_MOMENTS, _EACH = 30, 10
_BASKETS: tuple[list[dict[str, int]], ...] = (
    [{"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}],
    [{"weight_g": 800}] * 3,
    [{"weight_g": 18_000, "length_mm": 900, "width_mm": 300, "height_mm": 300}],
)
_TAGS: tuple[list[str], ...] = ([], ["fragile"], ["chilled"])

_VAN = "[[services.home.price.surcharges]]"
_MORE_PRICES = """
code = "sunday"
name = { en = "Sunday", fi = "Sunnuntai" }
amount = 200
weekdays = ["sun"]
+
code = "midday"
name = { en = "Midday", fi = "Keskipäivä" }
amount = -100
from = "12:00"
to = "16:00"
+
code = "today"
name = { en = "Soon", fi = "Pian" }
amount = 200
hours_until_below = 8
+
code = "this_week"
name = { en = "In four days", fi = "Neljän päivän sisällä" }
amount = 100
hours_until_below = 96
"""
_COURIER = """
[[services.express.price.surcharges]]
code = "at_once"
name = { en = "At once", fi = "Heti" }
amount = 300
hours_until_below = 5

[services.locker]
"""

Rows = NDArray[np.float64]
Slater = Callable[[Sequence[Candidate]], list[Candidate]]


class Offered(NamedTuple):
    """What one shopper could have, and the few of it that a quote looks at."""

    now: datetime
    every: list[Candidate]
    leaders: list[Candidate]


def towns() -> dict[str, Catalogue]:
    """The demo town as it is, and with more prices."""
    text = Path(seeds.TOWN).read_text("utf-8")
    vans = "\n".join(f"{_VAN}{each}" for each in _MORE_PRICES.split("+"))
    more = text.replace(_VAN, f"{vans}\n{_VAN}", 1).replace("\n[services.locker]\n", _COURIER)
    return {"demo town": read_catalogue(text, 1), "more prices": read_catalogue(more, 1)}


def offers(town: Catalogue) -> Iterator[Offered]:
    """The candidates of many shoppers of a town."""
    chance = random.Random(3)
    postcodes = [code for code in sorted(town.postcodes) if code < "04500"]
    for _moment in range(_MOMENTS):
        now = NOW + timedelta(minutes=chance.randrange(14 * 24 * 60))
        plan_of = plans_at(now)
        for _shopper in range(_EACH):
            value = {"amount": chance.choice([1500, 5990, 7500, 20_000]), "currency": "EUR"}
            ask = an_ask(
                postcode=chance.choice(postcodes), value=value,
                parcels=chance.choice(_BASKETS), tags=chance.choice(_TAGS),
            )  # fmt: skip
            few, every = (
                candidates_of(town, ask, now, leaders=leaders, plan_of=plan_of)
                for leaders in (LEADERS, 0)
            )
            if every:
                yield Offered(now, every, few)


def ours(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [each.candidate for each in choose(candidates).shown]


def cheapest(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The known-bad twin: a list sorted by price, and by time where that is the same."""
    return sorted(candidates, key=lambda each: (each.amount, each.end, each.id))[:MOST_SHOWN]


def measured(offered: Offered) -> Rows:
    """Euros, days from now, hours of width, and kilometres with half a one for going at all."""
    rows: Rows = np.array([vector(each) for each in offered.every], float)
    away = np.where(rows[:, 3] == AT_HOME, 0.0, 0.5 + rows[:, 3] / 1000)
    late = (rows[:, 1] - offered.now.timestamp()) / 86_400
    return np.column_stack((rows[:, 0] / 100, late, rows[:, 2] / 60, away))


def spread(rows: Rows) -> Rows:
    """The same, each dimension from 0 to 1 over what is on offer."""
    low, high = rows.min(0), rows.max(0)
    scaled: Rows = (rows - low) / np.where(high > low, high - low, 1.0)
    return scaled


def shares(chance: np.random.Generator, count: int) -> Rows:
    """Weights that add up to one; a third of the tastes care for little but one thing."""
    strong = count // 3
    return np.vstack(
        (chance.dirichlet([1.0] * 4, count - strong), chance.dirichlet([0.2] * 4, strong))
    )


def moneys(chance: np.random.Generator, count: int) -> Rows:
    """Euros for a day (0.1 to 20), an hour of width (0.05 to 5), a kilometre (0.1 to 10)."""
    low, high = np.log((0.1, 0.05, 0.1)), np.log((20.0, 5.0, 10.0))
    drawn: Rows = np.exp(chance.uniform(low, high, (count, 3)))
    return np.column_stack((np.ones(count), drawn))


class Regret(NamedTuple):
    worst: float
    mean: float


def regret(
    slater: Slater, every: Sequence[tuple[Offered, Rows]], tastes: Rows, *, leaders: bool
) -> Regret:
    """Over all shoppers and all tastes."""
    worst, total = 0.0, 0.0
    for offered, rows in every:
        number = {each.id: place for place, each in enumerate(offered.every)}
        shown = slater(offered.leaders if leaders else offered.every)
        cost = rows @ tastes.T
        lost = cost[[number[each.id] for each in shown]].min(0) - cost.min(0)
        worst, total = max(worst, float(lost.max())), total + float(lost.mean())
    return Regret(worst, total / len(every))


@contextmanager
def small_differences(times: int, seconds: int) -> Iterator[None]:
    """Small differences of other sizes: all of them so many times as large, time apart."""
    names = ("SMALL_PRICE", "SMALL_MINUTES", "SMALL_METRES", "SMALL_SECONDS")
    before = {name: getattr(weights, name) for name in names}
    try:
        for name in names[:3]:
            setattr(weights, name, before[name] * times)
        weights.SMALL_SECONDS = seconds
        yield
    finally:
        for name, value in before.items():
            setattr(weights, name, value)


_SIZES = (("none at all", 0, 0), ("as they are", 1, weights.SMALL_SECONDS),
          ("two hours", 1, 7200), ("four times, four hours", 4, 14_400))  # fmt: skip


def other_sizes(every: Sequence[tuple[Offered, Rows]], tastes: Rows) -> dict[str, Any]:
    """What hiding small differences costs, and how many options are shown then."""
    found = {}
    for name, times, seconds in _SIZES:
        with small_differences(times, seconds):
            lost = regret(ours, every, tastes, leaders=True)
            shown = sum(len(ours(offered.leaders)) for offered, _rows in every) / len(every)
        found[name] = {"worst": lost.worst, "mean": lost.mean, "shown": shown}
        print(f"    small differences {name}: worst {lost.worst:.3f}, mean {lost.mean:.4f}, "
              f"{shown:.2f} options shown")  # fmt: skip
    return found


def of_town(name: str, every: Sequence[Offered]) -> tuple[list[Goal], dict[str, Any]]:
    """The regrets in one town, printed, and what they must be."""
    print(f"  {name}: {len(every)} shoppers")
    chance = np.random.default_rng(3)
    plain = [(offered, measured(offered)) for offered in every]
    scaled = [(offered, spread(rows)) for offered, rows in plain]
    goals: list[Goal] = []
    lost: dict[str, Any] = {}
    for kind, rows, tastes in (
        ("share of the spread", scaled, shares(chance, TASTES)),
        ("euros", plain, moneys(chance, TASTES)),
    ):
        mine = regret(ours, rows, tastes, leaders=True)
        theirs = regret(cheapest, rows, tastes, leaders=False)
        lost[kind] = {"ours": mine._asdict(), "five cheapest": theirs._asdict()}
        print(f"    regret, {kind}: ours worst {mine.worst:.3f} mean {mine.mean:.4f}; "
              f"five cheapest worst {theirs.worst:.3f} mean {theirs.mean:.4f}")  # fmt: skip
        for what, ratio in (
            ("worst", mine.worst / theirs.worst),
            ("mean", mine.mean / theirs.mean),
        ):
            named = f"{what} regret / that of the five cheapest, {kind}, {name}"
            goals.append(Goal(named, ratio, MOST_OF_THEIRS, True))
    lost["small differences"] = other_sizes(scaled, shares(chance, TASTES // 10))
    return goals, lost


def turn(slater: Slater, every: Sequence[Offered]) -> Sample:
    begun, spent = time.perf_counter(), time.process_time()
    for offered in every:
        slater(offered.leaders)
    return Sample(len(every), time.perf_counter() - begun, time.process_time() - spent)


def main() -> int:
    given = arguments("What is lost by showing five options.").parse_args()
    goals: list[Goal] = []
    lost, sides = {}, {}
    for name, town in towns().items():
        every = list(offers(town))
        found, lost[name] = of_town(name, every)
        goals += found
        few = sum(len(offered.leaders) for offered in every) / len(every)
        sides[f"slate of {few:.0f}, {name}"] = partial(turn, ours, every)
        sides[f"five cheapest, {name}"] = partial(turn, cheapest, every)
    figures = interleaved(sides, given.rounds)
    return report(f"Slate, {TASTES:,} tastes", figures, goals, given.json, regret=lost)


if __name__ == "__main__":
    sys.exit(main())
