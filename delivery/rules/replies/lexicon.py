"""The words of each language, read once; adding a language is adding a file of words."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from delivery.rules.replies.folding import fold, greek_key
from delivery.rules.replies.phrase_index import GAP, Index
from delivery.rules.replies.symbols import TAGS

#: Every file of words beside this module is a language.
LANGUAGES = tuple(sorted(
    each.name.removesuffix(".toml") for each in files(__package__).iterdir()
    if each.name.endswith(".toml")
))  # fmt: skip

#: Symbols a phrase stands for: code and value, in order.
Meaning = tuple[tuple[str, Any], ...]
#: Shorter words are too like others to be guessed at when misspelt.
SHORTEST_GUESS = 5
_FORGIVEN = frozenset("RWMPE")


@dataclass(slots=True)
class Lexicon:
    """One language: words of time, phrases by what they ask, and spellings to forgive."""

    code: str
    times: Index
    phrases: Index
    #: Words that may stand before or behind another in a compound: `perjantai|iltana`.
    heads: dict[str, Meaning]
    tails: dict[str, Meaning]
    #: Hours that a part of the day may stand before in one word: `aamu|kuudelta`.
    hours: dict[str, Meaning]
    #: A word with one letter missing -> the words it may have been.
    guesses: dict[str, set[str]]
    known: dict[str, float]
    joints: tuple[str, ...]
    weak_months: frozenset[str]
    weak_days: frozenset[str]
    dotted_days: bool
    greek: bool
    small_is_evening: int
    #: Letters of its alphabet that English has not.
    letters: str = ""
    stems: set[str] = field(default_factory=set)
    #: `th`, `:e`: what makes an ordinal of digits; and endings that mean `at`, `from`, `until`.
    ordinal_suffixes: frozenset[str] = frozenset()
    number_endings: dict[str, Meaning] = field(default_factory=dict)
    #: Endings that change no meaning, longest first.
    clitics: tuple[str, ...] = ()
    #: Whether a part of the day and an hour may be one word.
    part_hours: bool = False

    def key(self, word: str) -> str:
        """The word as this language's index spells it."""
        return greek_key(word) if self.greek else word


def _load(code: str) -> Lexicon:
    raw = tomllib.loads((files(__package__) / f"{code}.toml").read_text("utf-8"))
    manner = raw["manner"]
    made = Lexicon(
        code, Index(), Index(), {}, {}, {}, {}, {}, tuple(manner.get("joints", ())), frozenset(),
        frozenset(),
        manner["dotted_days"], manner.get("greek", False), manner["small_is_evening"],
    )  # fmt: skip
    made.part_hours = manner.get("part_hours", False)
    made.letters = manner.get("letters", "")
    endings = (made.key(fold(each)) for each in manner.get("clitics", ()))
    made.clitics = tuple(sorted(endings, key=len, reverse=True))
    made.ordinal_suffixes = frozenset(made.key(fold(e)) for e in manner["ordinal_suffixes"])
    made.number_endings = {
        made.key(fold(ending)): (TAGS[name],) if TAGS[name][0] else ()
        for name, endings in manner.get("number_endings", {}).items() for ending in endings
    }  # fmt: skip
    meanings = dict(_meanings(raw))
    for phrase, meaning in meanings.items():
        spelt = _spelt(made, phrase)
        made.times.add(spelt, meaning)
        _learn(made, spelt, meaning)
    made.weak_days = frozenset(made.key(fold(each)) for each in manner.get("weak_days", ()))
    made.weak_months = frozenset(made.key(fold(each)) for each in manner.get("weak_months", ()))
    for name, entries in raw["say"].items():
        for phrase in entries:
            spelt = _spelt(made, phrase)
            made.phrases.add(spelt, name)
            _know(made, spelt)
    for phrase in manner["common"]:
        _know(made, _spelt(made, phrase))
    for phrase in manner.get("forgive", ()):
        _forgive(made, made.key(fold(phrase)))
    return made


def _spelt(lexicon: Lexicon, phrase: str) -> tuple[str, ...]:
    plain = fold(phrase.replace("'", "").replace("-", " "))
    return tuple(
        each
        if each == GAP
        else "*" * each.startswith("*") + lexicon.key(each.strip("*")) + "*" * each.endswith("*")
        for each in plain.split()
    )


