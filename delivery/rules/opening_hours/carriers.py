"""Carriers' own ways to write opening hours, turned into OpenStreetMap's notation.

Seen in the public point lists of five Baltic carriers: a JSON list of weekdays (two shapes),
Estonian weekday letters (`E-R 9:00-18:00 L,P SULETUD`) and Roman ones (`I-VII: 8-22 h`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from delivery.rules.opening_hours.hours import DAY_AND_NIGHT
from delivery.rules.opening_hours.spellings import DAYS

_LETTERS = dict(zip("ETKNRLP", DAYS, strict=True)) | dict(
    zip(("I", "II", "III", "IV", "V", "VI", "VII"), DAYS, strict=True)
)
_LETTER = re.compile(r"(?<![^\W\d_])(VII|VI|IV|V|I{1,3}|[ETKNRLP])(?![^\W\d_])")
_ALL_DAY = re.compile(r"(?:I ?- ?VII:? ?)?(?:0{0,2}[:-])?24 ?h?", re.IGNORECASE)
_REMARK = re.compile(r";[^;\d]*$")
_NEXT_DAYS = re.compile(r"(?<=\d)\s+(?=[^\W\d_])|(?<=SULETUD)\s+(?=[^\W\d_])")


def from_carrier_notation(text: str) -> str:
    """The same hours in OSM's notation; a text of no known kind comes back as it is.

    23:59 is the end of its day and 00:01 the start. Raises `ValueError` for a list that lacks a
    weekday or a time.
    """
    text = text.strip()
    if text.startswith("["):
        return _from_list(json.loads(text))
    if _ALL_DAY.fullmatch(text):
        return DAY_AND_NIGHT
    plain = _NEXT_DAYS.sub("; ", re.sub(r"\s*h$|\s*h(?=;)", "", _REMARK.sub("", text)))
    return _LETTER.sub(lambda found: _LETTERS[found[1]], plain)


def _from_list(days: list[dict[str, Any]]) -> str:
    try:
        said = [(_day(each), _times(each)) for each in days]
    except (KeyError, IndexError, TypeError, StopIteration) as missing:
        raise ValueError(f"opening hours without a day or time: {missing}") from None
    return "; ".join(f"{day} {times}" for day, times in said)


def _day(each: dict[str, Any]) -> str:
    if "dayOfWeek" in each:
        return DAYS[int(each["dayOfWeek"]) - 1]
    return next(day for day in DAYS if each["weekday"].startswith(day))


def _times(each: dict[str, Any]) -> str:
    if "dayOfWeek" in each:
        return f"{_clock(each['openTime'])}-{_clock(each['closeTime'])}"
    halves = [half for half in ("Morning", "Afternoon") if each.get(f"open{half}")]
    said = (f"{_clock(each[f'open{half}'])}-{_clock(each[f'close{half}'])}" for half in halves)
    return ",".join(said) or "off"


def _clock(text: str) -> str:
    digits = text.replace(":", "").zfill(4)
    known = {"2359": "2400", "0001": "0000"}.get(digits, digits)
    return f"{known[:2]}:{known[2:]}"
