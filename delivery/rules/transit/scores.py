"""How well promises were kept, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from delivery.rules.transit.clock import Floats, Ints
from delivery.rules.transit.promises import pinball
from delivery.rules.transit.times import Mask, Shipments

#: A group of fewer says more about chance than about promises.
FEWEST_OF_GROUP = 50
_NORMAL_95 = 1.96


@dataclass(frozen=True)
class Scores:
    """Of `count` promises the share kept, with its 95 % interval; days from shipping; the cost."""

    count: int
    #: Of parcels that have not arrived and are not late yet: nobody can say.
    open: int
    coverage: float
    interval: tuple[float, float]
    mean_days: float
    pinball: float
    #: The lowest coverage of a group; NaN where none has enough.
    worst: float


def scores(parcels: Shipments, until: Floats, ended_at: float, target: float) -> Scores | None:
    """How promises until these moments were kept, as known at the instant `ended_at`.

    What has not arrived is late where its promise has passed, and does not count where it has not.
    None where there is nothing to count.
    """
    ended = ended_at + parcels.shipped - parcels.left_at
    arrived = np.isfinite(parcels.delivered)
    promised = np.isfinite(until)
    counts = promised & (arrived | (until < ended))
    if not counts.any():
        return None
    kept = parcels.delivered <= until
    late = np.where(arrived, parcels.delivered, ended) - until
    covered = int(kept[counts].sum())
    return Scores(
        int(counts.sum()),
        int((promised & ~counts).sum()),
        covered / int(counts.sum()),
        wilson(covered, int(counts.sum())),
        float((until - parcels.shipped)[promised].mean()),
        pinball(late[counts], target),
        _worst(parcels.code[counts], kept[counts]),
    )


def wilson(covered: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    share, square = covered / count, _NORMAL_95**2
    middle = share + square / (2 * count)
    wide = _NORMAL_95 * (share * (1 - share) / count + square / (4 * count**2)) ** 0.5
    whole = 1 + square / count
    return max(0.0, (middle - wide) / whole), min(1.0, (middle + wide) / whole)


def longest_seen(known: Shipments, asked: Shipments) -> Floats:
    """Until when as long has passed as the slowest took in the same service and area."""
    came = known[np.isfinite(known.delivered)]
    longest = dict[int, float]()
    for group, took in zip(
        came.code.tolist(), (came.delivered - came.shipped).tolist(), strict=True
    ):
        longest[group] = max(took, longest.get(group, 0.0))
    any_longest = max(longest.values(), default=float("nan"))
    took_most = [longest.get(each, any_longest) for each in asked.code.tolist()]
    found: Floats = asked.shipped + np.array(took_most, dtype=np.float64)
    return found


def pooled_quantile(known: Shipments, asked: Shipments, target: float) -> Floats:
    """Until when as long has passed as `target` of all known did not exceed."""
    took: Floats = (known.delivered - known.shipped)[np.isfinite(known.delivered)]
    most = float(np.quantile(took, target)) if len(took) else float("nan")
    return asked.shipped + most


def _worst(group: Ints, kept: Mask) -> float:
    _names, number = np.unique(group, return_inverse=True)
    count = np.bincount(number)
    enough = count >= FEWEST_OF_GROUP
    if not enough.any():
        return float("nan")
    return float((np.bincount(number, kept)[enough] / count[enough]).min())
