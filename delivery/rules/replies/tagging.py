"""From words to symbols: what each means in one language, misspelt or joined as it may be."""

from __future__ import annotations

import functools
import re

from delivery.rules.replies.lexicon import Lexicon, Meaning, guess
from delivery.rules.replies.lexicon import lexicon as lexicon_of
from delivery.rules.replies.rewriting import Symbol
from delivery.rules.replies.tokens import Token, Written

_MARKS = {
    ",": ",", "(": ",", ")": ",", "-": "-", "!": ";", "?": ";", ";": ";", "\n": ";", "·": ";",
    "/": "/", "&": "&", "@": "K", "~": "K", "+": "I", "|": ";", "…": ";",
}  # fmt: skip
#: `on` and `the` mean a day only before a number.
_DAY_OF: Meaning = (("^", None),)
#: Behind these a dot only shortens the word: `kl. 18`, `fre. 12`, `v. 47`.
_SHORTENED = frozenset("WrmMKkaUO")
_NAMES = frozenset("WrMm")
#: `2,5`; it counts only before hours.
_DECIMAL = re.compile("([0-9]{1,2}),([0-9])")
_STRANGE: Meaning = ((".", "strange"),)
_COMMON: Meaning = ((".", None),)
#: Months and days whose names are other words too.
_WEAK = {"M": "m", "W": "r"}


def tagged(found: list[Token], lexicon: Lexicon) -> list[Symbol]:
    """The symbols of a text in this language; words without a meaning for time are `.`."""
    words = [lexicon.key(each.value) if each.kind == "word" else "" for each in found]
    row: list[Symbol] = []
    place = 0
    while place < len(found):
        token = found[place]
        if token.kind == "word":
            end, meaning = _best(words, place, lexicon)
            if meaning == _DAY_OF and (end == len(found) or found[end].kind != "number"):
                meaning = ()
            _put(row, meaning, token.start, found[end - 1].end, words[place], lexicon)
            place = end
            continue
        if token.kind == "mark":
            _mark(row, token, found, place)
        else:
            place += _number(row, found, words, place, lexicon)
        place += 1
    return row


def _best(words: list[str], place: int, lexicon: Lexicon) -> tuple[int, Meaning]:
    """The longest phrase that begins here; else a compound; else a near spelling."""
    best = max(lexicon.times.at(words, place), key=lambda each: each[:2], default=None)
    word = words[place]
    whole = best is not None and (best[0] > place + 1 or word in lexicon.times.exact)
    made = None if whole else compound(word, lexicon)
    if best is not None and made is None:
        return best[0], best[2]
    if made is None and (near := guess(lexicon, word)) is not None:
        words[place] = near
        best = max(lexicon.times.at(words, place), key=lambda each: each[:2], default=None)
        if best is not None:
            return best[0], best[2]
    return place + 1, made if made is not None else _other(word, lexicon)


def _other(word: str, lexicon: Lexicon) -> Meaning:
    """A word that says nothing of time; `strange` where the language file has it nowhere."""
    return _STRANGE if _is_strange(lexicon.code, word) else _COMMON


@functools.lru_cache(maxsize=8192)
def _is_strange(code: str, word: str) -> bool:
    one = lexicon_of(code)
    stemmed = any(word[:length] in one.stems for length in range(3, len(word) + 1))
    return len(word) > 2 and word not in one.known and not stemmed


def compound(word: str, lexicon: Lexicon) -> Meaning | None:
    """A day and a part of it in one word, with the letter that joins them; or `aamukuudelta`."""
    if len(word) < 6 or word in lexicon.known:
        return None
    for cut in range(len(word) - 2, 2, -1):
        head = lexicon.heads.get(word[:cut])
        if head is None:
            continue
        if head[0][0] == "P":
            hour = lexicon.hours.get(word[cut:])
            if hour is not None:
                return head + hour
            continue
        for joint in ("", *lexicon.joints):
            tail = word[cut + len(joint) :]
            if word[cut:].startswith(joint) and tail in lexicon.tails:
                return head + lexicon.tails[tail]
    return None


def _put(
    row: list[Symbol], meaning: Meaning, start: int, end: int, word: str, lexicon: Lexicon
) -> None:
    for code, value in meaning:
        weak = (code == "M" and word in lexicon.weak_months) or (
            code == "W" and word in lexicon.weak_days
        )
        row.append(Symbol(_WEAK[code] if weak else code, value, start, end))


