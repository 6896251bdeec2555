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
#: Words that are weighed; with such a lead misspelt ones need no thought, else only the first few.
_MANY, _CLEAR, _FEW = 40, 2.0, 16


def short_code(locale: str) -> str:
    """`sv` of `sv-SE`."""
    return locale.replace("_", "-").split("-")[0].lower()


def language_of(original: str, found: list[Token], hint: str) -> Lexicon:
    """The language most of whose words it has; in doubt the hinted one, then English."""
    words = [each.value for each in found if each.kind == "word"]
    if any(is_greek(word) for word in words):
        return next(each for each in lexicons() if each.greek)
    short = short_code(hint)
    lowered, words = original.lower(), words[:_MANY]
    scores = {
        each.code: _HINT * (each.code == short)
        + 0.4 * any(letter in lowered for letter in each.letters)
        + sum([_weight(each.code, word) for word in words])
        for each in lexicons()
    }
    first, second = sorted(scores.values(), reverse=True)[:2]
    if first - second < _CLEAR:
        for code in scores:
            scores[code] += _SLIP * sum([_slips(code, word) for word in words[:_FEW]])
    best = short if short in LANGUAGES else "en"
    for code, score in scores.items():
        if score > scores[best]:
            best = code
    return lexicon(best)


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
    return 0.0


@functools.lru_cache(maxsize=16384)
def _slips(code: str, word: str) -> bool:
    """Whether it may be a misspelt word of the language, and is none of its words as it is."""
    one = lexicon(code)
    return not _weight(code, word) and guess(one, one.key(word)) is not None
