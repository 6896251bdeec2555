"""Runs scenarios, several at a time, and counts what the provider has against what was posted."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy import delete

from delivery.store.engine import Database, engine_for
from notifications.notice import Texts
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.stand_in import StandIn
from notifications.tables import metadata
from notifications.twilio_http import TwilioHttp
from notifications.webhooks import router
from tests.loopback import running
from tests.notifications.conftest import Office, wall
from tests.notifications.faults.scenarios import Pace, Scenario
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN
from tests.postgres import free_port
from tests.ready import Ready

#: At the defaults the slowest takes four minutes.
_PATIENCE = 30.0


@dataclass(frozen=True)
class Row:
    """What became of the messages of one scenario."""

    scenario: str
    database: str
    messages: int
    lost: int
    duplicate: int
    unsure: int
    seconds: float

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.duplicate or self.unsure)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Killer:
    """Forks senders that die where they are told to, one at a time."""

    def __init__(self, process: Ready) -> None:
        self._process = process
        self._lock = threading.Lock()

    def kill_one(self, **asked: Any) -> None:
        """A sender takes what is due and dies with it."""
        with self._lock:
            self._process.tell(json.dumps({"how": "kill", **asked}))
            assert self._process.hear() in ("ended -9", "ended 9")


@contextmanager
def a_killer() -> Iterator[Killer]:
    with Ready("tests.notifications.crashing_sender") as process:
        yield Killer(process)


@dataclass(frozen=True)
class Stage:
    """What all scenarios of a run have in common."""

    pace: Pace
    texts: Texts
    killer: Killer
    provider: type[Twilio] = Twilio
    sender: type[Sender] = Sender


def run_all(scenarios: Sequence[Scenario], urls: Sequence[str], stage: Stage) -> list[Row]:
    """As many at once as there are databases; each has one to itself, and two senders that also
    rescue."""
    free: queue.SimpleQueue[str] = queue.SimpleQueue()
    for url in urls:
        free.put(url)

    def one(scenario: Scenario) -> Row:
        url = free.get()
        try:
            return _Run(scenario, stage).on(url)
        finally:  # else those that follow wait for it for ever
            _clean(url)
            free.put(url)

    with ThreadPoolExecutor(len(urls)) as pool:
        return list(pool.map(one, scenarios))


def _clean(url: str) -> None:
    with closing(Database(engine_for(url))) as database, database.write() as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(delete(table))


class _Run:
    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self._scenario = scenario
        self._stage = stage
        self._pace = stage.pace

    def on(self, url: str) -> Row:
        with ExitStack() as stack:
            office = stack.enter_context(_an_office(url, self._stage.texts, self._scenario))
            self._prepare(office, url)
            began = time.monotonic()
            databases = [Database(engine_for(url)) for _ in range(2)]
            asyncio.run(self._work(office, databases))
            took = time.monotonic() - began
            for database in databases:  # after the loop: it ends its threads first
                database.close()
            return self._count(office, took)

    def _prepare(self, office: Office, url: str) -> None:
        people = [f"+3584012345{number:02}" for number in range(self._scenario.messages)]
        office.post(*people, text="news")
        for fault in self._scenario.faults:
            office.stand_in.fail_next(**self._scaled(fault))
        if self._scenario.dies_at:
            self._stage.killer.kill_one(
                database=url, provider=office.stand_in_url, ours=office.url,
                step=self._scenario.dies_at, after=self._scenario.dies_after,
                lease=self._pace.lease.total_seconds(), unsure=self._pace.unsure.total_seconds(),
            )  # fmt: skip
            office.stand_in.faults.clear()

    def _scaled(self, fault: dict[str, Any]) -> dict[str, Any]:
        times = {"seconds", "hidden", "retry_after"}
        return {
            name: value * self._pace.scale if name in times else value
            for name, value in fault.items()
        }

    async def _work(self, office: Office, databases: list[Database]) -> None:
        if self._scenario.nobody_there:
            nobody = self._provider(office, f"http://127.0.0.1:{free_port()}")
            await self._sender(office.database, nobody, "too early").send_due()
            await nobody.close()
        stop = asyncio.Event()
        providers = [self._provider(office, office.stand_in_url) for _ in databases]
        both = [
            asyncio.create_task(self._sender(database, provider, f"sender {number}").run(stop))
            for number, (database, provider) in enumerate(zip(databases, providers, strict=True))
        ]
        await self._until_settled(office)
        stop.set()
        await asyncio.gather(*both)
        for provider in providers:
            await provider.close()

    async def _until_settled(self, office: Office) -> None:
        end = time.monotonic() + _PATIENCE + 300 * self._pace.scale
        while await asyncio.to_thread(_is_open, office):
            assert time.monotonic() < end, (self._scenario.name, Counter(office.states()))
            await asyncio.sleep(0.15)
        # What is still on its way to the provider would be seen, too.
        late = max((each.get("seconds", 0.0) for each in self._scenario.faults), default=0.0)
        if self._stage.provider is not Twilio or self._stage.sender is not Sender:
            await asyncio.sleep(late * self._pace.scale)

    def _provider(self, office: Office, base_url: str) -> Twilio:
        http = TwilioHttp(base_url=base_url, timeout=self._pace.timeout)
        return self._stage.provider(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=office.url, sender=FROM, http=http
        )

    def _sender(self, database: Database, provider: Twilio, name: str) -> Sender:
        return self._stage.sender(
            database, provider, clock=wall, name=name, lease_for=self._pace.lease,
            unsure_for=self._pace.unsure, poll_for=self._pace.unsure / 10,
        )  # fmt: skip

    def _count(self, office: Office, took: float) -> Row:
        rows, at_provider = office.rows(), office.stand_in.messages
        copies = Counter(each["body"] for each in at_provider)
        sids = {each["sid"]: each["body"] for each in at_provider}
        # Known, and by the id of a message that says just this.
        arrived = [
            row
            for row in rows
            if row.state in ("sent", "delivered") and sids.get(row.provider_id) == row.body
        ]
        unsure = sum(row.state == "unsure" for row in rows)
        return Row(
            self._scenario.name, office.database.name, len(rows),
            len(rows) - len(arrived) - unsure, sum(copies.values()) - len(copies), unsure,
            round(took, 1),
        )  # fmt: skip


def _is_open(office: Office) -> bool:
    """Somebody will still do something about one of them."""
    return any(
        row.state in ("queued", "sending") or (row.state == "unsure" and row.lease_until)
        for row in office.rows()
    )


@contextmanager
def _an_office(url: str, texts: Texts, scenario: Scenario) -> Iterator[Office]:
    """A stand-in and our webhooks on ports of their own, over this database."""
    app, database = FastAPI(), Database(engine_for(url))
    steps: dict[str, Any] = {"sent_after": None, "delivered_after": None}
    if scenario.receipts:
        steps = {"sent_after": 0.01, "delivered_after": 0.03}
    with running(app) as ours:
        stand_in = StandIn(
            account_sid=ACCOUNT, auth_token=TOKEN, replies_url=f"{ours}/sms/replies", clock=wall,
            **steps,
        )  # fmt: skip
        with running(stand_in.app) as theirs:
            office = Office(database, texts, stand_in, theirs, ours)
            app.include_router(router(database, office.twilio(), wall))
            yield office
            stand_in.close()
    database.close()
