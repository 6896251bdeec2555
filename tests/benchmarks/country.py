"""A quote in a whole country against one in the demo town, while the catalogue is being edited.

    python -m tests.benchmarks.country [--rounds 3] [--json FILE]

Three servers: the demo town; a country of 3,576 postcodes, 200 zones, 40 services and 4,194
points; the same with ten times the points. Each is warmed by one order from every place, and
measured with other baskets to other doors there. Each round is ten seconds on each of them, with
one edit of its catalogue in the middle, loaded by another process. Measured are the times that a
client with one request in flight waits.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from delivery.clock import system_clock
from delivery.store.engine import Database, engine_for
from delivery.store.seeds import TOWN, make_town
from tests.benchmarks.country_town import POINTS, document
from tests.benchmarks.measure import (
    Figures,
    Goal,
    arguments,
    fresh_url,
    report,
    started,
    two_servers,
)
from tests.benchmarks.quote import REQUESTS, Client, an_order

SECONDS = 10
POSTCODES_APART = 9
_SIZES = {"town": 0, "country": POINTS, "ten times the points": 10 * POINTS}


@dataclass
class Place:
    """One of the servers, and how long its shoppers waited."""

    url: str
    pid: int
    client: Client
    points: int
    waits: list[float] = field(default_factory=list)
    edits: int = 0

    def shop(self, seconds: float) -> None:
        """Ask one quote after the other."""
        until, number = time.monotonic() + seconds, REQUESTS + len(self.waits)
        while time.monotonic() < until:
            begun = time.perf_counter()
            self.client.ask(number)
            self.waits.append(time.perf_counter() - begun)
            number += 1

    def warm(self) -> None:
        """Ask once from every place: what of a zone is worked out once is not measured."""
        for number in range(REQUESTS):
            self.client.ask(number)

    def edit(self) -> None:
        """Give one service another price, from a process of its own."""
        self.edits += 1
        said = [sys.executable, "-m", "tests.benchmarks.country_edit", self.url]
        subprocess.run([*said, str(self.points), str(self.edits)], check=True)

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def catalogue_of(points: int, edit: int = 0) -> str:
    """The demo town for no points, else a country; each edit has another price."""
    if points:
        return document(points=points, edit=edit)
    return TOWN.read_text("utf-8").replace("base = 490", f"base = {490 + edit}")


def _orders(country: bool) -> list[bytes]:
    from delivery.store.postcodes import known_postcodes

    middle = sorted(known_postcodes().values(), key=lambda each: each.code)[::POSTCODES_APART]
    orders = []
    for number in range(4 * REQUESTS):
        order = an_order(number)
        if country:
            there = middle[number % len(middle)]
            apart = number % 101 / 4000
            order["destination"] |= {
                "postcode": there.code, "lat": there.lat + apart, "lon": there.lon - apart,
            }  # fmt: skip
        orders.append(json.dumps(order).encode())
    return orders


def _places(running: ExitStack, kind: str, where: str) -> Iterator[tuple[str, Place]]:
    for name, points in _SIZES.items():
        url = running.enter_context(fresh_url(kind, where))
        database = Database(engine_for(url))
        make_town(database, catalogue_of(points), now=system_clock())
        database.close()
        pid, address = running.enter_context(started("tests.benchmarks.quote_server", url))
        yield name, Place(url, pid, Client(address, _orders(bool(points))), points)


def _round(place: Place) -> None:
    edit = threading.Timer(SECONDS / 3, place.edit)
    edit.start()
    place.shop(SECONDS)
    edit.join()


def _quantile(waits: list[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))]


def main() -> int:
    given = arguments("A quote in a country.").parse_args()
    with two_servers() as servers, ExitStack() as running:
        places = dict(_places(running, "sqlite", servers["sqlite"]))
        for place in places.values():
            place.warm()
        for _ in range(given.rounds):
            for place in places.values():
                _round(place)
        memory = {name: place.megabytes for name, place in places.items()}
    waits = {name: place.waits for name, place in places.items()}
    p50 = {name: statistics.median(each) for name, each in waits.items()}
    p99 = {name: _quantile(each, 0.99) for name, each in waits.items()}
    figures = {
        name: Figures(1 / p50[name], p50[name] * 1e6, 1 / max(each), 1 / min(each), len(each))
        for name, each in waits.items()
    }
    goals = [
        Goal("country / town, p50", p50["country"] / p50["town"], 1.5, True),
        Goal("country, p99 / p50", p99["country"] / p50["country"], 5, True),
        Goal("ten times the points, p50", p50["ten times the points"] / p50["country"], 1.3, True),
    ]
    for name, used in memory.items():
        print(
            f"  {name}: p50 {p50[name] * 1e3:.2f} ms, p99 {p99[name] * 1e3:.2f} ms, {used:.0f} MB"
        )
    return report("Quotes while the catalogue is edited; microseconds are waited, not CPU", figures,
                  goals, given.json, megabytes=memory)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
