"""Reading opening hours in any language must not change what another language's days are called."""

from __future__ import annotations

import subprocess
import sys

_SAYS = """
from datetime import date
from delivery.rules import phrases
from delivery.rules.opening_hours.hours import OpeningHours
try:
    OpeningHours.parse("Lunanzi 9-17", "FI")  # a day in no language that is looked at first
except ValueError:
    pass
print(phrases.day(date(2026, 3, 12), "el"))
"""


def test_a_day_is_called_the_same_after_all_languages_were_asked() -> None:
    # In a process of its own: what Babel has read before decides what it would spoil.
    said = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _SAYS],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "Πέμ 12 Μαρτίου", said.stderr
