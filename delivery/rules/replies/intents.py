"""What a reply asks for, by the phrases in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from delivery.rules.replies.lexicon import Lexicon, guess
from delivery.rules.replies.tokens import Token

_SHORT = 4
#: What stands for a mark that ends a clause, and for a number.
NO_WORDS = ("", "#")
#: In a longer phrase of one of these, words such as "good" and "when" say nothing of their own.
_OUTWEIGH = {
    "yes": ("closing", "any_time"),
    "ok": ("closing", "any_time"),
    "no": ("closing", "any_time"),
    "where": ("any_time", "note", "thanks"),
    "person": ("praise",),
    "note": ("thanks", "praise"),
}
_STRONG = ("closing", "any_time", "note", "thanks", "praise")


@dataclass(slots=True)
class Phrase:
    """A phrase found: its kind in the language file, and its first and last word."""

    kind: str
    start: int
    end: int


@dataclass
class Said:
    """A reply as words, and every phrase in it."""

    found: list[Token]
    #: Words as the language spells them; empty where a number or a mark stands.
    words: list[str]
    kinds: dict[str, list[Phrase]] = field(default_factory=dict)

    @property
    def spoken(self) -> int:
        return sum(word not in NO_WORDS for word in self.words)

    def has(self, kind: str) -> Phrase | None:
        """The longest such phrase."""
        some = self.kinds.get(kind, ())
        return max(some, key=lambda each: each.end - each.start, default=None)

    def all(self, *kinds: str) -> list[Phrase]:
        return [each for kind in kinds for each in self.kinds.get(kind, ())]

    @property
    def phrases(self) -> list[Phrase]:
        return self.all(*self.kinds)

    def left(self, *kinds: str) -> list[int]:
        """Places of words that no phrase of these kinds covers."""
        covered = {n for each in self.all(*kinds) for n in range(each.start, each.end)}
        return [n for n, word in enumerate(self.words) if word not in NO_WORDS and n not in covered]

    def said(self, phrase: Phrase, text: str) -> str:
        """The phrase as it was written."""
        return text[self.found[phrase.start].start : self.found[phrase.end - 1].end]


def said(found: list[Token], lexicon: Lexicon) -> Said:
    """Every phrase of the language in it, misspelt words forgiven."""
    found = [each for n, each in enumerate(found) if not _joins(found, n)]
    words = [_spelt(lexicon, each) for each in found]
    known = Said(found, words)
    for place, word in enumerate(words):
        if word not in NO_WORDS:
            for end, _, kind in lexicon.phrases.at(words, place):
                known.kinds.setdefault(kind, []).append(Phrase(kind, place, end))
    strong = known.all(*_STRONG)
    for kind in _OUTWEIGH:
        if kind in known.kinds:
            some = [each for each in known.kinds[kind] if not _outweighed(each, strong)]
            known.kinds[kind] = some
    _deny(known)
    return known


def _deny(known: Said) -> None:
    """Make a no of each yes behind a refusal; "nej det går bra" is none, its "nej" an answer."""
    answers = {(each.start, each.end) for each in known.all("no")}
    refusals = [each for each in known.all("negate") if (each.start, each.end) not in answers]
    if not refusals:
        return
    for one in known.all("yes"):
        if (no := _denied(one, refusals, known)) is not None:
            known.kinds["yes"].remove(one)
            known.kinds.setdefault("no", []).append(Phrase("no", *_both(no, one)))


def _denied(one: Phrase, refusals: list[Phrase], known: Said) -> Phrase | None:
    """The word that makes a no of this yes: "I will *not* be home"."""
    return next((no for no in refusals if near(no, one, known)), None)


def _both(one: Phrase, other: Phrase) -> tuple[int, int]:
    return min(one.start, other.start), max(one.end, other.end)


def _outweighed(one: Phrase, strong: list[Phrase]) -> bool:
    kinds = _OUTWEIGH.get(one.kind, ())
    return bool(kinds) and any(each.kind in kinds and inside(one, each) for each in strong)


def _joins(found: list[Token], place: int) -> bool:
    """Whether it is the hyphen of one word, as in `pick-up`."""
    if found[place].value not in ("-", ":") or not 0 < place < len(found) - 1:
        return False
    before, behind = found[place - 1], found[place + 1]
    tight = before.end == found[place].start and behind.start == found[place].end
    return tight and before.kind == behind.kind == "word"


def _spelt(lexicon: Lexicon, token: Token) -> str:
    if token.kind != "word":
        if token.kind != "mark":
            return "#"
        return "?" if token.value == "?" else ""
    key = lexicon.key(token.value)
    return guess(lexicon, key) or key


def keyword(known: Said) -> str | None:
    """`stop`, `start` or `help`, where that is the whole message, or clearly a demand to stop."""
    for name in ("stop", "start", "help"):
        wanted = set(known.left("polite")) if name == "stop" else set(known.left())
        wanted = {n for n in wanted if known.words[n] != "?"} or wanted
        for each in known.all(name):
            if wanted <= set(range(each.start, each.end)):
                return name
    if known.has("stop_in"):
        return "stop"
    return "start" if known.has("start_in") else None


def wants_cancelled(known: Said) -> Phrase | None:
    """The words that cancel the order, unless they are denied ("don't cancel")."""
    for each in known.all("cancel"):
        if any(inside(each, other) for other in known.all("safe_place", "note", "complaint")):
            continue  # "ställ in den i garaget"
        denied = any(
            near(no, each, known) or near(each, no, known) for no in known.all("negate")
        ) and not any(no.start >= each.start and no.end <= each.end for no in known.all("negate"))
        if not denied:
            return each
    return None


def near(one: Phrase, other: Phrase, known: Said) -> bool:
    """Whether one stands before the other with at most a short word between: "μην το ακυρώσετε"."""
    between = known.words[one.end : other.start]
    return one.end == other.start or (len(between) == 1 and 0 < len(between[0]) < _SHORT)


def overlap(one: Phrase, other: Phrase) -> bool:
    """Whether they share a word."""
    return one.start < other.end and other.start < one.end


def inside(one: Phrase, other: Phrase) -> bool:
    """Whether one is part of the other, as "call me" is of "call me when"."""
    longer = other.end - other.start > one.end - one.start
    return longer and other.start <= one.start and one.end <= other.end
