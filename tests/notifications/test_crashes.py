"""The sender is killed at every step, and stopped in the middle: nothing lost, nothing twice.

A twin that sends again whatever it finds half-done is run through the same steps and doubles.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import update

from notifications.sender import Sender
from notifications.tables import message
from tests.notifications.conftest import Office, wall
from tests.notifications.crashing_sender import LEASE, UNSURE
from tests.ready import Ready

#: Where they die, and how long after. `calling` with a delay dies while its calls are out.
STEPS = [
    ("claimed", 0.0), ("attempted", 0.0), ("calling", 0.0), ("calling", 0.15), ("answered", 0.0),
    ("recorded", 0.0),
]  # fmt: skip
DOUBLING = STEPS[3:5]
PEOPLE = 12


class Senders:
    """Forks crashing senders on this office's database, one after another."""

    def __init__(self, office: Office, process: Ready) -> None:
        self._office = office
        self._process = process

    def crash(self, number: int, step: str, after: float) -> None:
        """Post some messages and have a sender die with them."""
        self._post(number)
        if after:  # accepted, and the answer is on its way
            self._office.stand_in.fail_next("late", 8, seconds=1.0)
        self.ask(step=step, how="kill", after=after)
        assert self.says() in ("ended -9", "ended 9")
        self._office.stand_in.faults.clear()

    def stop(self, number: int, step: str) -> int:
        """Post some messages and have a sender stopped with them; its process."""
        self._post(number)
        self.ask(step=step, how="stop", after=0)
        word, pid = self.says().split()
        assert word == "stopped"
        return int(pid)

    def ask(self, **what: object) -> None:
        self._process.tell(json.dumps(what))

    def says(self) -> str:
        return self._process.hear()

    def _post(self, number: int) -> None:
        people = [f"+35840{number:02}345{each:02}" for each in range(PEOPLE)]
        self._office.post(*people, text=f"group {number}")


@contextmanager
def senders(office: Office) -> Iterator[Senders]:
    url = office.database.engine.url.render_as_string(hide_password=False)
    module = "tests.notifications.crashing_sender"
    with Ready(module, url, office.stand_in_url, office.url) as process:
        yield Senders(office, process)


def finish(office: Office, *kinds: type[Sender]) -> None:
    """Fresh senders take over and work until nothing is open."""
    known: dict[str, Any] = {"clock": wall, "lease_for": LEASE, "unsure_for": UNSURE}

    async def until_settled() -> None:
        providers = [office.twilio() for _ in kinds]
        fresh = [
            kind(office.database, provider, name=f"fresh {number}", **known)
            for number, (kind, provider) in enumerate(zip(kinds, providers, strict=True))
        ]
        end = time.monotonic() + 30
        while not set(office.states()) <= {"sent", "delivered"}:
            assert time.monotonic() < end, office.states()
            await asyncio.gather(*(each.send_due() for each in fresh))
            await asyncio.gather(*(each.rescue() for each in fresh))
            await asyncio.sleep(0.05)
        for each in providers:
            await each.close()

    asyncio.run(until_settled())


def everything_once(office: Office, groups: int) -> None:
    posted = [f"group {group} {each}" for group in range(groups) for each in range(PEOPLE)]
    assert office.bodies() == sorted(posted)
    known = [row.provider_id for row in office.rows()]
    assert sorted(known) == sorted(each["sid"] for each in office.stand_in.messages)


def test_killed_at_any_step_nothing_is_lost_and_nothing_doubled(quiet_office: Office) -> None:
    with senders(quiet_office) as crashing:
        for number, (step, after) in enumerate(STEPS):
            crashing.crash(number, step, after)
    # Two take over at once: they must not get into each other's way either.
    finish(quiet_office, Sender, Sender)
    everything_once(quiet_office, len(STEPS))


class NaiveTwin(Sender):
    """As many are: what is found half-done is sent again once its lease has run out."""

    async def rescue(self) -> int:
        def again() -> int:
            with self._transactions.write() as conn:
                return len(
                    conn.execute(
                        update(message)
                        .where(message.c.state.in_(("sending", "unsure")),
                               message.c.lease_until <= self._clock())
                        .values(state="queued", lease_by=None, lease_until=None)
                        .returning(message.c.id)
                    ).all()
                )  # fmt: skip

        return await asyncio.to_thread(again)


def test_the_naive_twin_doubles_on_the_same_steps(quiet_office: Office) -> None:
    with senders(quiet_office) as crashing:
        for number, (step, after) in enumerate(DOUBLING):
            crashing.crash(number, step, after)
    finish(quiet_office, NaiveTwin)
    bodies = quiet_office.bodies()
    assert len(bodies) > len(set(bodies)) == len(DOUBLING) * PEOPLE


def test_an_owner_that_was_stopped_too_long_sends_nothing_more(quiet_office: Office) -> None:
    office, steps = quiet_office, ("claimed", "attempted")
    with senders(office) as stopping:
        pids = [stopping.stop(number, step) for number, step in enumerate(steps)]
        time.sleep(LEASE.total_seconds() + 0.1)
        finish(office, Sender)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        stopping._process.close_input()
        assert [stopping.says() for _ in pids] == ["ended 0"] * len(pids)
    everything_once(office, len(steps))
    assert set(office.states()) == {"sent"}
