"""What a quote costs: `POST /v1/quotes` against an endpoint that only checks the same body.

    python -m tests.benchmarks.quote [--rounds 5] [--json FILE]

Both are on one server (uvicorn, uvloop, httptools) in a process of its own; measured is that
process's CPU time a request. The bare one is `async` and free of threads, the cheapest there is.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.measure import (
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

MOST_TIMES_BARE = 12
REQUESTS = 400
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
    """One keep-alive connection to the server."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        self._http.connect()
        # Headers and body leave in two pieces; without this the second waits 40 ms.
        self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bodies = [json.dumps(an_order(number)).encode() for number in range(REQUESTS)]

    def ask(self, path: str) -> None:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer test-shop-key"}
        for body in self._bodies:
            self._http.request("POST", path, body, headers)
            answer = self._http.getresponse()
            content = answer.read()
            if answer.status != 201 or len(content) < 1000:
                raise SystemExit(f"{path} answered {answer.status}: {content[:200]!r}")


def side(client: Client, pid: int, path: str) -> Callable[[], Sample]:
    def run() -> Sample:
        begun, spent = time.perf_counter(), cpu_of(pid)
        client.ask(path)
        return Sample(REQUESTS, time.perf_counter() - begun, cpu_of(pid) - spent)

    return run


def main() -> int:
    given = arguments("What a quote costs.").parse_args()
    figures, goals = {}, []
    with two_servers() as servers:
        for kind, where in servers.items():
            with (
                fresh_url(kind, where) as url,
                started("tests.benchmarks.quote_server", url) as (pid, address),
            ):
                client = Client(address)
                sides = {
                    f"quote, {kind}": side(client, pid, "/v1/quotes"),
                    f"bare, {kind}": side(client, pid, "/v1/bare"),
                }
                found = interleaved(sides, given.rounds)
            figures |= found
            quote, bare = (found[name].cpu_us for name in sides)
            goals.append(Goal(f"quote / bare CPU, {kind}", quote / bare, MOST_TIMES_BARE, True))
    return report("Quote over HTTP, live capacity, one in flight", figures, goals, given.json)


if __name__ == "__main__":
    sys.exit(main())
