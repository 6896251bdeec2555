"""Each of our senders has a pace of its own: what one may not send yet keeps no other waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from notifications.channels import Channels, NamedSender
from notifications.providers.base import Accepted, SendLater
from notifications.providers.console import Console
from notifications.providers.twilio_errors import failure
from notifications.sender import Sender
from notifications.tables import message
from tests.notifications.conftest import Office, wall

RATE, EACH = 40.0, 60
FINNISH, SWEDISH = "+35840", "+4670"


class Taking(Console):
    """Takes everything, and remembers when; but wants to be left alone at first, if told so."""

    def __init__(self, *, wait: float = 0.0) -> None:
        super().__init__(lambda line: None)
        self.came: list[tuple[float, str]] = []
        self._wait = wait

    async def send(self, to: str, *_: Any, **__: Any) -> Accepted:
        self.came.append((time.monotonic(), to))
        if self._wait:
            wait, self._wait = self._wait, 0.0
            raise SendLater("20429", wait, failure("20429"))
        return Accepted(f"SM{len(self.came):032x}", "sent")


def mixed(office: Office, count: int) -> None:
    """So many of one segment to each of two countries, one after the other."""
    row = {"notice": "word", "locale": "en", "body": "Hi", "segments": 1, "about": "B1", "lane": 2,
           "due_at": wall(), "created_at": wall(), "changed_at": wall()}  # fmt: skip
    numbers = [f"{prefix}{each:07}" for each in range(count) for prefix in (FINNISH, SWEDISH)]
    with office.database.write() as conn:
        conn.execute(
            message.insert(), [row | {"recipient": to, "dedupe_key": to} for to in numbers]
        )


def sent(
    office: Office, channels: Channels, done: Callable[[], bool], *, per_second: float
) -> None:  # fmt: skip
    """Let a sender send until it is done, and a while longer."""
    sender = Sender(
        office.database, channels, clock=wall, name="two", segments_per_second=per_second,
        poll_for=timedelta(seconds=0.05),
    )  # fmt: skip

    async def run() -> None:
        stop, until = asyncio.Event(), time.monotonic() + 20
        running = asyncio.create_task(sender.run(stop))
        while not done() and time.monotonic() < until:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        stop.set()
        await running

    asyncio.run(run())


def two(finnish: Taking, everyone: Taking) -> Channels:
    return Channels([
        NamedSender("finnish", "sms", finnish, frozenset({"FI"})),
        NamedSender("everyone", "sms", everyone),
    ])  # fmt: skip


def test_two_senders_send_twice_as_much_and_none_too_fast(office: Office) -> None:
    finnish, everyone = Taking(), Taking()
    mixed(office, EACH)
    both = [finnish, everyone]
    sent(
        office, two(finnish, everyone), lambda: all(len(each.came) >= EACH for each in both),
        per_second=RATE,
    )  # fmt: skip
    for sender, prefix in ((finnish, FINNISH), (everyone, SWEDISH)):
        times = [at for at, _ in sender.came]
        assert {to[: len(prefix)] for _, to in sender.came} == {prefix}
        assert len(times) == EACH
        fullest = max(sum(at <= each < at + 1 for each in times) for at in times)
        assert fullest <= RATE * 1.25  # one that came late and the next on time
    times = sorted(at for each in both for at, _ in each.came)
    assert 2 * EACH / (times[-1] - times[0]) > 1.3 * RATE


def test_who_is_told_to_wait_keeps_no_other_sender_waiting(office: Office) -> None:
    finnish, everyone = Taking(wait=60), Taking()
    mixed(office, EACH)
    sent(office, two(finnish, everyone), lambda: len(everyone.came) == EACH, per_second=0)
    assert len(everyone.came) == EACH
    assert len(finnish.came) < EACH  # those that were out already
    with office.database.read() as conn:
        waiting = conn.execute(message.select().where(message.c.state == "queued")).all()
    assert {row.recipient[:6] for row in waiting} == {FINNISH}
    assert len(waiting) == EACH - len(finnish.came) + 1
    assert all(row.due_at > wall() + timedelta(seconds=30) for row in waiting)
