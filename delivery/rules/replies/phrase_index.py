"""Phrases found by the words they begin with: whole, by its stem or by its ending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: In a phrase: up to three words of any kind.
GAP = ".."
#: So many words are remembered with what can begin with them.
_SEEN = 8192

#: A word of a phrase: how many words it may lie away, whether it is a stem, and its letters.
Part = tuple[int, bool, str]
#: What is found: the place behind it, its weight (letters that were told) and its meaning.
Found = tuple[int, int, Any]


@dataclass(slots=True)
class Starts:
    """Phrases that begin alike, by their second word: most are never looked at."""

    alone: list[tuple[int, Any]] = field(default_factory=list)
    by_second: dict[str, list[tuple[tuple[Part, ...], int, Any]]] = field(default_factory=dict)
    #: Those whose second word is a stem or lies behind a gap.
    loose: list[tuple[tuple[Part, ...], int, Any]] = field(default_factory=list)

    def add(self, parts: tuple[Part, ...], weight: int, meaning: Any) -> None:
        if not parts:
            self.alone.append((weight, meaning))
        elif parts[0][0] == 1 and not parts[0][1]:
            self.by_second.setdefault(parts[0][2], []).append((parts[1:], weight, meaning))
        else:
            self.loose.append((parts, weight, meaning))

    def gather(self, words: list[str], here: int, found: list[Found]) -> None:
        """Put all that go on in the words from `here` on."""
        for weight, meaning in self.alone:
            found.append((here, weight, meaning))
        if here >= len(words):
            return
        for parts, weight, meaning in self.by_second.get(words[here], ()):
            end = _end(parts, words, here + 1)
            if end:
                found.append((end, weight, meaning))
        for parts, weight, meaning in self.loose:
            end = _end(parts, words, here)
            if end:
                found.append((end, weight, meaning))


@dataclass(slots=True)
class Index:
    """Phrases by their first word: `code*` is all that begin so, `*code` all that end so."""

    exact: dict[str, Starts] = field(default_factory=dict)
    stems: dict[str, Starts] = field(default_factory=dict)
    #: Lengths of the stems, longest first.
    lengths: tuple[int, ...] = ()
    #: Last parts of compounds (`*kod` of `portkod`), and their lengths.
    endings: dict[str, Starts] = field(default_factory=dict)
    ends: tuple[int, ...] = ()
    #: Words seen, and what can begin with them.
    seen: dict[str, tuple[Starts, ...]] = field(default_factory=dict)

    def add(self, phrase: tuple[str, ...], meaning: Any) -> None:
        first, parts, weight = phrase[0], _parts(phrase[1:]), 2 * sum(map(len, phrase))
        if first.startswith("*"):
            self.endings.setdefault(first.strip("*"), Starts()).add(parts, weight, meaning)
            self.ends = tuple(sorted({len(each) for each in self.endings}, reverse=True))
        elif first.endswith("*"):
            self.stems.setdefault(first[:-1], Starts()).add(parts, weight, meaning)
            self.lengths = tuple(sorted({*self.lengths, len(first) - 1}, reverse=True))
        else:
            self.exact.setdefault(first, Starts()).add(parts, weight + 1, meaning)

    def at(self, words: list[str], place: int) -> list[Found]:
        """What can begin here."""
        word, found = words[place], list[Found]()
        starts = self.seen.get(word)
        if starts is None:
            if len(self.seen) > _SEEN:
                self.seen.clear()
            starts = self.seen[word] = tuple(self._starting(word))
        for each in starts:
            each.gather(words, place + 1, found)
        return found

    def _starting(self, word: str) -> Iterator[Starts]:
        if (whole := self.exact.get(word)) is not None:
            yield whole
        size = len(word)
        for length in self.lengths if size > 1 else ():
            if length <= size and (begins := self.stems.get(word[:length])) is not None:
                yield begins
        for length in self.ends:
            if length + 2 < size and (ends := self.endings.get(word[-length:])) is not None:
                yield ends

    def alone(self, word: str) -> list[Any]:
        """What the word means by itself and whole."""
        known = self.exact.get(word)
        return [meaning for _, meaning in known.alone] if known else []


def _parts(words: tuple[str, ...]) -> tuple[Part, ...]:
    made = []
    for place, word in enumerate(words):
        if word != GAP:
            reach = 4 if place and words[place - 1] == GAP else 1
            made.append((reach, word.endswith("*"), word.removesuffix("*")))
    return tuple(made)


def _end(parts: tuple[Part, ...], words: list[str], here: int) -> int:
    """The place behind the phrase, or 0; a gap does not reach over a mark."""
    for reach, is_stem, letters in parts:
        for place in range(here, here + reach):
            if place >= len(words) or not words[place]:
                return 0
            word = words[place]
            if word == letters or (is_stem and word.startswith(letters)):
                here = place + 1
                break
        else:
            return 0
    return here
