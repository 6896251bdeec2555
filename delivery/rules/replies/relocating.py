"""Where else it should go: to a neighbour, a safe place, a pickup point or another address."""

from __future__ import annotations

from delivery.rules.replies.intents import Phrase, Said, inside, near, overlap

_TARGETS = (
    ("neighbour", "neighbour"), ("pickup_point", "pickup_point"), ("address", "address"),
    ("safe_place", "safe_place"),
)  # fmt: skip
#: So many words of leaving name a place as well: "leave at the".
_PLACE = 3
#: Swedish denies behind the verb and its object.
_IT = (["den"], ["det"], ["dem"])
_KINDS = tuple(kind for kind, _ in _TARGETS)


def relocation(known: Said, *, timed: bool) -> tuple[Phrase, str] | None:
    """The words that ask for another place, and which; `timed` where a day or hours stand too."""
    if forbidden(known):
        return None
    for kind, target in _TARGETS:
        found = known.has(kind)
        if found is None or _is_part(known, found):
            continue
        if kind == "safe_place" and not _is_left(known, found, timed=timed):
            continue
        if kind == "address" and any(overlap(found, each) for each in known.all("there")):
            continue  # "I am at my mother's" says where they are, not where it should go
        return found, target
    return None


def _is_left(known: Said, found: Phrase, *, timed: bool) -> bool:
    """Whether something is to be left there, and not a way or a code told."""
    if found.end - found.start == 1 and known.has("access") and not known.has("leave"):
        return False  # "the code of the gate is 7788" leaves nothing there
    if known.has("note") and not known.has("leave"):
        return False  # "the blue door round the back" tells the way
    if known.has("negate") and not known.has("leave"):
        return False  # "don't close the garage"
    return not (timed and _no_place(known))  # "leave it until friday"


def forbidden(known: Said) -> Phrase | None:
    """The words that forbid to leave it so: "don't leave it outside", "lämna den inte ute"."""
    refusals = known.all("negate")
    for verb in known.all("leave"):
        for no in refusals:
            between = known.words[verb.end : no.start]
            if near(no, verb, known) or no.start == verb.end or between in _IT:
                return verb
    return None


def _no_place(known: Said) -> bool:
    """Whether only the leaving is said, and no place."""
    verbs = known.all("leave")
    return all(
        each.end - each.start < _PLACE and any(overlap(each, verb) for verb in verbs)
        for each in known.all("safe_place")
    )


def _is_part(known: Said, found: Phrase) -> bool:
    """Whether it only is a part of other words, as "moved" is of "I moved my mind"."""
    return any(inside(found, each) for each in known.phrases if each.kind not in _KINDS)