def _mark(row: list[Symbol], token: Token, found: list[Token], place: int) -> None:
    if token.value == "->":
        row.append(Symbol("}", True, token.start, token.end))
    elif token.value == ".":
        last = row[-1] if row else None
        if last is not None and last.end == token.start:
            if last.code in _SHORTENED and _shortens(last, found, place):
                return
            if last.code == "n" and isinstance(last.value, Written):
                row[-1] = Symbol("n", Written(str(int(last.value)), dotted=True),
                                 last.start, token.end)  # fmt: skip
                return
        row.append(Symbol(";", None, token.start, token.end))
    elif (token.value == "+" and not _digit_behind(found, place)) or token.value not in _MARKS:
        return
    else:
        row.append(Symbol(_MARKS[token.value], None, token.start, token.end))


def _shortens(last: Symbol, found: list[Token], place: int) -> bool:
    """Whether the dot belongs to the word: `fre. 12`, but "not thursday. Friday is fine"."""
    if last.code not in _NAMES:
        return True
    behind = found[place + 1] if place + 1 < len(found) else None
    return behind is not None and behind.kind not in ("word", "mark")


def _digit_behind(found: list[Token], place: int) -> bool:
    behind = found[place + 1] if place + 1 < len(found) else None
    return behind is not None and behind.kind == "number" and behind.start == found[place].end


_WRITTEN = {"iso": "d", "dmy": "d", "slash": "d", "clock": "t", "day": "x", "dotted": "x"}


def _number(
    row: list[Symbol], found: list[Token], words: list[str], place: int, lexicon: Lexicon
) -> int:
    """Put a number; how many further tokens belong to it."""
    token = found[place]
    end, taken, code = token.end, 0, "n"
    suffix, far = _suffix(found, words, place)
    behind: list[Symbol] = []
    if suffix and suffix in lexicon.ordinal_suffixes and token.kind == "number":
        code, end, taken = "o", found[far].end, far - place
    elif suffix and suffix in lexicon.number_endings:
        ending = [Symbol(c, v, token.start, token.end) for c, v in lexicon.number_endings[suffix]]
        row += [each for each in ending if each.code != "a"]
        behind = [each for each in ending if each.code == "a"]
        end, taken = found[far].end, far - place
    elif _part_of_name(row, found, place) or (suffix and _is_plain(suffix, lexicon)):
        code = "#"
    if token.kind == "number":
        value = token.value[0]
        known = value < 1000 and value.width < 4
        code = code if code != "n" or known else "Y" if value.width == 4 else "#"
        row.append(Symbol(code, value, token.start, end))
    elif token.kind == "whole":
        row.append(Symbol("Y", token.value[0], token.start, end))
    elif (decimal := _DECIMAL.fullmatch(str(token.value))) is not None:
        row.append(Symbol("Δ", decimal.groups(), token.start, end))
    elif token.kind == "none" or code == "#":
        row.append(Symbol("#", None, token.start, end))
    else:
        row.append(Symbol(_WRITTEN[token.kind], (token.kind, token.value), token.start, end))
    row += behind
    return taken


def _suffix(found: list[Token], words: list[str], place: int) -> tuple[str, int]:
    """Letters right behind the number, as in `15th`, `15:e`, `17:lta`."""
    here = place + 1
    if here < len(found) and found[here].value in (":", "-", "'"):
        joined = found[here].start == found[here - 1].end
        here += 1 if joined and here + 1 < len(found) else 0
    if here < len(found) and here > place and found[here].kind == "word":
        before = found[here - 1]
        if before.end == found[here].start:
            return words[here], here
    return "", place


def _part_of_name(row: list[Symbol], found: list[Token], place: int) -> bool:
    """Whether letters stand right before it, as in `B12`."""
    before = found[place - 1] if place else None
    joined = before is not None and before.kind == "word" and before.end == found[place].start
    return joined and bool(row) and row[-1].code == "."


def _is_plain(suffix: str, lexicon: Lexicon) -> bool:
    """Whether letters behind a number mean nothing about time, as in `12B`."""
    return not lexicon.times.exact.get(suffix) and suffix not in lexicon.known
