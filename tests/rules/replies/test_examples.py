"""What customers write, against what is meant: every example in `tests/data/replies`."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from delivery.rules.replies import Understanding, understand, wish
from tests.rules.replies.slots import MENU
from tests.times import NOW

EXAMPLES = Path(__file__).parents[2] / "data" / "replies"
LANGUAGES = ("en", "fi", "sv", "el")
#: `unseen-*` were written by somebody who had not seen the words; `batch` is in which round.
#: `more-*` are families of sayings, each in all four languages.
FILES = [f"{kind}{language}" for kind in ("", "unseen-", "more-") for language in LANGUAGES]
#: What changes something or silences us; wrong ones weigh more than anything else.
ACTIONS = {"reschedule", "choose", "cancel", "stop", "rating"}
FIELDS = ("date", "from", "to", "choice", "target", "rating")


def _examples(name: str) -> list[dict[str, Any]]:
    lines = (EXAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = [(name[-2:], row) for name in FILES for row in _examples(name)]


def _read(language: str, row: dict[str, Any]) -> Understanding:
    # What a member of staff corrected carries the moment it was written.
    now = datetime.fromisoformat(row["now"]) if "now" in row else NOW
    return understand(row["text"], locale=language, now=now, context=row.get("context", "none"))


def _wrong(language: str, row: dict[str, Any]) -> str | None:
    """What is misread of one example; "any" and "a/b" where several intents would do."""
    meant = _read(language, row)
    told = meant.as_json()
    wanted = row["intent"].split("/")
    missed = [] if wanted == ["any"] or told["intent"] in wanted else ["intent"]
    if len(wanted) == 1 or told["intent"] == "reschedule":
        missed += [key for key in FIELDS if key in row and told[key] != row[key]]
    if set(row.get("refused", ())) & {str(each) for each in meant.days}:
        missed.append("refused")
    if not missed:
        return None
    given = {key: told[key] for key in ("intent", *FIELDS) if told[key] is not None}
    return f"{row['text']!r}: {', '.join(missed)}; read {given}, because {told['because']}"


@pytest.mark.parametrize("name", FILES)
def test_what_customers_write(name: str) -> None:
    """Each example: its intent, and what else is given of it. All misread ones are listed."""
    wrong = [said for row in _examples(name) if (said := _wrong(name[-2:], row))]
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("name", FILES)
def test_intents_are_right_and_wrong_actions_rare(name: str) -> None:
    rows = [row for row in _examples(name) if row["intent"] != "any"]
    assert len(rows) >= (100 if name.startswith("unseen") else 150)
    read = [(row["intent"].split("/"), _read(name[-2:], row).intent) for row in rows]
    assert sum(got in meant for meant, got in read) >= 0.95 * len(rows)
    assert sum(got not in meant and got in ACTIONS for meant, got in read) <= 0.005 * len(rows)


def test_an_ordinary_text_takes_less_than_two_milliseconds() -> None:
    texts = [row["text"] for _, row in ROWS[::6]]
    for text in texts:
        understand(text, locale="fi", now=NOW)
    took = [min(_seconds(text) for _ in range(3)) for text in texts]
    assert sorted(took)[len(took) * 95 // 100] < 0.002


def _seconds(text: str) -> float:
    began = time.process_time_ns()
    understand(text, locale="fi", now=NOW, context="menu", slots=MENU)
    return (time.process_time_ns() - began) / 1e9


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_without_a_day_names_none(language: str) -> None:
    rows = [row for row in _examples("dateless") if row["lang"] == language]
    read = [(row["text"], wish(row["text"], NOW, language)) for row in rows]
    assert rows
    assert not [text for text, wished in read if wished.start is not None or wished.refuses]


def test_finnish_hours_are_read_in_words_cases_and_compounds() -> None:
    wrong = []
    for row in _examples("clocks-fi"):
        read = wish(row["text"], NOW, "fi", daytime=False)
        start = read.start.strftime("%Y-%m-%dT%H:%M") if read.start else None
        end = read.end.strftime("%H:%M") if read.end else None
        if start != row["start"] or ("end" in row and end != row["end"]):
            wrong.append((row["text"], start, end, read.because))
    assert not wrong, "\n".join(map(str, ["", *wrong]))
