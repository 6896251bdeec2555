"""How people are called: CLDR's thirty cases, and what is no name at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.names import LONGEST, PersonName, called, called_short, given_name

DATA = Path(__file__).parents[1] / "data" / "names" / "addressing_expected.jsonl"
CASES = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


def name_of(parts: dict[str, str]) -> PersonName:
    return PersonName(
        given=parts.get("given", ""),
        given_informal=parts.get("given-informal", ""),
        title=parts.get("title", ""),
        surname_prefix=parts.get("surname-prefix", ""),
        surname_core=parts.get("surname-core") or parts.get("surname", ""),
    )


def test_there_are_thirty() -> None:
    assert len(CASES) == 30


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each['locale']} {each['name']}"[:60])
def test_people_are_called_as_cldr_expects(case: dict[str, Any]) -> None:
    name = name_of(case["name"])
    assert called(name, formal=True) == case["addressing_long_formal"]
    assert called(name) == case["addressing_long_informal"]
    short = called_short(name, case["locale"], case["name_locale"])
    assert short == case["addressing_short_informal"]


@pytest.mark.parametrize(
    ("written", "locale", "said"),
    [
        ("Aino", "fi", "Aino"), ("  Mary\u00a0 Sue ", "en", "Mary Sue"), ("AINO", "fi", "AINO"),
        ("aino", "fi", "aino"), ("Jean-Luc", "en", "Jean-Luc"), ("O’Brien", "en", "O’Brien"),
        ("J.R.", "en", "J.R."), ("Zoë", "sv", "Zoë"), ("Ååå", "sv", "Ååå"), ("李", "en", "李"),
        ("علی\u200cرضا", "en", "علی\u200cرضا"), ("Δημήτρης", "el-GR", "Δημήτρης"),
        # In Greek a name in other letters is left out, whole.
        ("Aino", "el", ""), ("Νίκος Smith", "el", ""),
        # What turns the text around is no part of the name.
        ("Ai\u202eno", "en", "Aino"), ("Aino\r\n", "en", "Aino"),
        ("", "en", ""), ("-", "en", ""), ("N/A", "en", ""), ("null", "en", ""), ("Guest", "en", ""),
        ("asiakas", "fi", ""), ("12345", "en", ""), ("+358 40", "en", ""), ("🙂", "en", ""),
        ("a@b.test", "en", ""), ("evil.example", "en", ""), ("see www.x", "en", ""),
        ("http://x", "en", ""), ("A" * (LONGEST + 1), "en", ""),
    ],
)  # fmt: skip
def test_a_name_is_said_as_it_is_written_or_not_at_all(
    written: str, locale: str, said: str
) -> None:
    assert given_name(written, locale) == said


@given(st.text(max_size=80), st.sampled_from(("en", "fi", "sv", "el")))
def test_no_name_is_cut_or_changed(written: str, locale: str) -> None:
    said = given_name(written, locale)
    assert len(said) <= LONGEST
    if said:
        assert [each for each in said if each.isalpha()] == [
            each for each in written if each.isalpha()
        ]
        assert given_name(said, locale) == said
