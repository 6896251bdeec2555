"""Carriers whose habits are known, and what their parcels did."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from delivery.rules.transit.clock import Floats
from delivery.rules.transit.times import Shipments

#: Monday 2 January 2023, in days since 1970.
MONDAY = 19359
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def days_since_1970(days: Iterable[date]) -> frozenset[int]:
    return frozenset((each - _EPOCH.date()).days for each in days)


def a_carrier(
    seed: int = 1, count: int = 5000, days: int = 200, *, services: int = 3, areas: int = 8,
    thin: bool = False, slower: float = 0, from_day: int = 0, closed: frozenset[int] = frozenset(),
) -> Shipments:  # fmt: skip
    """Parcels that take working days, more in some areas, and arrive in the daytime.

    From `from_day` on each takes `slower` working days more on average. No day in `closed` works.
    """
    random = np.random.default_rng(seed)
    shipped = np.sort(
        random.integers(0, days, count) + random.normal(14, 2.5, count).clip(7, 20) / 24
    )
    service = random.integers(0, services, count)
    share = random.dirichlet(np.ones(areas) * (0.3 if thin else 5))
    area = random.choice(areas, count, p=share)
    far = random.poisson(1.2, areas)[area]
    works = far + 2 * service + random.poisson(0.6, count) + (random.random(count) < 0.03) * 3
    works = works + np.where(shipped >= from_day, random.poisson(slower, count), 0)
    arrives = _after(np.floor(shipped).astype(np.int64) + MONDAY, works + 1, closed)
    delivered = arrives + random.normal(13, 2.5, count).clip(8, 20) / 24
    return shipments(service, area, shipped + MONDAY, delivered)


def with_long_tails(seed: int = 2, count: int = 6000) -> Shipments:
    """Parcels that travel every day, some of them for very long."""
    random = np.random.default_rng(seed)
    shipped = np.sort(random.uniform(0, 300, count)) + MONDAY
    service = random.integers(0, 3, count)
    return shipments(
        service, random.integers(0, 8, count), shipped,
        shipped + (1 + service) * (1 + random.pareto(1.8, count)),
    )  # fmt: skip


def shipments(
    service: NDArray[np.int64], area: NDArray[np.int64], shipped: Floats, delivered: Floats
) -> Shipments:
    return Shipments(service, area, shipped, delivered, shipped, delivered)


def write(file: Path, parcels: Shipments, promised: Floats | None = None) -> Path:
    until = np.full(len(parcels), np.nan) if promised is None else promised
    columns = (parcels.service, parcels.area, parcels.shipped, until, parcels.delivered)
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("service", "area", "shipped_at", "promised_at", "delivered_at"))
        for service, area, *moments in zip(*columns, strict=True):
            writer.writerow((f"s{service}", f"a{area}", *map(_text, moments)))
    return file


def _text(moment: float) -> str:
    if np.isnan(moment):
        return ""
    return (_EPOCH + timedelta(days=float(moment))).strftime("%Y-%m-%d %H:%M:%S")


def _after(
    days: NDArray[np.int64], works: NDArray[np.int64], closed: frozenset[int]
) -> NDArray[np.int64]:
    """The working days that come so many working days later."""
    every = np.arange(MONDAY - 1, MONDAY + 3000)
    working = every[((every - MONDAY) % 7 < 5) & ~np.isin(every, list(closed))]
    found: NDArray[np.int64] = working[np.searchsorted(working, days) + works]
    return found
