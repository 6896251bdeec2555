"""Which options are shown: few, none worse than another, and each good at something."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import islice
from math import log2
from typing import NamedTuple

from delivery.rules.candidates import AT_HOME, Candidate

MOST_SHOWN = 5
MOST_FOLDED = 6
#: Below this two options do not differ at a glance.
ALIKE = 0.4
# One step of each kind of difference: 2 euros, a day, a doubled width, 800 metres.
_PRICE_STEP, _DAY, _WALK_STEP = 200, 86_400, 800
_LARGEST = 2.0
#: Losses smaller than this are not worth a word.
_WORTH_SAYING = 0.6
_MOST_GIVES = 2
DIMENSIONS = ("price", "speed", "precision", "place")


class Shown(NamedTuple):
    candidate: Candidate
    labels: tuple[str, ...]
    gives: tuple[str, ...]


class Folded(NamedTuple):
    """One that was near, and the shown one that made it needless."""

    candidate: Candidate
    code: str  # dominated | alike
    by: Candidate
    #: In what it is worse than `by`.
    worse: tuple[str, ...]


class Slate(NamedTuple):
    shown: tuple[Shown, ...]
    folded: tuple[Folded, ...]


Vector = tuple[int, float, int, int]


def vector(candidate: Candidate) -> Vector:
    """Price, end of the window, its width, and home before distance: less is better."""
    return candidate.amount, candidate.end, candidate.minutes, candidate.effort


def dominates(one: Vector, other: Vector) -> bool:
    """As good in everything and better in something."""
    return (
        one[0] <= other[0]
        and one[1] <= other[1]
        and one[2] <= other[2]
        and one[3] <= other[3]
        and one != other
    )


def choose(candidates: Iterable[Candidate]) -> Slate:
    """The slate of these candidates, in whatever order they come."""
    ordered = sorted(candidates, key=lambda each: (vector(each), each.id))
    best = front(ordered)
    labels = _anchors(best)
    picked = _filled(best, labels)
    # By time; the cheapest stands last, where the eye looks for it.
    picked.sort(key=lambda each: ("cheapest" in labels.get(each.id, ()), each.end, each.id))
    shown = tuple(
        Shown(each, tuple(labels.get(each.id, ())), gives)
        for each, gives in zip(picked, _gives(picked), strict=True)
    )
    return Slate(shown, tuple(islice(_folded(ordered, best, picked), MOST_FOLDED)))


def front(ordered: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other dominates, of candidates ordered by vector; of equals the first."""
    kept: list[Candidate] = []
    vectors: list[Vector] = []
    for candidate in ordered:
        _amount, end, minutes, effort = mine = vector(candidate)
        # Whoever comes before is not dearer, so it dominates unless it is worse elsewhere.
        for other in vectors:
            if other[1] <= end and other[2] <= minutes and other[3] <= effort:
                break
        else:
            kept.append(candidate)
            vectors.append(mine)
    return kept


def _anchors(best: Sequence[Candidate]) -> dict[str, list[str]]:
    """Labels by candidate: one each for the best of every kind, the same one where it can be."""
    labels: dict[str, list[str]] = {}
    kinds = (
        ("cheapest", 0, best),
        ("fastest", 1, best),
        ("most_precise", 2, best),
        ("nearest", 3, [each for each in best if each.effort != AT_HOME]),
    )
    for label, which, among in kinds:
        if among:
            record = min(vector(each)[which] for each in among)
            winners = [each for each in among if vector(each)[which] == record]
            winner = next((each for each in winners if each.id in labels), winners[0])
            labels.setdefault(winner.id, []).append(label)
    return labels


def _filled(best: Sequence[Candidate], labels: Container[str]) -> list[Candidate]:
    """The labelled, and then those that differ most from them, while any differs at a glance."""
    picked = [each for each in best if each.id in labels]
    rest = [each for each in best if each.id not in labels]
    gap = [min(difference(each, other) for other in picked) for each in rest]
    while rest and len(picked) < MOST_SHOWN:
        widest = max(gap)
        if widest < ALIKE:
            break
        chosen = rest.pop(gap.index(widest))
        gap.remove(widest)
        picked.append(chosen)
        gap = [min(old, difference(each, chosen)) for old, each in zip(gap, rest, strict=True)]
    return picked


def difference(one: Candidate, other: Candidate) -> float:
    """How far apart two options look: 0 for the same, each dimension counting 2 at most."""
    effort = abs(one.effort - other.effort) / _WALK_STEP
    if (one.effort == AT_HOME) != (other.effort == AT_HOME):
        effort += 1
    price = abs(one.amount - other.amount) / _PRICE_STEP
    days = abs(one.end - other.end) / _DAY
    width = abs(log2(one.minutes / other.minutes)) / 2 if one.minutes != other.minutes else 0.0
    # Spelled out: this is asked a hundred times a quote.
    return (
        (price if price < _LARGEST else _LARGEST)
        + (days if days < _LARGEST else _LARGEST)
        + (width if width < _LARGEST else _LARGEST)
        + (effort if effort < _LARGEST else _LARGEST)
    )


def _gives(picked: Sequence[Candidate]) -> list[tuple[str, ...]]:
    """Per option, in what it gives most compared with the best of those shown."""
    if not picked:
        return []
    least = [min(vector(each)[which] for each in picked) for which in range(4)]
    return [_largest_losses(_losses(vector(each), least)) for each in picked]


def _losses(mine: Vector, least: Sequence[float]) -> tuple[float, ...]:
    away = (mine[3] - least[3]) / _WALK_STEP
    if least[3] == AT_HOME != mine[3]:
        away += 1
    return (
        (mine[0] - least[0]) / _PRICE_STEP,
        (mine[1] - least[1]) / _DAY,
        log2(mine[2] / least[2]) / 2,
        away,
    )


def _largest_losses(losses: tuple[float, ...]) -> tuple[str, ...]:
    largest = sorted(zip(losses, DIMENSIONS, strict=True), key=lambda each: -each[0])
    return tuple(name for loss, name in largest[:_MOST_GIVES] if loss >= _WORTH_SAYING)


def _folded(
    ordered: Sequence[Candidate], best: Sequence[Candidate], picked: Sequence[Candidate]
) -> Iterable[Folded]:
    """Hidden ones, the nearest misses first: a service not shown at all, then the front."""
    taken = {each.id for each in picked}
    services = {each.service.code for each in picked}
    missed: list[Candidate] = []
    for each in ordered:
        if each.service.code not in services:
            services.add(each.service.code)
            missed.append(each)
    for each in (*missed, *best, *ordered):
        if each.id not in taken:
            taken.add(each.id)
            yield _fold(each, picked)


def _fold(candidate: Candidate, picked: Sequence[Candidate]) -> Folded:
    mine = vector(candidate)
    for by in picked:
        theirs = vector(by)
        if dominates(theirs, mine):
            worse = tuple(
                name
                for name, one, other in zip(DIMENSIONS, mine, theirs, strict=True)
                if one > other
            )
            return Folded(candidate, "dominated", by, worse)
    nearest = min(picked, key=lambda by: difference(by, candidate))
    return Folded(candidate, "alike", nearest, ())
