"""Digits, and the words for them: lines of an open menu, and ratings."""

from __future__ import annotations

import re

from delivery.rules.replies.intents import Phrase, Said
from delivery.rules.replies.lexicon import Lexicon
from delivery.rules.replies.tokens import Token

_LINE = re.compile(r"^\W*([1-9])\W+(?=.*[^\W\d])")
_NAMED = {"choice_1": 1, "choice_2": 2, "choice_3": 3}
_POLITE = ("thanks", "yes", "ok", "filler", "polite")
#: With so few words around it a number is a rating.
_FEW = 4
#: "4 of 5" and "8 of 10".
_SCALES = (5, 10)
#: Marks that make another number of a digit.
_SIGNS = frozenset("-+/*%#=<>")


def choice(known: Said) -> int | None:
    """The one line that is named, where nothing else of weight is said."""
    numbers = [each for each in known.found if each.kind not in ("word", "mark")]
    if len(numbers) > 1 or any(each.value in _SIGNS for each in known.found if each.kind == "mark"):
        return None
    if numbers:
        only = numbers[0]
        plain = only.kind == "number" and only.value[0].width == 1 and not known.left(*_POLITE)
        return int(only.value[0]) if plain else None
    named = _longest(known)
    if len({_NAMED[each.kind] for each in named}) != 1:
        return None
    covered = {n for each in named for n in range(each.start, each.end)}
    return _NAMED[named[0].kind] if set(known.left(*_POLITE)) <= covered else None


def _longest(known: Said) -> list[Phrase]:
    """Phrases that name a line, without those that lie inside a longer one."""
    named = known.all(*_NAMED)
    return [
        each for each in named
        if not any(other.start <= each.start and each.end <= other.end
                   and other.end - other.start > each.end - each.start for other in named)
    ]  # fmt: skip


def copied_line(folded: str) -> tuple[int, int] | None:
    """A menu line sent back whole: its number and the place behind it."""
    found = _LINE.match(folded)
    return (int(found[1]), found.end()) if found else None


def rating(known: Said, lexicon: Lexicon) -> int | None:
    """A lone number from 0 to 10, with thanks or praise around it; `8/10` is one too."""
    numbers = [each for each in known.found if each.kind not in ("word", "mark")]
    signs = _signs(known)
    if len(numbers) > 1 and (told := _first_sentence(known)) is not None:
        return told
    if not numbers:
        return _in_words(known, lexicon) if not signs else None
    value = _of_ten(numbers, signs)
    if value is None or not 0 <= value <= 10:
        return None
    first = known.found[0] is numbers[0] and not _counts(known, lexicon)
    told = first or len(numbers) > 1 or numbers[0].kind == "slash"  # "I would say 7/10"
    told = told or _stands_alone(known, numbers[0], lexicon)
    if known.has("stars") and len(numbers) == 1 and value <= 5:
        return 2 * value  # nobody gives stars out of ten
    return value if told or not known.left(*_POLITE) else None


def _signs(known: Said) -> list[str]:
    """Marks that belong to a number: that of `8-9`, and not the dash of "8 - nice driver"."""
    found = known.found
    return [
        each.value for place, each in enumerate(found)
        if each.kind == "mark" and each.value in _SIGNS
        and not (each.value == "+" and found[place - 1].end == each.start)  # "9+"
        and not (each.value == "-" and 0 < place < len(found) - 1
                 and found[place - 1].end < each.start and found[place + 1].kind == "word")
    ]  # fmt: skip


def _first_sentence(known: Said) -> int | None:
    """ "I'd say 6. The driver was 20 min late": a sentence with a number and nothing else."""
    end = next((n for n, word in enumerate(known.words) if not word), 0)
    numbers = [each for each in known.found[:end] if each.kind not in ("word", "mark")]
    left = [place for place in known.left(*_POLITE, "filler") if place < end]
    if len(numbers) != 1 or left or numbers[0].kind != "number" or end + 1 >= len(known.found):
        return None
    value = int(numbers[0].value[0])
    return value if numbers[0].value[0].width <= 2 and value <= 10 else None


def _stands_alone(known: Said, number: Token, lexicon: Lexicon) -> bool:
    """`Scratched my floor, 4`, `solid 9 from me`; not `waited 3 days`, `at 5`, `flat 4`."""
    place = next(n for n, each in enumerate(known.found) if each is number)
    behind = known.words[place + 1] if place + 1 < len(known.words) else ""
    before = known.words[place - 1]
    if _codes(lexicon, behind) & set("UgaMOPWR"):
        return False
    if not before:  # a mark stands before it
        return place == len(known.found) - 1
    return known.spoken <= _FEW and not _codes(lexicon, before) & set("KC<>FTu!^B")


def _codes(lexicon: Lexicon, word: str) -> set[str]:
    return {code for meaning in lexicon.times.alone(word) for code, _ in meaning}


def _of_ten(numbers: list[Token], signs: list[str]) -> int | None:
    one, *more = numbers
    if one.kind == "slash":
        told = one.value[1] in _SCALES and not more and not signs
        return _scaled(*map(int, one.value)) if told else None
    if one.kind != "number" or (
        more and (more[0].kind != "number" or more[0].value[0] not in _SCALES)
    ):
        return None
    if len(more) > 1 or any(sign != "/" for sign in signs) or (signs and not more):
        return None
    if one.value[0].width > 2:
        return None
    return _scaled(int(one.value[0]), int(more[0].value[0])) if more else int(one.value[0])


def _scaled(value: int, most: int) -> int | None:
    """`4/5` as 8 of 10."""
    return value * 10 // most if value <= most else None


def _counts(known: Said, lexicon: Lexicon) -> bool:
    """Whether the number counts something: "3 hours", "2 boxes", "1 day late"."""
    behind = known.words[1] if len(known.words) > 1 else ""
    return bool(_codes(lexicon, behind) & set("UgaMOPWR")) and bool(known.left())


def _in_words(known: Said, lexicon: Lexicon) -> int | None:
    left = known.left(*_POLITE) or [n for n, word in enumerate(known.words) if word]
    values = [_number_in_words(lexicon, known.words[each]) for each in left]
    if len(values) == 2 and values[1] == 10:
        values.pop()  # "eight out of ten"
    if len(values) == 2 and values[0] is None and values[1] and known.spoken < _FEW:
        values = values[1:] if values[1] > 1 and not known.has("no") else []  # "a solid nine"
    if len(values) != 1 or values[0] is None:
        return None
    return 2 * values[0] if known.has("stars") and values[0] <= 5 else values[0]


def _number_in_words(lexicon: Lexicon, word: str) -> int | None:
    for meaning in lexicon.times.alone(word):
        if len(meaning) == 1 and meaning[0][0] == "n":
            value = int(meaning[0][1])
            return value if value <= 10 else None
    return None
