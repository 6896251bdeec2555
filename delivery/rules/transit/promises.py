"""Promises from history: each parcel gets the day and full hour by which its like arrive in time.

Every promise is made from what was known when the parcel was shipped. On the distribution of its
group (`times`) stands what earlier promises taught, since the quantile of a table that changes is
not the quantile of tomorrow:

- their scores, by how much each parcel missed or undercut what its group made expect, shift the
  promise to the wanted quantile of the newest `REMEMBERED` (split conformal, with those on their
  way as censored; Romano and others, 2019);
- where more or fewer were late than chance explains, the wanted quantile itself is raised or
  lowered (adaptive conformal inference; Gibbs and Candes, 2021).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from delivery.rules.transit.clock import Floats
from delivery.rules.transit.times import BASES, Base, Shipments, TransitTimes

#: Scores and outcomes of so many parcels, the newest, decide.
REMEMBERED = 1000
#: Of fewer that have arrived nothing is learnt.
FEWEST = 5
#: The distribution itself counts as so many scores.
_ITSELF = 40
#: Parcels learnt from: older ones say little of now, and learning takes time.
_MOST_PAST = 60_000
#: No promise reaches further after the last known moment, in days.
_HORIZON = 400
#: How strongly the level answers, for each share of late ones that is too many or too few.
_ANSWER = 1.5
_FEWEST_ANSWERED = 60
#: Of what the level may become, the share of the late ones that is wanted.
_LEAST_LATE, _MOST_LATE = 0.3, 4.0


def promises(
    table: Shipments, start: int, target: float, *,
    base: Base = "working", turns: int = 150, end: int | None = None,
) -> Floats:  # fmt: skip
    """Until when each parcel from `start` to `end` is promised, so that `target` come in time.

    Learnt anew at most about `turns` times. NaN before `start`, and where nothing is known yet.
    """
    until, expected = np.full((2, len(table)), np.nan)
    last_day = int(np.floor(table.shipped.max())) + _HORIZON
    for first, last in _turns(table, start, len(table) if end is None else end, turns):
        seen = table.seen(first, float(table.left_at[first]))
        past = seen[max(0, first - _MOST_PAST) :]
        if np.isfinite(past.delivered).sum() < FEWEST:
            continue
        now = float(table.shipped[first])
        times = TransitTimes(past, now, last_day, table.sizes, base=base)
        part = slice(first, last)
        worked = times.quantile(table[part], target)
        more = _more(times, seen, expected[:first], until[:first], target)
        expected[part] = times.moments(table[part], worked)
        until[part] = times.moments(table[part], worked + more)
    return until


def best_base(table: Shipments, start: int, end: int, target: float) -> Base:
    """On what base promises cost least (pinball loss).

    Tried on the parcels from `start` to `end`, and on what is known of them by then.
    """
    at = float(table.left_at[min(end, len(table) - 1)])
    known, costs = table.seen(end, at), []
    for base in BASES:
        until = promises(known, start, target, base=base, turns=12)
        costs.append(pinball(known.delivered[start:] - until[start:], target))
    return BASES[int(np.argmin(costs))]


def pinball(late: Floats, target: float) -> float:
    """The mean cost of promises that were broken (above 0) or kept by so much; unknown left out."""
    costs = np.where(late > 0, target * late, (target - 1) * late)
    known = costs[~np.isnan(costs)]
    return float(known.mean()) if len(known) else float("nan")


def _turns(table: Shipments, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Parts of the table that are promised together: whole days where they are not too many."""
    days, step = np.floor(table.shipped), max(1, -(-(end - start) // most))
    first = start
    while first < end:
        last = min(end, first + step)
        full_day = int(np.searchsorted(days, days[last - 1], "right"))
        if full_day - first <= 4 * step:
            last = min(end, full_day)
        yield first, last
        first = last


def _more(
    times: TransitTimes, seen: Shipments, expected: Floats, until: Floats, target: float
) -> float:
    """How many working days later than the group alone makes expect."""
    made = np.isfinite(until)
    ended = np.flatnonzero(made & (until < times.now))
    first = int(ended[-REMEMBERED]) if len(ended) >= REMEMBERED else 0
    newest = first + np.flatnonzero(made[first:])
    if not len(newest):
        return 0.0
    parcels, until = seen[newest], until[newest]
    came = np.isfinite(parcels.delivered)
    moments = np.where(came, parcels.delivered, times.now)
    scores = times.worked(parcels, moments) - times.worked(parcels, expected[newest])
    over = until < times.now
    late = over & ~(parcels.delivered <= until)
    level = _level(target, int(over.sum()), int(late.sum()))
    levels = (np.arange(_ITSELF) + 0.5) / _ITSELF
    own = times.apart(levels) - times.apart(np.array([target]))
    return _quantile(np.concatenate([scores[came], own]), scores[~came], level)


def _level(target: float, over: int, late: int) -> float:
    """The quantile to aim at, of `over` promises whose time is over and that had `late` ones."""
    wanted = 1 - target
    count = max(over, _FEWEST_ANSWERED)
    apart = (late - wanted * over) / count
    chance = float(np.sqrt(wanted * target / count))
    beyond = np.sign(apart) * max(0.0, abs(apart) - chance)
    least, most = _LEAST_LATE * wanted, _MOST_LATE * wanted
    return 1 - float(np.clip(wanted - _ANSWER * beyond, least, most))


def _quantile(values: Floats, censored: Floats, level: float) -> float:
    """Kaplan and Meier's quantile, with one value more that is above all (finite samples)."""
    every = np.concatenate([values, censored])
    came = np.concatenate([np.ones(len(values)), np.zeros(len(censored))])
    order = np.lexsort((1 - came, every))
    at_risk = np.arange(len(every), 0, -1) + 1
    left = np.cumprod(1 - came[order] / at_risk)
    place = int(np.searchsorted(-left, -(1 - level) - 1e-12))
    return float(every[order][place]) if place < len(every) else float(values.max())
