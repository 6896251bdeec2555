"""The words of each language, read once; adding a language is adding a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fi")

_NOTHING = re.compile(r"(?!)")


def words(entries: Iterable[str]) -> re.Pattern[str]:
    """Any of these words or phrases, whole; `*` stands for letters, longer ones go first."""
    ordered = sorted(set(entries), key=len, reverse=True)
    if not ordered:
        return _NOTHING
    each = "|".join(re.escape(entry).replace(r"\*", r"\w*") for entry in ordered)
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)")


@dataclass(frozen=True)
class Lexicon:
    """One language: categories as patterns, and the lists whose order means something."""

    code: str
    talk: dict[str, re.Pattern[str]]
    asks: dict[str, re.Pattern[str]]
    negation: dict[str, re.Pattern[str]]
    turned: tuple[tuple[re.Pattern[str], str], ...]
    breaks: re.Pattern[str]
    days: dict[str, re.Pattern[str]]
    weekdays: tuple[re.Pattern[str], ...]
    month_dates: tuple[tuple[re.Pattern[str], int], ...]
    parts: dict[str, re.Pattern[str]]
    hours: dict[str, Any]
    choices: tuple[re.Pattern[str], ...]
    lead: re.Pattern[str]
    everything: re.Pattern[str]


_PARTS = ("morning", "noon", "afternoon", "evening", "any")
_DAY = r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th|\.)?"


def _load(code: str) -> Lexicon:
    raw = tomllib.loads((files(__package__) / f"{code}.toml").read_text("utf-8"))
    negation, days, hours, choice = raw["negation"], raw["days"], raw["hours"], raw["choice"]
    return Lexicon(
        code=code,
        talk={name: words(entries) for name, entries in raw["talk"].items()},
        asks={name: words(entries) for name, entries in raw["asks"].items()},
        negation={name: words(negation[name]) for name in ("no", "away")},
        turned=tuple((words([what]), into) for what, into in negation["turned"]),
        breaks=re.compile(rf"(?={words(negation['breaks']).pattern})"),
        days={name: words(days[name]) for name in
              ("day0", "day1", "day2", "next", "weekend", "next_week")}
        | {"in_days": _numbered(days["in_days"], hours["numbers"]),
           "ordinal": _ordinals(days["ordinals"])},
        weekdays=tuple(words(entries) for entries in days["weekdays"]),
        month_dates=tuple(_month_dates(days)),
        parts={name: words(hours[name]) for name in _PARTS},
        hours=hours,
        choices=tuple(words(choice[name]) for name in ("one", "two", "three")),
        lead=words(choice["lead"]),
        everything=words(_every_word(raw)),
    )  # fmt: skip


def _numbered(forms: list[str], numbers: list[list[str]]) -> re.Pattern[str]:
    spelt = "|".join(re.escape(word) for each in numbers for word in each)
    number = f"([0-9]{{1,2}}|{spelt})"
    each = "|".join(re.escape(form).replace(r"\{n\}", number) for form in forms)
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)")


def _ordinals(forms: list[str]) -> re.Pattern[str]:
    """A day of the month by its number alone: `the 12th`, `12. päivä`."""
    marked = r"([0-9]{1,2})(?:st|nd|rd|th|\.)"
    each = "|".join(re.escape(form).replace(r"\{d\}", marked) for form in forms)
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)")


def number(written: str, lexicon: Lexicon) -> int:
    """`3` and `three` as a number."""
    if written.isdecimal():
        return int(written)
    numbers: list[list[str]] = lexicon.hours["numbers"]
    return next(n for n, each in enumerate(numbers, start=1) if written in each)


def _month_dates(days: dict[str, Any]) -> Iterable[tuple[re.Pattern[str], int]]:
    for number, entries in enumerate(days["months"], start=1):
        month = words(entries).pattern
        for form in days["month_dates"]:
            written = form.replace("{d}", _DAY).replace("{m}", month)
            yield re.compile(rf"(?<!\w){written}(?!\w)"), number


def _every_word(raw: dict[str, Any]) -> set[str]:
    """All plain entries of the file, to tell its language from another."""
    found: set[str] = set()
    waiting: list[Any] = [raw]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and "{" not in each:
            found.add(each)
    return found


LEXICONS = {code: _load(code) for code in LANGUAGES}
