"""Digits, and the words for them, as lines of an open menu."""

from __future__ import annotations

import re

from delivery.rules.replies.lexicon import Lexicon

_LINE = re.compile(r"^\W*([1-9])\W+(.*[^\W\d].*)$", re.DOTALL)
_RATING = re.compile(r"^[^\w+-]*(10|[0-9])(?: ?/ ?10)?[^\w]*$")


def choice(folded: str, lexicon: Lexicon) -> int | None:
    """The one line that is named, where nothing else of weight is said."""
    if "no one" in folded:
        return None
    plain = folded
    for number, pattern in (
        (3, lexicon.choices[2]),
        (2, lexicon.choices[1]),
        (1, lexicon.choices[0]),
    ):
        plain = pattern.sub(f" {number} ", plain)
    for polite in (lexicon.talk["thanks"], lexicon.talk["yes"], lexicon.talk["ok"],
                   lexicon.lead, lexicon.talk["filler"]):  # fmt: skip
        plain = polite.sub(" ", plain)
    left = re.findall(r"\w+", plain)
    if len(left) == 1 and re.fullmatch("[0-9]", left[0]) and not re.search(r"[-+]\s*[0-9]", plain):
        return int(left[0])
    return None


def copied_line(folded: str) -> tuple[int, str] | None:
    """A menu line sent back whole: its number and what follows it."""
    found = _LINE.match(folded)
    return (int(found[1]), found[2]) if found else None


def rating(folded: str) -> int | None:
    """A lone number from 0 to 10."""
    found = _RATING.match(folded)
    return int(found[1]) if found else None
