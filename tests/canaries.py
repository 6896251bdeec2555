"""What must never stand in a log: numbers, names, texts, tokens."""

from __future__ import annotations

import re

#: The people of our tests, and words only they say.
CAST = (
    "Aino",
    "Virtanen",
    "Kari ",
    "Mikko",
    "Hämeentie",
    "ovikoodi",
    "door code",
    "huomenna illalla",
)

_NUMBER = re.compile(r"\+\d{8,15}\b|\b0[45]0[ \d]{6,9}\b")
_EMAIL = re.compile(r"[\w.]+@[\w-]+\.\w+")


def leaks(log: str) -> list[str]:
    """The lines of `log` that say who or what was said."""
    return [line for line in log.splitlines() if _leaks(line)]


def _leaks(line: str) -> bool:
    plain = line.encode().decode("unicode_escape", "replace") if "\\u" in line else line
    named = any(word in plain for word in CAST)
    return named or bool(_NUMBER.search(plain)) or bool(_EMAIL.search(plain))
