"""From a reply to its answer in the outbox, with twenty replies a second coming in.

    python -m tests.benchmarks.replies [--seconds N] [--json FILE]

A real worker (`perille work`) answers replies of as many customers, each with a delivery of their
own: digits to a menu, wishes, questions, notes and thanks. A reply is timed from its commit to the
moment another process sees it settled, its answer being in the same commit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import orjson
from sqlalchemy import func, select, update

from delivery.app import build_house
from delivery.flows import offering, quoting
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.house import House
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.store import bookings
from delivery.store.seeds import seed
from delivery.store.tables import slot
from notifications import inbox
from notifications.tables import message, reply
from tests.benchmarks import measure
from tests.benchmarks.measure import Figures, Goal
from tests.conftest import settings_for

A_SECOND, P95 = 20, 1.0
TEXTS = ("2", "tomorrow evening", "1", "where is it?", "huomenna 17-19", "3", "door code 1234",
         "thanks!", "2", "not tomorrow")  # fmt: skip


def customers(house: House, count: int) -> list[str]:
    """So many deliveries with three times listed to each; the phones."""
    now, phones = house.clock(), []
    with house.database.write() as conn:
        conn.execute(update(slot).values(capacity=10_000))
    ask = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="en")
    for number in range(count):
        if number % 50 == 0:
            quote = orjson.loads(quoting.quote_options(house, ask, now=now))
            vans = [each["id"] for each in quote["options"] if each["carrier"] == "own_van"]
        phone = f"+35840{number:07}"
        name = f"r-{number}"
        hold_option(house, name, HoldAsk(quote["id"], vans[number % len(vans)]), now=now)
        who = Recipient(given_name="Aino", phone=phone, locale="en")
        booking, _ = book(house, name, BookingAsk(name, who, {}, "", name), now=now)
        with house.database.write() as conn:
            offering.list_times(conn, house, bookings.get(conn, booking.reference), now=now)
        phones.append(phone)
    return phones


@contextmanager
def a_worker(url: str) -> Iterator[None]:
    environment = os.environ | {
        "PERILLE_DATABASE__URL": url, "PERILLE_SMS__PROVIDER": "console",
        "PERILLE_SERVER__SECRET": "a secret of the benchmark, long enough",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "delivery", "work"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def waits(house: House, phones: list[str]) -> list[float]:
    """Seconds from each reply's commit until it was seen settled."""
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    began = time.monotonic()
    settled = select(reply.c.provider_id).where(reply.c.state != "waiting")
    while len(seen) < len(phones) and time.monotonic() - began < len(phones) / A_SECOND + 60:
        due = min(len(phones), int((time.monotonic() - began) * A_SECOND))
        for number in range(len(sent), due):
            with house.database.write() as conn:
                inbox.keep_reply(
                    conn, provider_id=f"SM{number:032}", sender=phones[number],
                    recipient="+358401000000", body=TEXTS[number % len(TEXTS)],
                    now=datetime.now(UTC),
                )  # fmt: skip
            sent[f"SM{number:032}"] = time.monotonic()
        with house.database.read() as conn:
            for each in conn.scalars(settled):
                seen.setdefault(each, time.monotonic())
        time.sleep(0.01)
    return [seen.get(each, time.monotonic()) - at for each, at in sent.items()]


def on(kind: str, where: str, asked: Any) -> tuple[dict[str, Figures], list[Goal]]:
    with measure.fresh_url(kind, where) as url:
        house = build_house(settings_for(url))
        seed(house.database, now=house.clock())
        phones = customers(house, A_SECOND * asked.seconds)
        with a_worker(url):
            _wait_until_it_works(house)
            took = sorted(waits(house, phones))
        with house.database.read() as conn:
            answers = conn.scalar(select(func.count()).where(message.c.lane == 0))
            left = conn.scalar(select(func.count()).where(reply.c.state == "waiting"))
        house.database.close()
    p95 = quantiles(took, n=20)[18]
    sys.stderr.write(
        f"{kind}: {len(took)} replies, {answers} answers, p50 {took[len(took) // 2]:.2f} s,"
        f" p95 {p95:.2f} s, slowest {took[-1]:.2f} s\n"
    )
    return {}, [
        Goal(f"{kind}: p95 from a reply to its answer, s", p95, P95, at_most=True),
        Goal(f"{kind}: replies left without", float(left or 0), 0, at_most=True),
    ]


def _wait_until_it_works(house: House) -> None:
    with house.database.write() as conn:
        inbox.keep_reply(
            conn, provider_id="SMfirst", sender="+358409999999", recipient="+358401000000",
            body="hello", now=datetime.now(UTC),
        )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with house.database.read() as conn:
            if conn.scalar(select(func.count()).where(reply.c.state == "waiting")) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the worker answers nothing")


def main() -> int:
    parser = measure.arguments("from a reply to its answer")
    parser.add_argument("--seconds", type=int, default=15, help="of replies coming in")
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
    return measure.report("replies: from a reply to its answer", figures, goals, asked.json)


if __name__ == "__main__":
    sys.exit(main())
