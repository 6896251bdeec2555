"""The learner of taste on panels whose truth is known: better where people differ, no worse where
they are alike, and whole on the tables that real life makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from delivery.cli import bench_taste
from delivery.cli.taste_table import read_choices
from delivery.rules.taste.features import Recipe
from delivery.rules.taste.panel import Panel, held_out
from delivery.rules.taste.scores import (
    Foretold,
    cheapest,
    foretold,
    habit,
    interval,
    pooled_logit,
)
from delivery.rules.taste.tuning import Learner, best_recipe
from tests.rules.panels import a_panel, write


def both(panel: Panel, recipe: Recipe | None = None) -> tuple[Foretold, Foretold]:
    """What the learner and the pooled logit foretell of a random 30 %."""
    held = held_out(panel, "random", 0)
    recipe = recipe or best_recipe(panel.take(~held), "random", 1)
    ours = Learner(recipe, panel, ~held).chances(held)
    pooled = pooled_logit(panel, ~held)[held[panel.choice_of_row]]
    asked = panel.take(held)
    return foretold(ours, asked), foretold(pooled, asked)


def gain(ours: Foretold, pooled: Foretold) -> tuple[float, float, float]:
    """By how much our log-loss is less, and between what."""
    return interval(pooled.loss, ours.loss, ours.person)


@pytest.mark.parametrize("alternatives", [(2, 2), (3, 3), (2, 8)], ids=["two", "three", "varying"])
def test_where_tastes_differ_it_beats_the_pooled_logit(alternatives: tuple[int, int]) -> None:
    ours, pooled = both(a_panel(alternatives=alternatives, spread=1.2), Recipe(labels=False))
    assert ours.top1 > pooled.top1
    assert gain(ours, pooled)[1] > 0
    assert ours.calibration_error < 0.1


def test_where_people_like_labels_differently_it_learns_whose_is_which() -> None:
    ours, pooled = both(a_panel(spread=0.0, label_spread=2.0))
    assert interval(ours.right, pooled.right, ours.person)[1] > 0.05


@pytest.mark.parametrize("mean", [(-1.0, 0.5, 0.3), (0.0, 0.0, 0.0)], ids=["taste", "no taste"])
def test_where_all_are_alike_it_is_no_worse(mean: tuple[float, ...]) -> None:
    ours, pooled = both(a_panel(people=120, mean=mean, spread=0.0))
    assert gain(ours, pooled)[0] > -0.01
    assert interval(ours.right, pooled.right, ours.person)[2] >= 0


def test_it_knows_the_weights_it_was_made_with() -> None:
    """With many choices the learnt mean and spread are those of the truth."""
    panel = a_panel(people=150, choices=30, mean=(-1.0, 0.5, 0.0), spread=0.5)
    prior = Learner(Recipe(labels=False), panel, np.ones(panel.choices, dtype=bool)).prior
    scale = np.sqrt(2 / 3)  # of a standardised normal feature, centred in a choice of three
    assert prior.mean / scale == pytest.approx([-1.0, 0.5, 0.0], abs=0.15)
    assert np.sqrt(np.diag(prior.covariance)) / scale == pytest.approx([0.5] * 3, abs=0.15)


def test_units_do_not_matter() -> None:
    plain, other = (
        both(a_panel(people=40, scales=scales), Recipe(labels=False))[0]
        for scales in ((1.0, 1.0, 1.0), (1e6, 1e-6, 100.0))
    )
    assert other.log_loss == pytest.approx(plain.log_loss, abs=1e-6)


def spoilt(kind: str) -> Panel:
    panel, random = a_panel(people=40), np.random.default_rng(1)
    features = panel.features.copy()
    if kind == "missing values":
        features[random.random(features.shape) < 0.2] = np.nan
    elif kind == "outliers":
        features[random.random(features.shape) < 0.003] *= 1e6
    elif kind == "a constant":
        features[:, 2] = 7.0
    elif kind == "nothing known":
        features[:] = np.nan
    elif kind == "the same twice":
        features[:, 2] = features[:, 1]
    return replace(panel, features=features)


@pytest.mark.parametrize(
    "kind", ["missing values", "outliers", "a constant", "nothing known", "the same twice"]
)
def test_real_tables_do_not_break_it(kind: str) -> None:
    ours, pooled = both(spoilt(kind), Recipe())
    assert np.isfinite(ours.loss).all()
    assert ours.log_loss <= pooled.log_loss + 0.03


@pytest.mark.parametrize(("people", "choices"), [(1, 10), (2, 2), (60, 1), (40, 2), (3, 60)])
def test_few_people_and_few_choices_do_not_break_it(people: int, choices: int) -> None:
    ours, _ = both(a_panel(people=people, choices=choices))
    assert np.isfinite(ours.loss).all()
    assert len(ours.right) > 0


def test_somebody_never_seen_is_foretold_as_people_are_on_average() -> None:
    panel = a_panel(people=60, spread=1.0)
    known = panel.person < 50
    learner = Learner(Recipe(labels=False), panel, known)
    found = foretold(learner.chances(~known), panel.take(~known))
    assert found.log_loss < np.log(3)
    assert found.calibration_error < 0.12


def test_what_is_held_out_teaches_nothing() -> None:
    """Were the learner to peep, other answers in the held-out part would change its own."""
    panel = a_panel(people=30, label_spread=1.0)
    held = held_out(panel, "random", 0)
    starts, sizes = panel.starts, panel.sizes
    turned = starts + (panel.chosen - starts + held) % sizes
    other = replace(panel, chosen=turned)
    recipe = Recipe(habit=0.5, extremes=True)
    one, two = (Learner(recipe, each, ~held).chances(held) for each in (panel, other))
    assert np.array_equal(one, two)
    assert best_recipe(panel.take(~held), "random", 1) == best_recipe(
        other.take(~held), "random", 1
    )


def test_the_last_30_per_cent_are_the_last() -> None:
    panel = a_panel(people=5, choices=10)
    held = held_out(panel, "last", 0)
    assert [held[panel.person == who].tolist() for who in range(5)] == [
        [False] * 7 + [True] * 3
    ] * 5


def test_plain_rules_give_honest_chances() -> None:
    panel = a_panel(people=50, mean=(-3.0, 0.0, 0.0), spread=0.0, label_spread=0.0)
    known = ~held_out(panel, "random", 0)
    for chances in (cheapest(panel, known), habit(panel, known)):
        sums = np.add.reduceat(chances, panel.starts)
        assert sums == pytest.approx(np.ones(panel.choices))
    rows = ~known[panel.choice_of_row]
    assert foretold(cheapest(panel, known)[rows], panel.take(~known)).top1 > 0.7


def test_the_command_prints_all_four_beside_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(a_panel(people=25, choices=6), tmp_path / "panel.csv")
    assert bench_taste.main(file) == 0
    said = capsys.readouterr().out
    for words in ("last 30 %", "random 30 %", "cheapest (f0)", "their habit", "pooled logit",
                  "ours", "top-1", "log-loss", "ECE", "95 %"):  # fmt: skip
        assert words in said
    again = read_choices(file)
    assert (again.people, again.choices, again.labels) == (25, 150, 3)
