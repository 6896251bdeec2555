"""What differences between options weigh: for nobody, for somebody, for many tastes at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log2
from operator import gt, itemgetter

from delivery.rules.candidates import AT_HOME

#: Price in minor units, end of the window, its minutes, and home before metres.
Vector = tuple[int, float, int, int]
#: The same in what weighs alike.
Steps = tuple[float, float, float, float]
DIMENSIONS = ("price", "speed", "precision", "place")
# Every choice of them, by the bits of its number.
_NAMED = tuple(
    tuple([name for bit, name in enumerate(DIMENSIONS) if number >> bit & 1])
    for number in range(16)
)

# Smaller differences are none: half a euro, an hour, a quarter of an hour, a walk of two minutes.
# Hiding them costs no regret (`tests/benchmarks/slate.py` prints it for other sizes). Two hours,
# as others have it, hid one of a courier's windows where he alone comes to the door.
SMALL_PRICE, SMALL_SECONDS, SMALL_MINUTES, SMALL_METRES = 50, 3_600, 15, 150

# What weighs alike: 2 euros, a day, a window 2.8 times as wide, 800 metres; to fetch it at all is
# as much as the first 800.
_PRICE, _DAY, _WALK, _DOUBLED = 200, 86_400, 800, 2 / 3
# What somebody cares little for weighs a sixth of what he cares for.
_LITTLE = 1 / 5
# Who does not like to fetch things would pay for it twice what the way is worth to others; with
# less the cheap ways to the door made room for a second dear one.
_ERRAND = 2
#: Losses smaller than this are not worth a word.
_WORTH_SAYING = 0.6
_MOST_GIVES = 2
_by_loss = itemgetter(0)


def within(one: Vector, bounds: Vector) -> bool:
    """No more than these bounds in anything."""
    return (
        one[3] <= bounds[3] and one[0] <= bounds[0] and one[1] <= bounds[1] and one[2] <= bounds[2]
    )


def dominates(one: Vector, other: Vector) -> bool:
    """As good in everything and better in something."""
    return within(one, other) and one != other


def hardly_worse(seen: Vector) -> Vector:
    """The bounds of what is no worse but for small differences; to fetch it is never small."""
    amount, end, minutes, effort = seen
    far = effort + SMALL_METRES if effort != AT_HOME else AT_HOME
    return amount + SMALL_PRICE, end + SMALL_SECONDS, minutes + SMALL_MINUTES, far


def much_worse_in(one: Vector, other: Vector) -> tuple[str, ...]:
    """In what `one` is worse than `other` by more than a small difference.

    Nobody waits at a place as long as it is open: its hours are no width that is felt.
    """
    return _felt(one, _worse_in(one, hardly_worse(other)))


def worse_in(one: Vector, other: Vector) -> tuple[str, ...]:
    """In what `one`, which is dominated by `other`, is worse: as far as it matters, else at all."""
    worse = _worse_in(one, other)
    return much_worse_in(one, other) or _felt(one, worse) or worse


def _felt(one: Vector, names: tuple[str, ...]) -> tuple[str, ...]:
    if one[3] == AT_HOME or "precision" not in names:
        return names
    return tuple([name for name in names if name != "precision"])


def _worse_in(one: Vector, other: Vector) -> tuple[str, ...]:
    price, late, wide, away = map(gt, one, other)
    return _NAMED[price + 2 * late + 4 * wide + 8 * away]


@lru_cache(maxsize=4096)
def _width(minutes: int) -> float:
    return log2(max(minutes, 1)) * _DOUBLED


def steps(seen: Vector) -> Steps:
    """How far from nothing it is in each dimension, in what weighs alike."""
    amount, end, minutes, effort = seen
    away = 0.0 if effort == AT_HOME else 1 + effort / _WALK
    return amount / _PRICE, end / _DAY, _width(minutes), away


def costs(seen: Vector) -> tuple[float, ...]:
    """What it costs seven tastes: one for each pair of dimensions, and who wants it at home.

    Who wants one of the other three alone has an anchor.
    """
    price, late, wide, away = steps(seen)
    little = (price + late + wide + away) * _LITTLE
    price_too, away_too = little + price, little + away * _ERRAND
    return (
        price_too + late, price_too + wide, price_too + away * _ERRAND, little + late + wide,
        away_too + late, away_too + wide, away_too,
    )  # fmt: skip


def apart(one: Steps, other: Steps) -> float:
    """How far apart two options look, given the steps of both."""
    price, late, wide, away = one
    return (
        abs(price - other[0]) + abs(late - other[1]) + abs(wide - other[2]) + abs(away - other[3])
    )


def largest_losses(shown: Sequence[Vector]) -> list[tuple[str, ...]]:
    """Per option, in what it gives most compared with the best of those shown, two at most.

    Precision is given at the door: elsewhere nobody waits.
    """
    every = [steps(each) for each in shown]
    least = [min(column) + _WORTH_SAYING for column in zip(*every, strict=True)]
    return [_said(each, least) for each in every]


def _said(each: Steps, least: Sequence[float]) -> tuple[str, ...]:
    price, late, wide, away = each
    if away:
        wide = 0.0
    felt = [
        (most - mine, name)
        for mine, most, name in zip((price, late, wide, away), least, DIMENSIONS, strict=True)
        if mine >= most
    ]
    if len(felt) > 1:
        felt.sort(key=_by_loss)
    return tuple([name for _loss, name in felt[:_MOST_GIVES]])
