"""Which options are shown: few, none worse than another, and each good at something.

1. The front: candidates that no other one dominates, on exact values. All that follows looks at
   the front alone, so a candidate that is worse than another changes nothing that is shown.
2. The anchors: the cheapest, the fastest, the most precise, the nearest place.
3. Up to five: of what differs from all that is shown, the one that leaves the least regret.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter, sub
from typing import NamedTuple

from delivery.rules.candidates import AT_HOME, Candidate
from delivery.rules.slate_weights import (
    Steps,
    Vector,
    apart,
    costs,
    hardly_worse,
    largest_losses,
    much_worse_in,
    steps,
    within,
    worse_in,
)

__all__ = ["MOST_FOLDED", "MOST_SHOWN", "Folded", "Shown", "Slate", "choose", "fold", "vector"]

MOST_SHOWN = 5
#: Each is a whole option in the answer, and `/all` has the rest.
MOST_FOLDED = 6


class Shown(NamedTuple):
    candidate: Candidate
    labels: tuple[str, ...]
    gives: tuple[str, ...]


class Folded(NamedTuple):
    """A hidden one, and the shown one that made it needless.

    `dominated`: `by` is as good in everything and better in something. `hardly_better`: the same
    but for differences too small to matter. `alike`: none of their differences matters.
    `in_between`: it differs from all that are shown, and `by` is the one it differs from least.
    """

    candidate: Candidate
    code: str
    by: Candidate
    #: In what it is worse than `by`.
    worse: tuple[str, ...]


class Slate(NamedTuple):
    shown: tuple[Shown, ...]
    folded: tuple[Folded, ...]


#: A candidate behind its vector and its id, which are asked for a hundred times a quote.
_Seen = tuple[Vector, str, Candidate]

_vector = attrgetter("amount", "end", "minutes", "effort")


def vector(candidate: Candidate) -> Vector:
    """Price, end of the window, its width, and home before distance: less is better."""
    seen: Vector = _vector(candidate)
    return seen


def choose(candidates: Iterable[Candidate]) -> Slate:
    """The slate of these candidates, in whatever order they come. No two have one id."""
    ordered = sorted([(_vector(each), each.id, each) for each in candidates])
    best = _front(ordered)
    if not best:
        return Slate((), ())
    labels = _anchors(best)
    picked = _filled(best, labels)
    # By time; the cheapest, which is first of the front, stands last, where the eye looks for it.
    picked.sort(key=lambda one: (one is best[0], one[0][1], one[1]))
    gives = largest_losses([one[0] for one in picked])
    shown = [
        Shown(each, labels.get(code, ()), given)
        for (_seen, code, each), given in zip(picked, gives, strict=True)
    ]
    return Slate(tuple(shown), tuple(islice(_folded(ordered, best, picked), MOST_FOLDED)))


def _front(ordered: Iterable[_Seen]) -> list[_Seen]:
    """Those that no other dominates, of candidates ordered by vector; of equals the first."""
    kept: list[_Seen] = []
    bounds: list[tuple[float, int, int]] = []
    for one in ordered:
        _amount, end, minutes, effort = one[0]
        # Whoever comes before is not dearer, so it dominates unless it is worse elsewhere.
        for other_end, other_minutes, other_effort in bounds:
            if other_end <= end and other_minutes <= minutes and other_effort <= effort:
                break
        else:
            kept.append(one)
            bounds.append((end, minutes, effort))
    return kept


def _anchors(best: Sequence[_Seen]) -> dict[str, tuple[str, ...]]:
    """Labels by id: one each for the best of every kind, the same one where it can be."""
    # The front is in order of price, so its first is the cheapest.
    labels: dict[str, tuple[str, ...]] = {best[0][1]: ("cheapest",)}
    places = [one for one in best if one[0][3] != AT_HOME]
    for label, which, among in (
        ("fastest", 1, best), ("most_precise", 2, best), ("nearest", 3, places),
    ):  # fmt: skip
        if among:
            column = [one[0][which] for one in among]
            record = min(column)
            winner = among[column.index(record)][1]
            if column.count(record) > 1:
                winners = [code for seen, code, _each in among if seen[which] == record]
                winner = next((code for code in winners if code in labels), winner)
            labels[winner] = (*labels.get(winner, ()), label)
    return labels


def _filled(best: Sequence[_Seen], labels: Container[str]) -> list[_Seen]:
    """The labelled, and then, while any differs from them, the one that leaves least to regret."""
    picked = [one for one in best if one[1] in labels]
    rest = [one for one in best if one[1] not in labels and _differs(one, picked)]
    if len(rest) < 2:
        return picked + rest[: MOST_SHOWN - len(picked)]
    offered, hidden = [costs(one[0]) for one in picked], [costs(one[0]) for one in rest]
    # By taste, how much more it pays with what is shown than with the best there is.
    least = list(map(min, zip(*offered, *hidden, strict=True)))
    shown = list(map(min, zip(*offered, strict=True)))
    regret = list(map(sub, shown, least))
    beyond = [list(map(sub, cost, least)) for cost in hidden]
    while True:
        left = [_squares(regret, cost) for cost in beyond]
        chosen = left.index(min(left))
        if left[chosen] >= _squares(regret, regret):
            # No taste of ours wants any of them; another may, so what is farthest away.
            chosen = _farthest(rest, picked)
        last, cost = rest[chosen], beyond[chosen]
        picked.append(last)
        if len(picked) == MOST_SHOWN:
            return picked
        kept = [each for each, one in enumerate(rest) if _differs(one, (last,))]
        if not kept:
            return picked
        regret = [old if old < new else new for old, new in zip(regret, cost, strict=True)]
        rest, beyond = [rest[each] for each in kept], [beyond[each] for each in kept]


def _squares(regret: Sequence[float], cost: Sequence[float]) -> float:
    """What is left to regret if one is shown that costs the tastes so much: the worst most."""
    return sum([x * x if x < y else y * y for x, y in zip(regret, cost)])  # noqa: B905


def _farthest(rest: Iterable[_Seen], picked: Iterable[_Seen]) -> int:
    """Which of `rest` is farthest from the picked that is nearest to it."""
    around = [steps(one[0]) for one in picked]
    gaps = [min([apart(steps(one[0]), each) for each in around]) for one in rest]
    return gaps.index(max(gaps))


def _differs(one: _Seen, picked: Iterable[_Seen]) -> bool:
    """Whether it is better than each of these in something, by more than a small difference."""
    amount, end, minutes, effort = hardly_worse(one[0])
    # Spelled out: this is asked of every pair.
    for (its_amount, its_end, its_minutes, its_effort), _code, _each in picked:
        if (
            its_effort <= effort
            and its_amount <= amount
            and its_end <= end
            and its_minutes <= minutes
        ):
            return False
    return True


def _folded(
    ordered: Iterable[_Seen], best: Iterable[_Seen], picked: Sequence[_Seen]
) -> Iterator[Folded]:
    """The nearest miss of each service that is not shown, then of the front, then of each width."""
    taken = {code for _seen, code, _each in picked}
    services = {each.service for _seen, _code, each in picked}
    firsts: dict[object, _Seen] = {}
    for one in ordered:
        (_amount, _end, minutes, effort), code, each = one
        # The hours of a place are no width that anybody chooses.
        key = each.service, minutes if effort == AT_HOME else 0
        if key not in firsts and code not in taken:
            firsts[key] = one
    missed = [one for one in firsts.values() if one[2].service not in services]
    around = [steps(one[0]) for one in picked]
    for seen, code, each in (*missed, *best, *firsts.values()):
        if code not in taken:
            taken.add(code)
            yield _fold(seen, each, picked, around)


def fold(candidate: Candidate, shown: Sequence[Candidate]) -> Folded:
    """Why this one is not shown beside those that are, of which there is at least one."""
    picked: list[_Seen] = [(_vector(each), each.id, each) for each in shown]
    return _fold(_vector(candidate), candidate, picked, [steps(one[0]) for one in picked])


def _fold(
    mine: Vector, candidate: Candidate, picked: Sequence[_Seen], around: Iterable[Steps]
) -> Folded:
    amount, end, minutes, effort = mine
    for theirs, _code, by in picked:
        if (
            theirs[0] <= amount
            and theirs[1] <= end
            and theirs[3] <= effort
            and theirs[2] <= minutes
            and theirs != mine
        ):
            return Folded(candidate, "dominated", by, worse_in(mine, theirs))
    bounds = hardly_worse(mine)
    for theirs, _code, by in picked:
        if within(theirs, bounds):
            worse = much_worse_in(mine, theirs)
            return Folded(candidate, "hardly_better" if worse else "alike", by, worse)
    here = steps(mine)
    gaps = [apart(here, each) for each in around]
    return Folded(candidate, "in_between", picked[gaps.index(min(gaps))][2], ())
