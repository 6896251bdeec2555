"""How well promises learnt from any carrier's history are kept, beside its own and simple ones."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from delivery.cli.promise_table import BadTable, PromiseTable, read_shipments, told
from delivery.rules.transit.clock import Floats
from delivery.rules.transit.promises import FEWEST, best_base, promises
from delivery.rules.transit.scores import (
    FEWEST_OF_GROUP,
    Scores,
    longest_seen,
    pooled_quantile,
    scores,
)
from delivery.rules.transit.times import Shipments

_OURS = "ours"
#: Of fewer held out the figures are mostly chance.
_FEW = 200


def main(file: Path, *, target: float = 0.95) -> int:
    """The exit status of `perille bench promise FILE.csv`."""
    if not 0.5 <= target < 1:
        print("--target: wanted a share from 0.5 to below 1, such as 0.95.", file=sys.stderr)
        return 2
    began = time.process_time()
    try:
        table = read_shipments(file)
    except BadTable as why:
        print(why, file=sys.stderr)
        return 2
    if table.left_out:
        print(told(file, table.left_out), file=sys.stderr)
    print(_about(file, table))
    print(_measured(table, target))
    print(f"\n{time.process_time() - began:.1f} s of CPU")
    return 0


def held_out(table: PromiseTable) -> int:
    """Where the last 30 % begin."""
    return len(table.shipments) * 7 // 10


def promised(table: PromiseTable, target: float) -> dict[str, Floats]:
    """Until when each way promises the parcels held out, by its name.

    Nothing that was not known when a parcel left has a say in its promise.
    """
    shipments, cut = table.shipments, held_out(table)
    asked, known = shipments[cut:], _known(table)
    half = cut // 2  # from here on promises are made, so that their outcomes can teach
    base = best_base(shipments, half, cut, target)
    return {
        _OURS: promises(shipments, half, target, base=base)[cut:],
        "the table's promised_at": table.promised[cut:],
        "longest seen of its group": longest_seen(known, asked),
        "pooled quantile": pooled_quantile(known, asked, target),
    }


def _known(table: PromiseTable) -> Shipments:
    """What was known when the first of those held out left."""
    cut = held_out(table)
    return table.shipments.seen(cut, float(table.shipments.left_at[cut]))


def _about(file: Path, table: PromiseTable) -> str:
    shipments = table.shipments
    first, last = (_day(each) for each in (shipments.shipped.min(), shipments.shipped.max()))
    said = [
        f"{file.name}: {len(shipments)} rows, {len(np.unique(shipments.service))} services, "
        f"{len(np.unique(shipments.area))} areas, {len(np.unique(shipments.code))} groups, "
        f"shipped {first} to {last}"
    ]
    missing = int(np.isnan(shipments.delivered).sum())
    if missing:
        said.append(f"{missing} rows have not arrived: late once their promise has passed")
    if table.left_out:
        said.append(f"{len(table.left_out)} rows are left out: delivered before they were shipped")
    said += [f"{name} tells days: each lasts until its end" for name in sorted(table.by_day)]
    return "\n".join(said)


def _day(moment: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(moment // 1))


def _measured(table: PromiseTable, target: float) -> str:
    asked = table.shipments[held_out(table) :]
    arrived = int(np.isfinite(_known(table).delivered).sum())
    if arrived < FEWEST:
        return (
            f"\nToo few to learn from: {arrived} deliveries were known before the last 30 % "
            f"({len(asked)} rows), wanted at least {FEWEST}. Nothing is measured."
        )
    found = {
        name: scores(asked, until, table.ended_at, target)
        for name, until in promised(table, target).items()
    }
    title = f"\nlast 30 % held out ({len(asked)} rows), to be in time: {100 * target:g} %"
    few = [f"  Few: of {len(asked)} rows these figures are mostly chance."] * (len(asked) < _FEW)
    return "\n".join([title, *_lines(found), *few])


def _lines(found: dict[str, Scores | None]) -> list[str]:
    ours = found[_OURS]
    in_hours = ours is not None and ours.mean_days < 2
    unit, times = ("h", 24) if in_hours else ("d", 1)
    lines = [
        f"  {'':26} {'coverage':>8} {'95 % interval':>15} {'late':>6} {'mean time':>10}"
        f" {'pinball':>8} {'worst group':>11} {'rows':>7}"
    ]
    for name, each in found.items():
        if each is None:
            lines.append(f"  {name:26} nothing to count")
            continue
        low, high = (100 * part for part in each.interval)
        worst = "–" if np.isnan(each.worst) else f"{100 * each.worst:.1f}%"
        lines.append(
            f"  {name:26} {100 * each.coverage:7.1f}% {f'{low:.1f} to {high:.1f}':>15}"
            f" {100 * (1 - each.coverage):5.1f}% {times * each.mean_days:8.2f} {unit}"
            f" {times * each.pinball:8.4f} {worst:>11} {each.count:7}"
            + (f", {each.open} more on their way" if each.open else "")
        )
    lines.append(
        f"  mean time from shipping; worst of the groups of at least {FEWEST_OF_GROUP};"
        " the last two are learnt once, at the cut"
    )
    return lines
