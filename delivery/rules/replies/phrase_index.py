"""Phrases found by the word they begin with: whole, by its stem or by its ending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: In a phrase: up to three words of any kind.
GAP = ".."


@dataclass(slots=True)
class Index:
    """Phrases by their first word: `code*` is all that begin so, `*code` all that end so."""

    exact: dict[str, list[tuple[tuple[str, ...], Any]]] = field(default_factory=dict)
    stems: dict[str, list[tuple[tuple[str, ...], Any]]] = field(default_factory=dict)
    #: Lengths of the stems, longest first.
    lengths: tuple[int, ...] = ()
    #: Last parts of compounds (`*kod` of `portkod`), and their lengths.
    endings: dict[str, list[tuple[tuple[str, ...], Any]]] = field(default_factory=dict)
    ends: tuple[int, ...] = ()

    def add(self, phrase: tuple[str, ...], meaning: Any) -> None:
        if phrase[0].startswith("*"):
            self.endings.setdefault(phrase[0].strip("*"), []).append((phrase, meaning))
            self.ends = tuple(sorted({len(each) for each in self.endings}, reverse=True))
            return
        stem = phrase[0].endswith("*")
        where = self.stems if stem else self.exact
        where.setdefault(phrase[0].rstrip("*"), []).append((phrase, meaning))
        if stem:
            self.lengths = tuple(sorted({*self.lengths, len(phrase[0]) - 1}, reverse=True))

    def at(self, words: list[str], place: int) -> Iterator[tuple[int, int, Any]]:
        """What can begin here: end, weight (letters that were told) and meaning."""
        word = words[place]
        for phrase, meaning in self.exact.get(word, ()):
            end = _end(phrase, words, place)
            if end:
                yield end, 2 * sum(map(len, phrase)) + 1, meaning
        for phrase, meaning in self._by_part(word) if len(word) > 1 else ():
            end = _end(phrase, words, place)
            if end:
                yield end, 2 * sum(map(len, phrase)), meaning

    def _by_part(self, word: str) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Phrases whose first word it begins or ends with."""
        size = len(word)
        for length in self.lengths:
            if length <= size and (stem := word[:length]) in self.stems:
                yield from self.stems[stem]
        for length in self.ends:
            if length + 2 < size and (last := word[-length:]) in self.endings:
                yield from self.endings[last]


def _end(phrase: tuple[str, ...], words: list[str], place: int) -> int:
    """The place behind the phrase, or 0. `..` skips up to three words of one clause."""
    here = place + 1
    for number, part in enumerate(phrase[1:], start=1):
        if part == GAP:
            continue
        reach = 4 if phrase[number - 1] == GAP else 1
        for skipped in range(reach):
            if here + skipped >= len(words) or not words[here + skipped]:
                return 0
            if _same(part, words[here + skipped]):
                here += skipped + 1
                break
        else:
            return 0
    return here


def _same(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else part == word
