"""Which language a reply is in, told by its own words and letters; the profile is a hint."""

from __future__ import annotations

import functools

from delivery.rules.replies.folding import is_greek
from delivery.rules.replies.lexicon import LANGUAGES, Lexicon, guess, lexicon, lexicons
from delivery.rules.replies.tokens import Token

#: What the profile weighs: more than a word of two letters, less than a longer one.
_HINT = 0.6
#: Words that are told by a whole stem, by compound or in spite of a slip count less.
_STEM, _SLIP = 0.8, 0.6


def short_code(locale: str) -> str:
    """`sv` of `sv-SE`."""
    return locale.replace("_", "-").split("-")[0].lower()


def language_of(original: str, found: list[Token], hint: str) -> Lexicon:
    """The language most of whose words it has; in doubt the hinted one, then English."""
    words = [each.value for each in found if each.kind == "word"]
    if any(is_greek(word) for word in words):
        return next(each for each in lexicons() if each.greek)
    short = short_code(hint)
    lowered = original.lower()
    best, most = lexicon(short if short in LANGUAGES else "en"), 0.0
    for each in lexicons():
        score = _HINT * (each.code == short) + sum(_weight(each.code, word) for word in words[:80])
        score += 0.4 * any(letter in lowered for letter in each.letters)
        if score > most:
            best, most = each, score
    return best


@functools.lru_cache(maxsize=16384)
def _weight(code: str, word: str) -> float:
    one = lexicon(code)
    key = one.key(word)
    known = one.known.get(key)
    if known is not None:
        return known
    if len(key) < 4:
        return 0.0
    if any(key[:length] in one.stems for length in range(min(len(key), 12), 3, -1)):
        return _STEM
    return _SLIP if guess(one, key) else 0.0
