"""`PUT /v1/holds` against a bare endpoint; 64 in flight on one slot against 8; nobody oversold.

    python -m tests.benchmarks.hold [--rounds N] [--tries N] [--json FILE]

Both endpoints are in one process under the same uvicorn settings; the CPU time is that
process's. The slot lies two windows deep, so every hold takes three places.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from sqlalchemy import delete, func, select, update

from delivery.store.engine import Database, engine_for
from delivery.store.tables import hold, slot
from tests.benchmarks import measure
from tests.benchmarks.measure import Figures, Goal, Sample

CEILING, KEPT_AT_64 = 10, 0.8
HEADERS = {"Authorization": "Bearer test-shop-key", "Content-Type": "application/json"}
_numbers = itertools.count()


@dataclass(frozen=True)
class Shop:
    """One database with a quote, and a window of it that has as many places as we say."""

    database: Database
    url: str
    pid: int
    ask: bytes

    def places(self, count: int) -> None:
        """Begin again: no holds, and `count` places in the window and those around it."""
        with self.database.write() as conn:
            conn.execute(delete(hold))
            conn.execute(update(slot).values(taken=0, capacity=count))

    def sold(self) -> tuple[int, int]:
        """Holds there are, and the most places taken in any window."""
        with self.database.read() as conn:
            holds = conn.execute(select(func.count()).select_from(hold)).scalar_one()
            return holds, conn.execute(select(func.max(slot.c.taken))).scalar_one()


async def _put_all(url: str, ask: bytes, count: int, in_flight: int) -> list[int]:
    statuses: list[int] = []
    names = iter([f"b-{next(_numbers)}" for _ in range(count)])

    async def client(http: aiohttp.ClientSession) -> None:
        for name in names:
            async with http.put(f"{url}/{name}", data=ask, headers=HEADERS) as answer:
                await answer.read()
                statuses.append(answer.status)

    limit = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=limit) as http:
        await asyncio.gather(*(client(http) for _ in range(in_flight)))
    return statuses


def put_all(url: str, ask: bytes, count: int, in_flight: int) -> list[int]:
    return asyncio.run(_put_all(url, ask, count, in_flight))


def sample(shop: Shop, endpoint: str, count: int, in_flight: int) -> Sample:
    """One round: `count` holds with so many in flight; all must be new ones."""
    shop.places(10_000_000)
    cpu, began = measure.cpu_of(shop.pid), time.perf_counter()
    statuses = put_all(f"{shop.url}/v1/{endpoint}", shop.ask, count, in_flight)
    seconds = time.perf_counter() - began
    assert set(statuses) == {201}, set(statuses)
    return Sample(count, seconds, measure.cpu_of(shop.pid) - cpu)


def sides(shop: Shop, count: int) -> dict[str, Callable[[], Sample]]:
    return {
        "bare, 8 in flight": lambda: sample(shop, "bare", count, 8),
        "hold, 8 in flight": lambda: sample(shop, "holds", count, 8),
        "hold, 64 in flight": lambda: sample(shop, "holds", count, 64),
    }


def oversold(shop: Shop, tries: int) -> tuple[int, int]:
    """Tries on a window with places for nine in ten of them: places given beyond, and tries."""
    beyond = done = 0
    while done < tries:
        shop.places(1800)
        statuses = put_all(f"{shop.url}/v1/holds", shop.ask, 2000, 64)
        assert set(statuses) <= {201, 409}, set(statuses)
        holds, taken = shop.sold()
        beyond += abs(statuses.count(201) - 1800) + abs(holds - 1800) + abs(taken - 1800)
        done += len(statuses)
    return beyond, done


def on(kind: str, where: str, asked: Any) -> tuple[dict[str, Figures], list[Goal]]:
    with (
        measure.fresh_url(kind, where) as database_url,
        measure.started("tests.benchmarks.hold_server", database_url) as (pid, said),
    ):
        url, quote, option = said.split()
        body = orjson.dumps({"quote": quote, "option": option})
        shop = Shop(Database(engine_for(database_url)), url, pid, body)
        figures = measure.interleaved(sides(shop, asked.count), asked.rounds)
        beyond, tries = oversold(shop, asked.tries)
        shop.database.close()
    eight, many = figures["hold, 8 in flight"], figures["hold, 64 in flight"]
    cost = eight.cpu_us / figures["bare, 8 in flight"].cpu_us
    goals = [
        Goal(f"{kind}: CPU of a hold / bare endpoint", cost, CEILING, at_most=True),
        Goal(f"{kind}: rate with 64 / 8 in flight", many.per_second / eight.per_second, KEPT_AT_64),
        Goal(f"{kind}: oversold of {tries:,} tries", beyond, 0, at_most=True),
    ]
    return {f"{kind}: {name}": each for name, each in figures.items()}, goals


def main() -> int:
    parser = measure.arguments("PUT /v1/holds over HTTP")
    parser.add_argument("--count", type=int, default=1500, help="holds in a round")
    parser.add_argument("--tries", type=int, default=100_000, help="tries to oversell")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    figures: dict[str, Figures] = {}
    goals: list[Goal] = []
    with measure.two_servers() as places:
        for kind, where in places.items():
            if asked.only in (None, kind):
                found, reached = on(kind, where, asked)
                figures |= found
                goals += reached
    return measure.report("hold: PUT /v1/holds", figures, goals, asked.json)


if __name__ == "__main__":
    sys.exit(main())
