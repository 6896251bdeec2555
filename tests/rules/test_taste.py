"""What a shopper weighs, which option is likeliest theirs, and the reason that is true."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.taste.model import (
    FEATURES,
    LITERATURE_MEAN,
    LITERATURE_SPREAD,
    Seen,
    Taste,
    features,
    habit_of,
    likeliest,
    traits,
)
from delivery.rules.taste.shop import Chosen, learn_customer, learn_shop, literature
from tests.times import NOW


def seen(kind: str = "to_door", amount: int = 500, hours: float = 24.0, **more: Any) -> Seen:
    """An option: its window begins `hours` after a Tuesday noon."""
    start: datetime = NOW + timedelta(hours=hours)
    minutes = more.get("minutes", 120)
    end = start + timedelta(minutes=minutes)
    return Seen(kind, amount, start, end.timestamp(), minutes, more.get("metres", 0))


EVENING = seen(hours=29.5, amount=690)
DAY = seen(hours=20.5, amount=490, minutes=480)
LOCKER = seen("locker", 290, hours=24, metres=400, minutes=600)
SLATE = (EVENING, DAY, LOCKER)


def row(option: int) -> dict[str, float]:
    return dict(zip(FEATURES, features(SLATE)[option], strict=True))


def test_an_option_is_weighed_beside_the_others() -> None:
    assert row(0)["price"] == 2.0  # two steps of 2 euros over the cheapest
    assert (row(0)["evening"], row(1)["evening"]) == (1.0, 0.0)
    assert (row(0)["width"], row(1)["width"], row(2)["width"]) == (1.0, 3.0, 0.0)
    assert row(2)["distance"] == 0.5
    assert (row(2)["locker"], row(0)["locker"]) == (1.0, 0.0)
    assert row(1)["wait"] == 0.0
    assert row(0)["wait"] == pytest.approx(3 / 24)


def test_traits_are_most_exact_first() -> None:
    assert traits(SLATE, 0) == ("home_evening", "home")
    assert traits(SLATE, 1) == ("home", "fastest")
    assert traits(SLATE, 2) == ("locker", "cheapest")
    assert traits((EVENING, EVENING), 0) == ("home_evening", "home")


def a_taste(recent: tuple[tuple[str, ...], ...], spread: float = 0.3) -> Taste:
    lower = [[0.0] * row + [spread**2] for row in range(len(FEATURES))]
    return Taste(len(recent), LITERATURE_MEAN, lower, recent)


@pytest.mark.parametrize(
    ("recent", "mine", "usual"),
    [
        ([("home_evening", "home")] * 3, ("home_evening", "home"), ("home_evening", 3, 3)),
        (
            [("home_evening", "home"), ("home_day", "home"), ("home_morning", "home")],
            ("home_evening", "home"), ("home", 3, 3),
        ),
        ([("locker",), ("locker",), ("home",)], ("locker",), ("locker", 2, 3)),
        ([("locker",), ("home",), ("home",)], ("locker",), None),
        ([("locker",)] * 7, ("locker",), ("locker", 5, 5)),
        ([("store",)] * 3, ("locker",), None),
        ([("locker", "cheapest"), ("home", "cheapest")] * 2, ("store", "cheapest"),
         ("cheapest", 4, 4)),
    ],
)  # fmt: skip
def test_a_reason_is_true_of_most_of_the_last_choices(
    recent: list[tuple[str, ...]], mine: tuple[str, ...], usual: object
) -> None:
    assert habit_of(a_taste(tuple(recent)), mine) == usual


def test_the_less_is_known_the_nearer_the_chances() -> None:
    rows = features(SLATE)
    sure, unsure = (likeliest(a_taste((), spread), rows) for spread in (0.1, 3.0))
    assert sure.option == unsure.option
    assert sure.ahead > unsure.ahead > 0


def test_how_little_is_known_is_taken_of_the_whole_covariance() -> None:
    """Beside the same by numpy, on a covariance that is not diagonal."""
    rows, root = np.array(features(SLATE)), np.random.default_rng(3).normal(size=(9, 9))
    full = root @ root.T
    taste = a_taste(())._replace(covariance=[row[: k + 1] for k, row in enumerate(full.tolist())])
    worth = rows @ np.array(LITERATURE_MEAN)
    best, second = np.argsort(-worth)[:2]
    apart = rows[best] - rows[second]
    softer = 1 / np.sqrt(1 + np.pi * (apart @ full @ apart) / 8)
    powers = np.exp((worth - worth[best]) * softer)
    found = likeliest(taste, features(SLATE))
    assert found.option == best
    assert found.chance == pytest.approx(1 / powers.sum())
    assert found.ahead == pytest.approx((1 - powers[second]) / powers.sum())


def test_a_taste_is_kept_in_a_kilobyte_and_read_again() -> None:
    choices = [
        Chosen("c", features(SLATE), number % 3, traits(SLATE, number % 3)) for number in range(40)
    ]
    taste = learn_customer(literature(), choices)
    kept = orjson.dumps(taste.as_json())
    assert len(kept) <= 1000
    again = Taste.from_json(orjson.loads(kept))
    assert (again.choices, again.recent) == (taste.choices, taste.recent)
    assert np.allclose(again.weights, taste.weights, atol=1e-4)
    for row, kept_row in zip(taste.covariance, again.covariance, strict=True):
        assert np.allclose(row, kept_row, atol=1e-4)


def test_own_choices_move_the_weights_their_way() -> None:
    rows = features(SLATE)
    evening, locker = (
        learn_customer(literature(), [Chosen("c", rows, which)] * 4) for which in (0, 2)
    )
    place = FEATURES.index("locker")
    assert locker.weights[place] > LITERATURE_MEAN[place] > evening.weights[place]
    assert likeliest(evening, rows).option == 0
    assert likeliest(locker, rows).option == 2


def test_the_first_customers_do_not_overturn_what_is_known_of_shoppers() -> None:
    rows = features(SLATE)
    few = learn_shop([Chosen("c-1", rows, 0)] * 3)
    assert few.mean == pytest.approx(np.array(LITERATURE_MEAN), abs=0.15)
    many = learn_shop([Chosen(f"c-{who}", rows, 0) for who in range(300) for _ in range(2)])
    assert many.mean[0] > few.mean[0] + 0.2  # the dearest was chosen by all: price matters less


@given(
    amounts=st.lists(st.integers(0, 5000), min_size=1, max_size=5),
    spread=st.floats(0.0, 5.0),
    extra=st.integers(0, 2000),
)
def test_chances_are_chances_and_only_differences_of_price_count(
    amounts: list[int], spread: float, extra: int
) -> None:
    options = [seen(amount=amount) for amount in amounts]
    found = likeliest(a_taste((), spread), features(options))
    assert 0 < found.chance <= 1
    assert 0 <= found.ahead <= found.chance
    assert amounts[found.option] == min(amounts)
    dearer = [each._replace(amount=each.amount + extra) for each in options]
    assert likeliest(a_taste((), spread), features(dearer)) == found


def test_nothing_that_answers_shoppers_waits_for_numpy() -> None:
    asked = "import delivery.app, sys; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_what_is_believed_beforehand_is_said_for_each_feature() -> None:
    assert len(LITERATURE_MEAN) == len(LITERATURE_SPREAD) == len(FEATURES)
    assert min(LITERATURE_MEAN) == LITERATURE_MEAN[FEATURES.index("price")]
