"""Opening hours cut into words, numbers, times and signs."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from delivery.rules.opening_hours.spellings import DAYS, MONTHS, meaning_of, spelled


class Kind(Enum):
    """What a piece of the text is."""

    ALWAYS = "24/7"
    COMMENT = "a comment"
    TIME = "a time"
    YEAR = "a year"
    NUMBER = "a number"
    DAY = "a weekday"
    MONTH = "a month"
    WORD = "a word"
    SIGN = "a sign"
    END = "the end"


class Token(NamedTuple):
    """One piece; `number` is minutes of a TIME, Monday = 0 of a DAY, January = 1 of a MONTH."""

    kind: Kind
    text: str
    number: int = 0


_END = Token(Kind.END, "the end")
_PIECE = re.compile(
    r"\s*(?:(?P<always>24/7)|(?P<comment>\"[^\"]*\")|(?P<time>\d{1,2}:\d{2})(?![\d])"
    r"|(?P<year>\d{4})(?!\d)|(?P<number>\d{1,3})(?!\d)"
    r"|(?P<word>(?:[^\W\d_]|[\u0300-\u036f\u0e31\u0e34-\u0e4e])+)\.?"
    r"|(?P<sign>\|\||[;,:+\-/\[\]()]))"
)


class Tokens:
    """The pieces of one text, taken from left to right; raises `ValueError` with what is odd."""

    def __init__(self, text: str, country: str | None) -> None:
        self._all = _cut(spelled(text).strip(), country)
        self._at = 0

    def see(self, ahead: int = 0) -> Token:
        """The next piece, or the one so many after it, left where it is."""
        at = self._at + ahead
        return self._all[at] if at < len(self._all) else _END

    def take(self, *kinds: Kind) -> Token:
        """The next piece, which must be one of these kinds."""
        token = self.see()
        if kinds and token.kind not in kinds:
            wanted = " or ".join(kind.value for kind in kinds)
            raise ValueError(f"{wanted} is missing before {self.rest()!r}")
        self._at += 1
        return token

    def sees(self, sign: str, ahead: int = 0) -> bool:
        """Whether that sign or word comes next."""
        return self.see(ahead).text == sign and self.see(ahead).kind in (Kind.SIGN, Kind.WORD)

    def skip(self, sign: str) -> bool:
        """Takes that sign or word if it comes next."""
        seen = self.sees(sign)
        self._at += seen
        return seen

    def rest(self) -> str:
        """What has not been read, to show."""
        left = " ".join(token.text for token in self._all[self._at :])
        return left[:40] or "the end"


def _cut(text: str, country: str | None) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise ValueError(f"nothing is meant by {text[at:].strip()[:20]!r}")
        found.append(_token(piece, country))
        at = piece.end()
    return found


def _token(piece: re.Match[str], country: str | None) -> Token:
    name = str(piece.lastgroup)
    text = piece[name]
    if name == "time":
        hours, minutes = text.split(":")
        if int(minutes) > 59:
            raise ValueError(f"no such time: {text!r}")
        return Token(Kind.TIME, text, int(hours) * 60 + int(minutes))
    if name in ("year", "number"):
        return Token(Kind[name.upper()], text, int(text))
    if name == "word":
        word = meaning_of(text, country)
        if word in DAYS:
            return Token(Kind.DAY, word, DAYS.index(word))
        if word in MONTHS:
            return Token(Kind.MONTH, word, MONTHS.index(word) + 1)
        return Token(Kind.WORD, word)
    return Token(Kind[name.upper()], text)
