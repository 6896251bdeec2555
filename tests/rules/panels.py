"""Panels of choices whose truth is known, to hold the learner of taste against."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from delivery.rules.taste.panel import Floats, Panel


def a_panel(
    people: int = 80, choices: int = 12, alternatives: tuple[int, int] = (3, 3), *,
    mean: Sequence[float] = (-1.0, 0.5, 0.3), spread: float = 1.0, label_spread: float = 0.0,
    scales: Sequence[float] = (1.0, 1.0, 1.0), seed: int = 0,
) -> Panel:  # fmt: skip
    """People whose weights are `mean` ± `spread` choose by a logit between alternatives whose
    features are normal, then multiplied by `scales`. `alternatives` is the least and the most;
    with `label_spread` people like the labels themselves differently.
    """
    random = np.random.default_rng(seed)
    features, starts, chosen, person, label = [], [], [], [], []
    for who in range(people):
        weights = np.array(mean) + spread * random.standard_normal(len(mean))
        liked = label_spread * random.standard_normal(alternatives[1])
        for _ in range(choices):
            many = random.integers(alternatives[0], alternatives[1] + 1)
            named = random.permutation(alternatives[1])[:many]
            rows = random.standard_normal((many, len(mean)))
            utility = rows @ weights + liked[named] + random.gumbel(size=many)
            starts.append(len(features))
            chosen.append(len(features) + int(utility.argmax()))
            person.append(who)
            features += list(rows * np.array(scales))
            label += list(named)
    return Panel(
        np.array(features), np.array(starts), np.array(chosen), np.array(person),
        np.array(label), tuple(f"f{k}" for k in range(len(mean))), people, alternatives[1],
    )  # fmt: skip


def write(panel: Panel, file: Path) -> Path:
    """The panel as a long table."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["person", "choice", "alternative", "chosen", *panel.names])
        writer.writerows(_rows(panel))
    return file


def _rows(panel: Panel) -> list[list[object]]:
    chosen = set(panel.chosen.tolist())
    return [
        [panel.person[choice], choice, f"a{panel.label[row]}", int(row in chosen),
         *_spelt(panel.features[row])]
        for row, choice in enumerate(panel.choice_of_row)
    ]  # fmt: skip


def _spelt(values: Floats) -> list[str]:
    return ["" if np.isnan(value) else repr(float(value)) for value in values]
