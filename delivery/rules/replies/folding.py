"""A reply made plain: one case, one kind of dash, no numbers that are no times, cut in clauses."""

from __future__ import annotations

import functools
import re
import unicodedata

from delivery.rules.replies.lexicon import LANGUAGES, LEXICONS, Lexicon

#: Twilio hands on at most 1,600 characters.
LONGEST = 1600

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = re.compile("[\u2018\u2019\u00b4`]")
# The frame that makes a keycap of a digit, and other invisible marks.
_INVISIBLE = re.compile("[\ufe0f\u20e3\u200b-\u200f\u2060\u00ad\u0000-\u0008\u000b-\u001f]")
_BLANKS = re.compile(r"[^\S\n]+")
_RANGE = re.compile(r"(?<=[0-9]) ?- ?(?=[0-9])")
_LONG_NUMBER = re.compile(
    r"(?<![\w.:])(?:\+|00)[0-9][0-9 \-]{5,}"  # abroad
    r"|(?<![\w.:])0[0-9][0-9 \-]{5,}"  # at home
    r"|[0-9]{5,}"
)
_BETWEEN = re.compile(r"[;!?\n]+|,(?![0-9])|(?<=[^\W\d])\.+(?=\s|$)|(?<=\s)-(?=\s)")


def fold(text: str) -> str:
    """Plain lower case with single blanks; lines are kept."""
    plain = unicodedata.normalize("NFC", text[:LONGEST]).casefold()
    plain = _QUOTES.sub("'", _DASHES.sub("-", _INVISIBLE.sub("", plain)))
    return _RANGE.sub("-", _BLANKS.sub(" ", plain)).strip()


def language_of(folded: str, hint: str) -> str:
    """The language whose words it has most of; in doubt the hinted one."""
    short = hint.replace("_", "-").split("-")[0].lower()
    scores = {code: _score(LEXICONS[code], folded) + (code == short) * 0.6 for code in LANGUAGES}
    return max(LANGUAGES, key=lambda code: scores[code])


def _score(lexicon: Lexicon, folded: str) -> float:
    # `to`, `la` and `en` are words in half of Europe.
    return sum(
        0.4 if len(found.group()) < 3 else 1.0 for found in lexicon.everything.finditer(folded)
    )


def without_numbers(folded: str, lexicon: Lexicon) -> str:
    """Without phone numbers, door codes and the like, which are no times."""
    plain = _LONG_NUMBER.sub(" ", folded)
    return _coded(lexicon.code).sub(r"\1 ", plain)


def turned(folded: str, lexicon: Lexicon) -> str:
    """With phrases such as "not before" put into words that refuse nothing."""
    for what, into in lexicon.turned:
        folded = what.sub(into, folded)
    return folded


def clauses(folded: str, lexicon: Lexicon) -> list[str]:
    """Its clauses: what is refused in one is not refused in the next."""
    parts = (part for whole in _BETWEEN.split(folded) for part in lexicon.breaks.split(whole))
    return [part.strip() for part in parts if part.strip(" .-")]


@functools.cache
def _coded(lexicon_code: str) -> re.Pattern[str]:
    code = LEXICONS[lexicon_code].asks["code"].pattern
    return re.compile(rf"({code})[ :#.]{{0,3}}[0-9]+\w?(?![.:][0-9])")
