"""Rules that cannot fit are not tried; none that could fit is left out."""

from __future__ import annotations

import random

import pytest

from delivery.rules.replies.rewriting import needed
from delivery.rules.replies.wish import RULES

CODES = "WREwNSGLXbelkIJjsinUDKOaHhfQpvcP><}{FByTu&/*!A+|Cg^%ZVdxoY#,;.-mrMtΔ¢¤λ=q"


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [
        ("W-P", "W"),
        ("F?Z[-Tu]Z|BZ&Z", "ZB"),
        ("(?<![.])o(?=K)", "o"),
        ("[no]?c", "c"),
        ("\\^o", ""),
    ],
)
def test_what_a_rule_needs_is_told_by_its_pattern(pattern: str, codes: str) -> None:
    assert needed(pattern) == codes


def test_no_rule_fits_where_what_it_needs_is_missing() -> None:
    dice = random.Random(5)
    rows = ["".join(dice.choices(CODES, k=40)) for _ in range(400)]
    for pattern, needs, _ in RULES:
        for row in rows:
            assert not needs or pattern.search(row) is None or not set(row).isdisjoint(needs)
            without = "".join(each for each in row if each not in needs)
            assert not needs or pattern.search(without) is None
