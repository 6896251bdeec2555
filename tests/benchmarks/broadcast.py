"""A broadcast to 100,000 over HTTP: from composed to its preview, and its confirmation.

    python -m tests.benchmarks.broadcast [--people N] [--rounds N] [--json FILE]

The preview fixes the audience, one row for each recipient, and shows counts, segments, cost and
samples. Confirmed is a draft by `start`, or all of it in one request. The feeding of the outbox is
shown beside it, of 2,000 recipients, with three free times for each.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from delivery.app import build_house
from delivery.clock import system_clock
from delivery.flows import broadcast_feeding
from delivery.house import House
from delivery.store import broadcast_audit, broadcasts
from delivery.store.seeds import seed
from tests.benchmarks import measure
from tests.benchmarks.measure import Figures, Goal, Sample
from tests.conftest import SHOP_KEY, STAFF_KEY, settings_for
from tests.crowds import a_crowd
from tests.loopback import Api, serving

PREVIEW_SECONDS, CONFIRM_SECONDS = 1.0, 3.0
AT_ONCE, FED = 5000, 2000
ASK: dict[str, Any] = {
    "audience": {"carriers": ["own_van"]}, "notice": "delayed",
    "fields": {"minutes": 90, "reason": {"fi": "tiet ovat jäässä", "en": "the roads are icy"}},
}  # fmt: skip


def a_town(url: str, people: int, now: datetime) -> House:
    """The demo town with so many who wait for a van, over three days."""
    house = build_house(settings_for(url, broadcasts={"start_delay_seconds": 0,
                                                      "offer_minutes": 60}))  # fmt: skip
    seed(house.database, now=now)
    for first in range(0, people, AT_ONCE):
        after = timedelta(days=1 + first // AT_ONCE % 3)
        a_crowd(house, min(AT_ONCE, people - first), now=now, first=first, after=after)
    # As it is a minute after so many orders came in.
    with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    return house


def timed(
    taken: list[Sample], units: int, api: Api, path: str, key: str, **body: Any
) -> dict[str, Any]:
    """Ask, and write down how long it took; the CPU time is that of client and server."""
    cpu, began = measure.own_cpu(), time.perf_counter()
    answer = api.post(path, json=body or None, key="staff", headers={"Idempotency-Key": key})
    taken.append(Sample(units, time.perf_counter() - began, measure.own_cpu() - cpu))
    assert answer.status_code in (200, 201), answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def rounds(house: House, people: int, count: int) -> dict[str, list[Sample]]:
    """Each step, once a round."""
    taken: dict[str, list[Sample]] = {"preview": [], "start": [], "confirm at once": []}
    with serving(house) as server, Api(server.url, {"shop": SHOP_KEY, "staff": STAFF_KEY}) as api:
        for number in range(count):
            ask, to = partial(timed, units=people, api=api), "/v1/broadcasts"
            made = ask(taken["preview"], path=to, key=f"d{number}", **ASK, dry_run=True)
            assert made["counts"]["recipients"] == people, made["counts"]
            ask(taken["start"], path=f"{to}/{made['id']}/start", key=f"s{number}")
            ask([], path=f"{to}/{made['id']}/cancel", key=f"c{number}")
            made = ask(taken["confirm at once"], path=to, key=f"n{number}", **ASK)
            if number < count - 1:
                ask([], path=f"{to}/{made['id']}/cancel", key=f"e{number}")
    return taken


def feeding(house: House) -> Sample:
    """So many recipients written to by the worker's job."""
    with house.database.read() as conn:
        (known,) = broadcasts.open_ones(conn)
    cpu, began = measure.own_cpu(), time.perf_counter()
    for _ in range(FED // broadcast_feeding.BATCH):
        with house.database.read() as conn:
            due = broadcasts.pending(conn, known.number, broadcast_feeding.BATCH)
        broadcast_feeding.feed(house, known, due, now=house.clock())
    seconds = time.perf_counter() - began
    with house.database.read() as conn:
        wrong = broadcast_audit.missing(conn, broadcasts.get(conn, known.id))
    assert wrong == [], wrong
    return Sample(FED, seconds, measure.own_cpu() - cpu)


def _median(taken: list[Sample]) -> float:
    return statistics.median(each.seconds for each in taken)


def on(kind: str, where: str, asked: Any) -> tuple[dict[str, Figures], list[Goal]]:
    with measure.fresh_url(kind, where) as url:
        house = a_town(url, asked.people, system_clock())
        taken = rounds(house, asked.people, asked.rounds)
        fed = feeding(house)
        house.database.close()
    figures = {f"{kind}: {name}": measure.figures(each) for name, each in taken.items()}
    rate = fed.units / fed.seconds
    cost = fed.cpu_seconds / fed.units * 1e6
    figures[f"{kind}: fed to the outbox"] = Figures(rate, cost, rate, rate, 1)
    count = f"{asked.people:,}"
    goals = [
        Goal(f"{kind}: seconds from composed to preview of {count}",
             _median(taken["preview"]), PREVIEW_SECONDS, at_most=True),
        Goal(f"{kind}: seconds to start {count}",
             _median(taken["start"]), CONFIRM_SECONDS, at_most=True),
        Goal(f"{kind}: seconds to make and confirm {count} at once",
             _median(taken["confirm at once"]), CONFIRM_SECONDS, at_most=True),
    ]  # fmt: skip
    return figures, goals


def main() -> int:
    parser = measure.arguments("a broadcast, made and confirmed over HTTP")
    parser.add_argument("--people", type=int, default=100_000)
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
    return measure.report("broadcast: recipients a second", figures, goals, asked.json)


if __name__ == "__main__":
    sys.exit(main())
