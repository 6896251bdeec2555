"""A reply made plain: one case, no accents, one kind of dash; every character keeps its place."""

from __future__ import annotations

import functools
import re
import unicodedata

#: Three messages long. Of a longer text only so much is read, and nothing is done on it alone.
LONGEST = 480

_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_QUOTES = frozenset("\u2018\u2019\u00b4`\u02bc")
_LETTERS = {"ς": "σ", "ß": "s", "ø": "o", "æ": "a", "đ": "d", "ł": "l", "ı": "i"}
#: Swedish "is", which would become its "year" without the dots.
_IS = re.compile(r"(?<![^\W\d_])är(?![^\W\d_])", re.IGNORECASE)
#: `p.m.` and its like, written as one word of the same length.
_HALVES = re.compile(r"(?<![^\W\d])([apπμ])\. ?([mμ])(?:\.|(?!\w))")


def fold(text: str) -> str:
    """Plain lower case, at most `LONGEST` characters, one character for one character."""
    if text.isascii() and text.isprintable():
        return text[:LONGEST].lower().translate(_ASCII)
    whole = unicodedata.normalize("NFC", text[:LONGEST])
    return "".join(map(_plain, _IS.sub("er", whole)))


#: What `_plain` makes of the marks of ASCII.
_ASCII = str.maketrans("`", "'")


@functools.lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if "a" <= char <= "z" or char == "\n":
        return char
    if char in _DASHES:
        return "-"
    if char in _QUOTES:
        return "'"
    if not char.isprintable() or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return " "
    bare = unicodedata.normalize("NFD", char.lower())[:1]
    return _LETTERS.get(bare, bare) if bare else " "


def joined_halves(folded: str) -> str:
    """`5 p.m.` as `5 pm  `, so that its dots end nothing."""
    return _HALVES.sub(lambda m: (m[1] + m[2]).ljust(len(m[0])), folded)


# -- Greek and Greeklish -----------------------------------------------------------------------

_GREEK = re.compile("[α-ω]")
_PAIRS = (
    ("ου", "u"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv"), ("αι", "e"), ("ει", "i"), ("οι", "i"),
    ("ωι", "i"), ("υι", "i"), ("μπ", "v"), ("ντ", "d"), ("γκ", "g"), ("γγ", "g"), ("τζ", "ts"),
)  # fmt: skip
_SINGLE = str.maketrans({
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "q", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "τ": "t", "υ": "i", "φ": "f", "χ": "x", "ψ": "ps", "ω": "o",
})  # fmt: skip
# Greeklish is written by ear or by eye, so that `hmera`, `imera` and `ημέρα` are one key.
_LATIN = (
    (re.compile("th$"), "ti"), (re.compile("th|8"), "q"), (re.compile("ph"), "f"),
    (re.compile("ou"), "u"), (re.compile("ks|ch|kh"), "x"), (re.compile("3"), "x"),
    (re.compile("h(?=[aeiouyw])"), "x"), (re.compile("h"), "i"),
    (re.compile("a[ufv]|ay(?=[bcdfgklmnprstvxz])"), "av"), (re.compile("e[ufvy]"), "ev"),
    (re.compile("w"), "o"), (re.compile("ai"), "e"), (re.compile("[eo]i"), "i"),
    (re.compile("mp|b"), "v"), (re.compile("nt"), "d"), (re.compile("gk|gg|ng|gh"), "g"),
    (re.compile("[yj]"), "i"), (re.compile("c"), "k"), (re.compile("dh"), "d"),
)  # fmt: skip
_TWICE = re.compile(r"([a-z])\1")


def is_greek(folded: str) -> bool:
    """Whether it is written in Greek letters."""
    return _GREEK.search(folded) is not None


@functools.lru_cache(maxsize=8192)
def greek_key(word: str) -> str:
    """One key for a folded Greek word however it is spelt, in Greek or in Latin letters.

    Letters that are heard alike are one (ι, η, υ, ει), as are those Greeklish mixes up (ξ, χ).
    """
    if _GREEK.search(word):
        for pair, sound in _PAIRS:
            word = word.replace(pair, sound)
        word = word.translate(_SINGLE)
    else:
        for pattern, sound in _LATIN:
            word = pattern.sub(sound, word)
    return _TWICE.sub(r"\1", word)
