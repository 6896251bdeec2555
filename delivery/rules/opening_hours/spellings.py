"""How people write opening hours, brought to the spelling that OSM asks for.

A word that means two things is refused rather than guessed: OSM's own words win when they are
written as OSM writes them; else English and the languages of the country must agree; else the full
names of the days and months of all other languages must.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OTHERS = (
    "PH", "SH", "easter", "week", "off", "open", "unknown", "days",
    "sunrise", "sunset", "dawn", "dusk",
)  # fmt: skip
OWN_WORDS = frozenset((*DAYS, *MONTHS, *_OTHERS))
_OWN = {word.lower(): word for word in OWN_WORDS} | {"closed": "off", "day": "days"}
# Monday first, as Python counts; CLDR's widths of a name.
_ALL_WIDTHS = ("wide", "abbreviated", "short")

_QUOTED = re.compile(r'("[^"]*")')
_HALF_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m\b\.?", re.IGNORECASE)
_POINT = re.compile(r"(?<![\d.])(\d{1,2})\.(\d\d)(?![\d.])")
_AFTER_NUMBER = re.compile(r"(?<=\d)\.(?!\d)")
_TO = "to|till?|until|through|bis|tot|kuni|iki|līdz|έως|do|до|a|á|à|as|ás|às|ate|até"
_LABEL = r"^\s*(?:opening_hours|hours|aukioloajat|öppettider|öffnungszeit(?:en)?)\b[\s:=-]*(?=\S)"
_ALWAYS = (
    r"^\s*(?:always|nonstop|24x7|24 ?h|anytime|all day|24 hours(?: a day)?"
    r"|(?:24 hours,? )?7 days(?: a |/)week|7j?/7)(?: open| geöffnet| auki| öppet)?\s*$"
)
_BY_APPOINTMENT = (
    r"\b(?:(?:on|by)[ _]appointment|sopimuksen mukaan|enligt överenskommelse"
    r"|κατόπιν ραντεβού|nach[ _]vereinbarung|sur[ _]rendez[-_ ]vous)\b"
)
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), meant)
    for pattern, meant in (
        (_LABEL, ""),
        (_ALWAYS, "24/7"),
        (rf"(?<=\d)\s*(?:-|\b(?:{_TO})\b)\s*(?:late|open[ -]?end)\b", "+"),
        (rf"(?<=\d)\s*\b(?:{_TO})\b\s*(?=\d)", "-"),
        (r"\b(?:every ?day|daily|all days|joka päivä|päivittäin|dagligen|täglich)\b", "Mo-Su"),
        (r"\bpublic holidays?\b|\bholidays?\b", "PH"),
        (r"\bschool ?(?:PH|holidays?)\b", "SH"),
        (r"\bweekends?\b", "Sa-Su"),
        (r"\b(?:suljettu|kiinni|stängt|κλειστά|geschlossen|geschl|suletud)\b\.?", "off"),
        (r"\b(?:kello|klo\.?|kl\.?)\s*(?=\d)|(?<=\d)\s*Uhr\b", ""),
        (_BY_APPOINTMENT, '"by appointment"'),
        (r"\s*(?:&|\b(?:and|ja|och|und|και)\b)\s*", ","),
    )
)


def spelled(text: str) -> str:
    """The text with one kind of dash, digits, colons and 24 hours; what is quoted stays."""
    parts = _QUOTED.split(text)
    return "".join(part if part.startswith('"') else _spelled(part) for part in parts)


def _spelled(text: str) -> str:
    plain = "".join(
        "-" if unicodedata.category(sign) == "Pd" or sign in "\u2212~\u2192\u30fc=" else sign
        for sign in unicodedata.normalize("NFKC", text)
    )
    plain = _HALF_DAY.sub(_in_24_hours, plain)
    plain = _AFTER_NUMBER.sub("", _POINT.sub(r"\1:\2", plain))
    for pattern, meant in _PHRASES:
        plain = pattern.sub(meant, plain)
    return plain


def _in_24_hours(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), found[2] or "00"
    if not 1 <= hour <= 12:
        raise ValueError(f"no such time: {found[0].strip()!r}")
    return f"{hour % 12 + (12 if found[3].lower() == 'p' else 0):02}:{minute}"


def meaning_of(word: str, country: str | None) -> str:
    """OSM's word for it; raises `ValueError` for one that means nothing, or two things."""
    if word in OWN_WORDS:
        return word
    small = word.lower()
    meant = set(_near(country).get(small, ()))
    if small in _OWN:
        meant.add(_OWN[small])
    meant = meant or set(_far().get(small, ()))
    if len(meant) > 1:
        raise ValueError(f"{word!r} may mean {' or '.join(sorted(meant))}")
    if not meant:
        raise ValueError(f"no such day, month or word: {word!r}")
    return meant.pop()


@lru_cache(maxsize=64)
def _near(country: str | None) -> dict[str, set[str]]:
    from babel.languages import get_official_languages

    languages = get_official_languages(country, de_facto=True) if country else ()
    return _names(("en", *languages), _ALL_WIDTHS)


@lru_cache(maxsize=1)
def _far() -> dict[str, set[str]]:
    from babel.localedata import locale_identifiers

    return _names(tuple(name for name in locale_identifiers() if "_" not in name), ("wide",))


def _names(languages: tuple[str, ...], widths: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for language in languages:
        known = _calendar(language)
        if known is None:
            continue  # A country's language of which CLDR has no names yet.
        for names, ours, first in ((known["days"], DAYS, 0), (known["months"], MONTHS, 1)):
            for context in ("format", "stand-alone"):
                for width in widths:
                    for number, name in names[context].get(width, {}).items():
                        word = name.lower().rstrip(".")
                        found.setdefault(word, set()).add(ours[number - first])
    return found


def _calendar(language: str) -> Mapping[Any, Any] | None:
    """A language's names of days and months, in a copy of our own.

    Babel writes what it looks up into data that languages share: after one without names of its
    own has been asked, others would be read with those of CLDR's root, "Thu 12 Μαρτίου".
    """
    from babel.localedata import LocaleDataDict, exists, load

    if not exists(language):
        return None
    shared = load(language)
    return LocaleDataDict(deepcopy({name: shared[name] for name in ("days", "months")}))
