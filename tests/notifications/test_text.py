"""What a text costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.text import plain, segments

DATA = Path(__file__).parents[1] / "data" / "sms"
VECTORS = [json.loads(line) for line in (DATA / "segments.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["testDescription"])
def test_segments_are_counted_as_they_are_billed(vector: dict[str, object]) -> None:
    counted = segments(str(vector["body"]))
    assert (counted.encoding, counted.count) == (vector["encoding"], vector["segments"])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2),
        # 153 places hold 76 pairs: an escape is never parted from its character.
        ("€" * 153, 3), ("a" + "€" * 152, 2),
        ("ё" * 70, 1), ("ё" * 71, 2),
        ("😜" * 35, 1), ("😜" * 36, 2), ("😜" * 66, 2), ("😜" * 67, 3),
    ],
)  # fmt: skip
def test_the_edges_of_segments(text: str, count: int) -> None:
    assert segments(text).count == count


@pytest.mark.parametrize(
    ("text", "costly"),
    [("Hi Zoë", "ë"), ("17–19", "–"), ("O’Brien", "’"), ("Hyvää päivää, Åke", ""), ("4,90 €", "")],
)
def test_the_costly_character_is_named(text: str, costly: str) -> None:
    assert segments(text).costly == costly


@given(st.text(max_size=400))
def test_a_longer_text_never_costs_less(text: str) -> None:
    assert segments(text).count <= segments(text + "a").count


@given(st.text(alphabet="abcåäö ’–…  \n", max_size=200))
def test_plain_text_stays_in_the_short_alphabet(text: str) -> None:
    assert segments(plain(text)).encoding == "GSM-7"


def test_names_are_never_changed() -> None:
    assert plain("Šárka, Zoë ja Ødegård") == "Šárka, Zoë ja Ødegård"


def test_a_price_is_written_with_a_plain_letter() -> None:
    assert plain("4,90\u00a0€ ja 5€") == "4,90 e ja 5 e"
