"""Numbers as people write them."""

from __future__ import annotations

import pytest

from notifications.phone import masked, phone_number


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("040 123 4567", "FI", "+358401234567"), ("+358 40 1234567", "SE", "+358401234567"),
        ("00358401234567", "FI", "+358401234567"), ("(040) 123-4567", "FI", "+358401234567"),
        ("٠٤٠١٢٣٤٥٦٧", "FI", "+358401234567"), ("+1 212-555-0100", "FI", "+12125550100"),
        ("07700 900123", "GB", "+447700900123"), (" 0401234567\n", "FI", "+358401234567"),
    ],
)  # fmt: skip
def test_one_person_is_one_number(text: str, region: str, number: str) -> None:
    assert phone_number(text, region) == number


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "12", "112", "+999", "040 123 4567 ext 9", "1-800-FLOWERS", "0" * 5000,
     "040\x00123", "+3584012345678901234", "\ud800", "040 123 4567;DROP"],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(This|A) .*\.$"):
        phone_number(text, "FI")


def test_a_number_can_be_shown_without_giving_it_away() -> None:
    assert masked("+358401234567") == "+35840•••••67"
    assert masked("12345") == "•••••"
    assert masked("") == ""
