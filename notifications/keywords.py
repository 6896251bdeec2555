"""Whether a reply asks never to be texted again, to be texted again, or for help. Pure.

Providers know single English words. A sentence that says the same counts here as well; wishes about
a delivery ("cancel my order", "stop at the gate") are none. How people say it is data:
keywords.toml.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Keyword = Literal["stop", "start", "help"]

#: More than that nobody writes to say stop, and what is longer is not read to its end.
_LONGEST = 400

_GREEK = str.maketrans(dict(zip("αβγδεζηικλμνοπρστυφω", "avgdeziiklmnoprstyfo", strict=True))
                       | {"θ": "th", "ξ": "x", "χ": "x", "ψ": "ps"})  # fmt: skip
# Greek in Latin letters is spelt as each pleases. Both sides are brought to one way of it, which
# nobody has to be able to read.
_GREEKLISH = [
    (re.compile(pattern), to)
    for pattern, to in (
        ("8", "th"), ("ks", "x"), ("3", "x"), ("ch", "x"), ("ph", "f"), ("mp", "b"),
        ("ou", "U"), ("oy", "U"), ("w", "o"), ("(?:e[iy]|oi)", "i"), ("ai", "e"), ("b", "v"),
        ("(?:[ae]u|[ae]f|[ae]y|[ae]v)(?=[tksxpf])", "ef"), ("[hyu]", "i"), ("i+", "i"),
        ("nd", "d"), ("(.)\\1", "\\1"),
    )
]  # fmt: skip
_SENTENCE = re.compile(r"[.!?;\n…·]+")
_NOT_WORDS = re.compile(r"[^\w]+|_+")
_DRAWN_OUT = re.compile(r"([^\W\d])\1{2,}")
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2019\u2018`\u00b4"))


@dataclass(frozen=True)
class Said:
    """`alone`: nothing else was said that somebody should read."""

    keyword: Keyword | None
    alone: bool = True


def keyword_in(text: str) -> Keyword | None:
    """Which of them the text asks for; None when it is about something else."""
    return said_in(text).keyword


def said_in(text: str) -> Said:
    """Which of them the text asks for, and whether it says anything else."""
    whole = _folded(text)
    for meaning, words in _WORDS.items():
        if whole in words or _greeklish(whole) in words:
            return Said(meaning)
    if _is_request(whole):
        return Said("stop")
    sentences = [each for each in map(_folded, _SENTENCE.split(text[:_LONGEST])) if each]
    clear = [each for each in sentences if _is_request(each, clear=True)]
    bare = [each for each in sentences if _is_request(each) or each in _WORDS_ALONE]
    rest = [each for each in sentences if each not in bare and not _is_aside(each)]
    if clear or (bare and not rest):
        return Said("stop", alone=not rest)
    return Said(None)


def _is_request(words: str, *, clear: bool = False) -> bool:
    pattern, greek = _CLEAR if clear else _ANY
    return bool(pattern.fullmatch(words) or greek.fullmatch(_greeklish(words)))


def _is_aside(words: str) -> bool:
    return bool(_ASIDE.fullmatch(words) or _ASIDE_GREEK.fullmatch(_greeklish(words)))


def _folded(text: str) -> str:
    """Lower case without accents, signs and pictures, in Latin letters, words one space apart."""
    bare = unicodedata.normalize("NFKD", text[:_LONGEST].casefold().replace("ς", "σ"))
    bare = "".join(each for each in bare if not unicodedata.combining(each))
    bare = _NOT_WORDS.sub(" ", bare.translate(_APOSTROPHES)).strip()
    return _DRAWN_OUT.sub(r"\1", bare.translate(_GREEK))


def _greeklish(words: str) -> str:
    for pattern, to in _GREEKLISH:
        words = pattern.sub(to, words)
    return words


def _any_of(phrases: list[str]) -> str:
    return f"(?:{'|'.join(phrases)})"


def _plain(phrases: list[str]) -> list[str]:
    """Without those that others make up: a text could be read in too many ways for our time."""
    left = sorted(set(phrases), key=len)
    for each in [each for each in left if " " in each]:
        others = _any_of([other for other in left if other != each])
        if re.fullmatch(rf"{others}(?: {others})*", each):
            left.remove(each)
    return left


def _filled(language: dict[str, Any]) -> list[str]:
    lists = {name: _any_of(_plain(each)) for name, each in language.items() if name != "requests"}
    return [re.sub(r"\{([a-z]+)\}", lambda m: lists[m[1]], each) for each in language["requests"]]


def _compiled(phrases: list[str], around: list[str], *, greek: bool) -> re.Pattern[str]:
    if greek:  # what is spelt two ways is one word there
        phrases, around = [*map(_of_greek, phrases)], _plain([*map(_of_greek, around)])
    pattern = rf"(?:{_any_of(around)} )*{_any_of(phrases)}(?: {_any_of(around)})*"
    return re.compile(pattern)


def _of_greek(pattern: str) -> str:
    # Words only: what means something in a pattern stays as it is.
    return re.sub(r"[a-z]+", lambda word: _greeklish(word[0]), pattern)


_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_AROUND = _plain(_DATA["around"]["words"])
_LANGUAGES = [_DATA[each] for each in ("en", "fi", "sv")]
_REQUESTS = [phrase for each in _LANGUAGES for phrase in _filled(each)]
_STRONG = [phrase for each in _LANGUAGES for phrase in each["strong"]]

# In Latin letters as they come, and Greek brought to one spelling. Clear ones name the sending;
# those others leave no doubt only where nothing else is said.
_CLEAR = (
    _compiled(_REQUESTS, _AROUND, greek=False),
    _compiled(_filled(_DATA["el"]), _AROUND, greek=True),
)
_ANY = (
    _compiled(_REQUESTS + _STRONG, _AROUND, greek=False),
    _compiled(_filled(_DATA["el"]) + _DATA["el"]["strong"], _AROUND, greek=True),
)
_ASIDES = _plain(_AROUND + _DATA["around"]["reasons"])
_ASIDE = _compiled(_ASIDES, _AROUND, greek=False)
_ASIDE_GREEK = _compiled(_ASIDES, _AROUND, greek=True)
_WORDS: dict[Keyword, frozenset[str]] = {
    meaning: frozenset(
        form
        for each in _DATA["words"][meaning]
        for form in (_folded(each), _greeklish(_folded(each)))
    )
    for meaning in ("stop", "start", "help")
}
_WORDS_ALONE = frozenset({"stop", "stopall", "unsubscribe", "opt out", "optout", "stopp", "lopeta"})
