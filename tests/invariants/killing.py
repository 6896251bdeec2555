"""A shop under load whose server is killed again and again, and what must still be true."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import Connection, select

from delivery.store.engine import Database
from delivery.store.tables import booking, hold, milestone, promise
from notifications.tables import message
from tests.invariants.shop_servers import Server
from tests.nests import wrong_counts
from tests.shopping import AINO

#: Bookings a server acknowledges before it is killed, and how long that may take.
_EACH_LIFE, _LONGEST = 3, 30.0


@dataclass
class Acknowledged:
    """What the server said yes to, as its clients wrote it down."""

    holds: set[str] = field(default_factory=set)
    bookings: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    #: Bookings with the number of moves that were acknowledged.
    moves: dict[str, int] = field(default_factory=dict)
    unknown: int = 0

    @property
    def operations(self) -> int:
        moves = sum(self.moves.values())
        return len(self.holds) + len(self.bookings) + len(self.cancelled) + moves


def shop_on(
    server: Server, name: str, quote: str, options: list[str], said: Acknowledged,
    closing: threading.Event,
) -> None:  # fmt: skip
    """Hold, book, move and call off until closing time; whatever fails is merely unknown."""
    choice = random.Random(name)
    with server.api() as api:
        number = 0
        while not closing.is_set():
            number += 1
            key = f"{name}-{number}"
            try:
                _one_customer(api, key, quote, choice, options, said)
            except requests.RequestException:
                said.unknown += 1
                time.sleep(0.25)  # while it is down, leave the machine to its start


def _one_customer(
    api: Any, key: str, quote: str, choice: random.Random, options: list[str], said: Acknowledged
) -> None:
    wanted = {"quote": quote, "option": choice.choice(options)}
    if not _yes(api.put(f"/v1/holds/{key}", json=wanted)):
        return
    said.holds.add(key)
    if not _yes(api.put(f"/v1/bookings/{key}", json={"hold": key, "recipient": AINO})):
        return
    said.bookings.add(key)
    to = {"option": choice.choice(options)}
    if choice.random() < 0.5 and _yes(api.post(f"/v1/bookings/{key}/reschedule", json=to)):
        said.moves[key] = to["option"] != wanted["option"]
    if choice.random() < 0.3 and _yes(api.post(f"/v1/bookings/{key}/cancel")):
        said.cancelled.add(key)


def _yes(answer: requests.Response) -> bool:
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    return answer.status_code in (200, 201)


def kill_again_and_again(
    server: Server, said: Acknowledged, quote: str, options: list[str], *, kills: int,
    check: Callable[[], None], lives: tuple[float, float] = (0.1, 1.2),
) -> None:  # fmt: skip
    """Four shops at work; the server dies after `lives` seconds and is checked each time.

    However slow the machine, each life has acknowledged something before it may end.
    """
    closing = threading.Event()
    shops = [
        threading.Thread(target=shop_on, args=(server, f"s{at}", quote, options, said, closing))
        for at in range(4)
    ]
    for shop in shops:
        shop.start()
    moment = random.Random(7)
    try:
        for _ in range(kills):
            _wait_for_work(said)
            time.sleep(moment.uniform(*lives))
            server.kill()
            check()
            server.start()
        _wait_for_work(said)
    finally:
        closing.set()
        for shop in shops:
            shop.join(timeout=60)
    check()


def _wait_for_work(said: Acknowledged) -> None:
    until, had = time.monotonic() + _LONGEST, len(said.bookings)
    while len(said.bookings) - had < _EACH_LIFE and time.monotonic() < until:
        time.sleep(0.02)


def violations(database: Database, said: Acknowledged) -> list[str]:
    """Everything that is not as it was acknowledged, and every half of a booking."""
    # Taken before the database is read: what is acknowledged meanwhile is no violation.
    holds, booked, cancelled = set(said.holds), set(said.bookings), set(said.cancelled)
    moves = dict(said.moves)
    # One snapshot: PostgreSQL may still be finishing what a dead server had asked of it.
    with database.engine.connect().execution_options(isolation_level="SERIALIZABLE") as conn:
        known = {row.reference: row for row in conn.execute(select(booking))}
        held = set(conn.execute(select(hold.c.id)).scalars())
        wrong = [f"hold {each} is missing" for each in holds - held]
        wrong += [f"booking {each} is missing" for each in booked - known.keys()]
        wrong += [f"{each} is not cancelled" for each in cancelled if _lives(known, each)]
        wrong += [
            f"a move of {each} is missing"
            for each, count in moves.items()
            if each in known and known[each].version < 1 + count
        ]
        wrong += halves(conn, set(known))
        wrong += [f"slot {each} is miscounted" for each in wrong_counts(conn)]
    return wrong


def _lives(known: dict[str, Any], reference: str) -> bool:
    return reference in known and known[reference].state != "cancelled"


def halves(conn: Connection, known: set[str]) -> list[str]:
    """Bookings without their promise, milestone or message, and any of these without a booking."""
    parts = {
        "promise": select(promise.c.reference).where(promise.c.version == 1),
        "milestone": select(milestone.c.reference),
        "message": select(message.c.about).where(message.c.notice == "booking_confirmed"),
    }
    wrong = []
    for name, statement in parts.items():
        found = set(conn.execute(statement).scalars())
        wrong += [f"booking {each} has no {name}" for each in known - found]
        wrong += [f"{name} of {each} has no booking" for each in found - known]
    return wrong
