"""The hours a clause names: a span of the day, or a bound of it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from delivery.rules.replies.lexicon import LEXICONS, Lexicon, words

#: Parts of the day in minutes, as deliveries mean them.
PARTS = {
    "morning": (8 * 60, 12 * 60),
    "noon": (11 * 60, 14 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 21 * 60),
}

_UNITS = r"days?|pv|päiv|min|h\b|hours?|hrs?|tun|weeks?|viik|kg|kpl|€|e\b|eur|times|people|box|x\b"
_H = r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(am\b|pm\b|a\.m\.?|p\.m\.?)?"
# An hour with minutes is one without any word beside it.
_BARE = r"([0-9]{1,2})[:.]([0-5][0-9]) ?(am\b|pm\b)?(?![\w:/]|\.[0-9])"
_BEFORE_H = r"(?<![\w.:/-])"
_AFTER_H = rf"(?![\w:/]|\.[0-9]|-[0-9]| ?(?:{_UNITS}))"


@dataclass(frozen=True)
class Span:
    """Minutes of the day; a bound is None where the text sets none. `at` is a moment."""

    earliest: int | None
    latest: int | None
    said: str
    at: bool = False

    @property
    def is_bound(self) -> bool:
        return not self.at and (self.earliest is None) != (self.latest is None)


@dataclass(frozen=True)
class _Hours:
    numbers: re.Pattern[str]
    value: dict[str, int]
    at_numbers: re.Pattern[str]
    at_value: dict[str, int]
    noon: re.Pattern[str]
    half: tuple[tuple[re.Pattern[str], int], ...]
    spans: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    before: tuple[re.Pattern[str], ...]
    at: tuple[re.Pattern[str], ...]
    small_is_evening: int


@functools.cache
def _hours(code: str) -> _Hours:
    raw = LEXICONS[code].hours
    at = f"(?:{words(raw['at']).pattern} ?)?"
    hour = rf"{_BEFORE_H}{_H}"

    def before_hour(name: str) -> re.Pattern[str]:
        return re.compile(rf"{words(raw[name]).pattern} ?{at}{hour}{_AFTER_H}")

    def behind_hour(name: str) -> re.Pattern[str]:
        return re.compile(rf"{hour} ?{words(raw[name]).pattern}")

    def half(name: str) -> re.Pattern[str]:
        return re.compile(rf"{words(raw[name]).pattern} {at}([0-9]{{1,2}})(?![0-9])")

    between = [
        re.escape(form).replace(r"\{a\}", at + _H).replace(r"\{b\}", at + _H)
        for form in raw["between"]
    ]
    return _Hours(
        numbers=words(w for each in raw["numbers"] for w in each),
        value={w: n for n, each in enumerate(raw["numbers"], start=1) for w in each},
        at_numbers=words(w for each in raw["at_numbers"] for w in each),
        at_value={w: n for n, each in enumerate(raw["at_numbers"], start=1) for w in each},
        noon=words(raw["noon_is"]),
        half=((half("half_past"), 0), (half("half_to"), -1)),
        spans=(re.compile(rf"{hour}-{_H}{_AFTER_H}"),
               *(re.compile(rf"{_BEFORE_H}{form}{_AFTER_H}") for form in between)),
        after=(before_hour("after"), behind_hour("after_behind")),
        before=(before_hour("before"), behind_hour("before_behind")),
        at=(before_hour("at"), behind_hour("clock"),
            re.compile(rf"{_BEFORE_H}{_BARE}"), re.compile(rf"{_BEFORE_H}{_H[:-1]}")),
        small_is_evening=raw["small_is_evening"],
    )  # fmt: skip


def named_hours(clause: str, lexicon: Lexicon, *, whole: str) -> list[Span]:
    """Every span in it; parts of the day only where no hour says more.

    Parts are looked for in the `whole` clause: "tonight" is a day and a part of it.
    """
    hours = _hours(lexicon.code)
    plain = _digits(clause, hours)
    parts = [name for name in PARTS if lexicon.parts[name].search(whole)]
    late = "evening" in parts or "afternoon" in parts
    found: list[Span] = []
    for pattern in hours.spans:
        plain = _take(plain, pattern, found, hours, late, "span")
    for kind, patterns in (("after", hours.after), ("before", hours.before), ("at", hours.at)):
        for pattern in patterns:
            plain = _take(plain, pattern, found, hours, late, kind)
    if found:
        return found
    return [_part(name, whole, lexicon) for name in parts]


def _part(name: str, clause: str, lexicon: Lexicon) -> Span:
    earliest, latest = PARTS[name]
    match = lexicon.parts[name].search(clause)
    said = match.group() if match else name
    return Span(earliest, latest, f"{said} = {earliest // 60}–{latest // 60}")


def _digits(clause: str, hours: _Hours) -> str:
    """Number words as digits, and half hours as a clock shows them."""
    plain = hours.noon.sub("12", clause)
    plain = hours.at_numbers.sub(lambda m: f"klo {hours.at_value[m.group()]}", plain)
    plain = hours.numbers.sub(lambda m: str(hours.value[m.group()]), plain)
    for pattern, shift in hours.half:
        plain = pattern.sub(lambda m, by=shift: f"{(int(m[1]) + by) % 24}:30", plain)  # type: ignore[misc]
    return plain


def _take(
    plain: str, pattern: re.Pattern[str], found: list[Span], hours: _Hours, late: bool, kind: str
) -> str:
    for match in list(pattern.finditer(plain))[::-1]:
        span = _span(match, hours, late, kind)
        if span is not None:
            found.append(span)
            plain = plain[: match.start()] + " , " + plain[match.end() :]
    return plain


def _span(match: re.Match[str], hours: _Hours, late: bool, kind: str) -> Span | None:
    said = match.group().strip()
    if kind == "span":
        return _range(match, hours, late, said)
    moment = _moment(match[1], match[2], match[3], hours, late)
    if moment is None:
        return None
    shown = f"{moment // 60}:{moment % 60:02}"
    if kind == "after":
        return Span(moment, None, f"{said} = from {shown}")
    if kind == "before":
        return Span(None, moment, f"{said} = until {shown}")
    return Span(moment, None, f"{said} = {shown}", at=True)


def _range(match: re.Match[str], hours: _Hours, late: bool, said: str) -> Span | None:
    half = match[3] or match[6]
    start, end = int(match[1]), int(match[4])
    if end > 24 or start > 23 or int(match[2] or 0) > 59 or int(match[5] or 0) > 59:
        return None
    if max(start, end) <= 12:
        start, end = _in_twelve(start, end, match[3], half, late, hours.small_is_evening)
    earliest, latest = start * 60 + int(match[2] or 0), end * 60 + int(match[5] or 0)
    if not 0 <= earliest < latest <= 24 * 60:
        return None
    return Span(earliest, latest, f"{said} = {start}–{end}")


def _in_twelve(
    start: int, end: int, own: str | None, half: str | None, late: bool, small: int
) -> tuple[int, int]:
    """Hours of a twelve-hour clock as those of the day in which deliveries are made."""
    if half and half[0] == "p":
        end = end % 12 + 12
        morning_start = (own is not None and own[0] == "a") or start + 12 >= end
        return (start if morning_start else start % 12 + 12), end
    if half:
        return start, end + 12 * (end <= start)
    if end <= start:
        return start, end + 12
    small_hours = start <= small - 1 and end <= small + 2
    return (start + 12, end + 12) if late or small_hours else (start, end)


def _moment(
    hour: str, minutes: str | None, half: str | None, hours: _Hours, late: bool
) -> int | None:
    value, past = int(hour), int(minutes or 0)
    if value > 24 or past > 59:
        return None
    if half:
        value = value % 12 + 12 * (half[0] == "p")
    elif 1 <= value <= hours.small_is_evening or (late and value < 12):
        value += 12
    return value * 60 + past
