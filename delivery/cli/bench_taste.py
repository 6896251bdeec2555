"""How well the learner of taste foretells choices of any table, beside simpler guesses."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from delivery.cli.taste_table import BadTable, read_choices
from delivery.rules.taste.panel import Kind, Panel, held_out
from delivery.rules.taste.scores import (
    Foretold,
    cheapest,
    foretold,
    habit,
    interval,
    pooled_logit,
    price_feature,
    together,
)
from delivery.rules.taste.tuning import Learner, best_recipe

KINDS: tuple[tuple[Kind, str], ...] = (("last", "last 30 %"), ("random", "random 30 %"))
#: How often the random 30 % are drawn anew; the figures are of all draws together.
REPEATS = 3
_OURS, _POOLED = "ours", "pooled logit"


def main(file: Path, written: Path | None = None) -> int:
    """The exit status of `perille bench taste FILE.csv`; the figures also as JSON to `written`."""
    figures = run(file)
    if figures is None:
        return 2
    if written is not None:
        written.write_text(json.dumps({"taste": figures}, indent=2) + "\n")
    return 0


def run(file: Path) -> dict[str, Any] | None:
    """Print the figures of one table, and give them; None, and a reason, if it cannot be read."""
    began = time.process_time()
    try:
        panel = read_choices(file)
    except BadTable as why:
        print(why, file=sys.stderr)
        return None
    print(
        f"{file.name}: {panel.people} people, {panel.choices} choices, {len(panel.features)} rows, "
        f"{panel.labels} alternatives, features {', '.join(panel.names)}"
    )
    figures: dict[str, Any] = {}
    for kind, title in KINDS:
        scores, recipes = _scores(panel, kind)
        figures[kind] = _figures(scores) | {"recipes": recipes}
        _print(title, scores, recipes)
    figures["cpu_seconds"] = round(time.process_time() - began, 1)
    print(f"{figures['cpu_seconds']} s of CPU")
    return figures


def _scores(panel: Panel, kind: Kind) -> tuple[dict[str, Foretold], list[str]]:
    found: dict[str, list[Foretold]] = {}
    recipes = []
    for seed in range(1 if kind == "last" else REPEATS):
        held = held_out(panel, kind, seed)
        known, asked = ~held, panel.take(held)
        # Chosen and learnt from the training part alone.
        recipe = best_recipe(panel.take(known), kind, seed + 100)
        recipes.append(str(recipe))
        rows = held[panel.choice_of_row]
        chances = {
            f"cheapest ({panel.names[price_feature(panel.names)]})": cheapest(panel, known)[rows],
            "their habit": habit(panel, known)[rows],
            _POOLED: pooled_logit(panel, known)[rows],
            _OURS: Learner(recipe, panel, known).chances(held),
        }
        for name, chance in chances.items():
            found.setdefault(name, []).append(foretold(chance, asked))
    return {name: together(parts) for name, parts in found.items()}, recipes


def _figures(scores: dict[str, Foretold]) -> dict[str, Any]:
    ours, pooled = scores[_OURS], scores[_POOLED]
    found: dict[str, Any] = {
        name: {"top1": each.top1, "log_loss": each.log_loss, "ece": each.calibration_error}
        for name, each in scores.items()
    }
    found["top1_above_pooled"] = interval(ours.right, pooled.right, ours.person)
    found["log_loss_below_pooled"] = interval(pooled.loss, ours.loss, ours.person)
    return found


def _print(title: str, scores: dict[str, Foretold], recipes: list[str]) -> None:
    choices = len(scores[_OURS].right)
    print(f"\n{title} of each person's choices held out ({choices} choices)")
    print(f"  {'':24} {'top-1':>7} {'log-loss':>9} {'ECE':>6}")
    for name, each in scores.items():
        print(
            f"  {name:24.24} {100 * each.top1:6.1f}% {each.log_loss:9.4f}"
            f" {each.calibration_error:6.3f}"
        )
    ours, pooled = scores[_OURS], scores[_POOLED]
    gain, low, high = (100 * each for each in interval(ours.right, pooled.right, ours.person))
    print(f"  ours above pooled logit  {gain:+.1f} points, 95 % [{low:+.1f}, {high:+.1f}]")
    gain, low, high = interval(pooled.loss, ours.loss, ours.person)
    print(f"  log-loss below pooled    {gain:+.4f}, 95 % [{low:+.4f}, {high:+.4f}]")
    print(f"  columns: {'; '.join(dict.fromkeys(recipes))}")
