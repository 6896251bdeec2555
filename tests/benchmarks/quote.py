"""What a quote costs: `POST /v1/quotes` against an endpoint that only checks the same body.

    python -m tests.benchmarks.quote [--rounds 5] [--json FILE]

Each side is a server (uvicorn, uvloop, httptools) in a process of its own; measured is that
process's CPU time a request, with one request in flight and with sixteen, as the field's own
figures were taken. The bare one is plain FastAPI, `async` and
free of threads, of keys, of a log and of a database: the cheapest there is.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from delivery.clock import system_clock
from delivery.store.engine import Database, engine_for
from delivery.store.seeds import seed
from tests.benchmarks.measure import (
    Figures,
    Goal,
    Sample,
    arguments,
    cpu_of,
    fresh_url,
    interleaved,
    report,
    started,
    two_servers,
)

MOST_TIMES_BARE = 6
#: Two processes on one database, against one.
MOST_TIMES_ALONE = 1.2
REQUESTS = 400
IN_FLIGHT = (1, 16)
_POSTCODES = ("00530", "00100", "00200", "00700", "00930", "02100", "02600", "01300", "01600")


def an_order(number: int) -> dict[str, Any]:
    """One of many different baskets and addresses, so that nothing is answered from memory."""
    postcode = _POSTCODES[number % len(_POSTCODES)]
    return {
        "basket": {
            "value": {"amount": 1990 + number * 37 % 9000, "currency": "EUR"},
            "parcels": [
                {"weight_g": 500 + number % 4000, "length_mm": 300, "width_mm": 200,
                 "height_mm": 100}
            ],
            "tags": ["fragile"],
        },
        "destination": {
            "street": f"Hämeentie {number % 150} A 12", "postcode": postcode, "city": "Helsinki",
            "country": "FI", "lat": 60.17 + number % 97 / 1000, "lon": 24.93 + number % 89 / 1000,
        },
        "customer": {"id": f"c-{number}", "given_name": "Aino", "locale": ("fi", "en")[number % 2]},
    }  # fmt: skip


class Client:
    """One keep-alive connection to a server."""

    def __init__(self, url: str, bodies: Sequence[bytes]) -> None:
        self._http = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        self._http.connect()
        # Headers and body leave in two pieces; without this the second waits 40 ms.
        self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bodies = bodies

    def ask(self, number: int) -> None:
        """One quote. Ends the benchmark when it is not what it should be."""
        body = self._bodies[number % len(self._bodies)]
        headers = {"Content-Type": "application/json", "Authorization": "Bearer test-shop-key"}
        self._http.request("POST", "/v1/quotes", body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != 201 or len(content) < 1000:
            raise SystemExit(f"answered {answer.status}: {content[:200]!r}")


def bodies() -> list[bytes]:
    return [json.dumps(an_order(number)).encode() for number in range(REQUESTS)]


def side(servers: Sequence[tuple[int, str]], in_flight: int) -> Callable[[], Sample]:
    """Rounds of requests that go to these servers in turn; `(pid, address)` of each."""
    asked = bodies()
    # As many connections as requests in flight, or one to each server, used in turn.
    clients = [
        Client(servers[n % len(servers)][1], asked) for n in range(max(in_flight, len(servers)))
    ]
    pool = ThreadPoolExecutor(in_flight)

    def ask(which: int) -> None:
        for number in range(which, REQUESTS, in_flight):
            clients[which].ask(number)

    def ask_in_turn() -> None:
        for number in range(REQUESTS):
            clients[number % len(clients)].ask(number)

    def run() -> Sample:
        begun, spent = time.perf_counter(), sum(cpu_of(pid) for pid, _address in servers)
        if in_flight <= len(servers):
            ask_in_turn()
        else:
            list(pool.map(ask, range(in_flight)))
        used = sum(cpu_of(pid) for pid, _address in servers) - spent
        return Sample(REQUESTS, time.perf_counter() - begun, used)

    return run


def _measured(kind: str, url: str, rounds: int) -> dict[str, Figures]:
    database = Database(engine_for(url))
    seed(database, now=system_clock())
    database.close()
    with ExitStack() as running:
        bare = running.enter_context(started("tests.benchmarks.quote_bare"))
        first, *more = (
            running.enter_context(started("tests.benchmarks.quote_server", url))
            for _ in range(2 if kind == "postgresql" else 1)
        )
        sides = {}
        for many in IN_FLIGHT:
            sides[f"bare, {kind}, {many} in flight"] = side([bare], many)
            sides[f"quote, {kind}, {many} in flight"] = side([first], many)
        if more:
            sides["two serving, 1 in flight"] = side([first, *more], 1)
        return interleaved(sides, rounds)


def main() -> int:
    given = arguments("What a quote costs.").parse_args()
    figures: dict[str, Figures] = {}
    goals = []
    with two_servers() as servers:
        for kind, where in servers.items():
            with fresh_url(kind, where) as url:
                figures |= _measured(kind, url, given.rounds)
            for many in IN_FLIGHT:
                name = f"{kind}, {many} in flight"
                ratio = figures[f"quote, {name}"].cpu_us / figures[f"bare, {name}"].cpu_us
                goals.append(Goal(f"quote / bare CPU, {name}", ratio, MOST_TIMES_BARE, True))
    alone = figures["quote, postgresql, 1 in flight"].cpu_us
    two = figures["two serving, 1 in flight"].cpu_us / alone
    goals.append(Goal("two serving / one, CPU a quote", two, MOST_TIMES_ALONE, True))
    return report("Quote over HTTP, live capacity", figures, goals, given.json)


if __name__ == "__main__":
    sys.exit(main())