def _learn(lexicon: Lexicon, spelt: tuple[str, ...], meaning: Meaning) -> None:
    _know(lexicon, spelt)
    if len(spelt) > 1 or not meaning:
        return
    word = spelt[0].rstrip("*")
    codes = {code for code, _ in meaning}
    if codes <= {"W", "R", "w", "E"} and len(word) > 2:
        lexicon.heads[word] = meaning
    if codes == {"P"} and len(word) > 2:
        lexicon.tails[word] = meaning
        if lexicon.part_hours:
            lexicon.heads.setdefault(word, meaning)
    if "n" in codes and lexicon.part_hours and meaning[-1][1] <= 12:
        lexicon.hours[word] = meaning if len(meaning) > 1 else (("K", None), *meaning)
    if codes & _FORGIVEN:
        _forgive(lexicon, word)


def _know(lexicon: Lexicon, spelt: tuple[str, ...]) -> None:
    for part in spelt:
        if part.startswith("*"):
            continue
        word = part.rstrip("*")
        if word and part != GAP:
            lexicon.known[word] = 0.35 if len(word) < 3 else 1.0
            if part.endswith("*"):
                lexicon.stems.add(word)


def _forgive(lexicon: Lexicon, word: str) -> None:
    if len(word) >= SHORTEST_GUESS:
        for short in (word, *(word[:n] + word[n + 1 :] for n in range(1, len(word)))):
            lexicon.guesses.setdefault(short, set()).add(word)


def guess(lexicon: Lexicon, word: str) -> str | None:
    """The one word it may be with a letter missing, added, changed or swapped; not the first.

    Before that, the word without an ending that only asks or stresses: `torstainako`.
    """
    if len(word) < SHORTEST_GUESS or word in lexicon.known:
        return None
    return _near(lexicon.code, word)


@functools.lru_cache(maxsize=8192)
def _near(code: str, word: str) -> str | None:
    one = lexicon(code)
    for ending in one.clitics if word.endswith(one.clitics) else ():
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= SHORTEST_GUESS - 1 and bare in one.known:
            return bare
    guesses, found = one.guesses, set[str]()
    for short in (word, *[word[:place] + word[place + 1 :] for place in range(1, len(word))]):
        if short in guesses:
            found |= guesses[short]
    near = {each for each in found if each[0] == word[0] and _one_off(each, word)}
    return min(near, key=lambda each: (abs(len(each) - len(word)), each)) if near else None


def _one_off(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) == 1:
        return True
    differ = [n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(differ) > 2:
        return False
    if len(differ) == 2:
        first, second = differ
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return True


def _meanings(raw: dict[str, Any]) -> Iterator[tuple[str, Meaning]]:
    """Every phrase of time and what it stands for; combined ones last, so that they win."""
    time = raw["time"]
    for name, entries in time.items():
        if name in TAGS:
            meaning = (TAGS[name],) if TAGS[name][0] else ()
            yield from ((phrase, meaning) for phrase in entries)
    for code, name in (("W", "weekdays"), ("M", "months")):
        first = 0 if code == "W" else 1
        for number, entries in enumerate(time[name], start=first):
            yield from ((phrase, ((code, number),)) for phrase in entries)
    yield from _numbers(raw["numbers"])
    known = dict(_plain_names(time))
    for phrase, spelt in raw["combined"].items():
        meant = (_symbol(part, known) for part in spelt.split())
        yield phrase, tuple(each for each in meant if each[0])


def _plain_names(time: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    yield from TAGS.items()
    yield from ((f"weekday{n}", ("W", n)) for n in range(7))


def _symbol(part: str, known: dict[str, tuple[str, Any]]) -> tuple[str, Any]:
    return ("n", int(part)) if part.isdecimal() else known[part]


def _numbers(raw: dict[str, Any]) -> Iterator[tuple[str, Meaning]]:
    """Numbers up to 59 in words: plain, joined (`tjugofem`), in cases, and as ordinals."""
    units: list[list[str]] = raw["units"]
    for number, entries in enumerate(units):
        yield from ((each, (("n", number),)) for each in entries)
    for ten, entries in zip((20, 30, 40, 50), raw["tens"], strict=True):
        for each in entries:
            yield each, (("n", ten),)
            for number in range(1, 10):
                for unit in units[number]:
                    yield each + unit, (("n", ten + number),)
                    yield f"{each} {unit}", (("n", ten + number),)
    for name, before in (("at", "K"), ("from", "F"), ("to", "T"), ("by", "<")):
        for number, entries in enumerate(raw.get(name, ()), start=1):
            yield from ((each, ((before, None), ("n", number))) for each in entries)
    for number, entries in enumerate(raw["ordinals"], start=1):
        for each in entries:
            yield each, (("o", number),)
            yield each.replace(" ", ""), (("o", number),)


@functools.cache
def lexicon(code: str) -> Lexicon:
    """The words of one language, read at the first call."""
    return _load(code)


def lexicons() -> Iterable[Lexicon]:
    return [lexicon(code) for code in LANGUAGES]
