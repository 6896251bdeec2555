"""Everything that happens by itself: what runs, how often, one line a job."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from delivery.flows import (
    auditing,
    broadcast_feeding,
    checkout,
    escalating,
    fetching,
    learning,
    recording,
    reminding,
    replies,
    restoring,
    slots,
    stopping,
    sweeping,
    tracking,
)
from delivery.house import House
from delivery.log import what_broke
from delivery.rules.replies import load_languages
from delivery.senders import build_fallback
from delivery.store.leases import take_lease
from notifications.channels import Channels
from notifications.sender import Sender

log = structlog.get_logger()

#: A process that dies loses its jobs to another after this long at the most.
LEASE = timedelta(seconds=10)
#: How long one turn may go on taking the next piece before it lets others run.
TURN_SECONDS = 5.0


@dataclass(frozen=True)
class Job:
    """`turn(house, now)` does one piece and says whether there may be more."""

    name: str
    every: float
    turn: Callable[[House, datetime], object]


def _release_holds(house: House, now: datetime) -> object:
    return checkout.release_expired_holds(house.database, now=now)


def _feed_broadcasts(house: House, now: datetime) -> object:
    return broadcast_feeding.feed_next(house, now=now)


def _keep_slots(house: House, now: datetime) -> object:
    return slots.make_slots(house.database, house.catalogues, now=now)


def _learn(house: House, now: datetime) -> object:
    return learning.learn_next(house.database, now=now)


def _learn_of_all(house: House, now: datetime) -> object:
    return learning.learn_prior_of_all(house.database, now=now)


def _record(house: House, now: datetime) -> object:
    recording.record_outcomes(house, now=now)
    return False


def _sweep(house: House, now: datetime) -> object:
    return sweeping.sweep(house.database, now=now)


_auditor = auditing.Auditor()


def _audit(house: House, now: datetime) -> object:
    _auditor.look(house, now=now)
    return False


def _fetch_missed(house: House, now: datetime) -> object:
    fetching.fetch_missed_replies(house, now=now)
    return False


def _say_copied(house: House, now: datetime) -> object:
    return restoring.say_when_a_copy(house.database)


JOBS = (
    Job("say when nothing is sent", 60, _say_copied),
    Job("answer replies", 0.5, lambda house, now: replies.answer_next_reply(house, now=now)),
    Job("look for forgotten replies", 60, _audit),
    Job("fetch missed replies", 60, _fetch_missed),
    Job("apply carrier events", 0.5, lambda house, now: tracking.apply_next_event(house, now=now)),
    Job("feed broadcasts", 0.5, _feed_broadcasts),
    Job("warn of the unanswered", 30, lambda house, now: escalating.escalate(house, now=now)),
    Job("release expired holds", 5, _release_holds),
    Job("keep slots ahead", 600, _keep_slots),
    Job("learn from choices", 5, _learn),
    Job("learn what all are like", 3600, _learn_of_all),
    Job("record kept promises", 600, _record),
    Job("remind of tomorrow", 30, lambda house, now: reminding.remind_of_tomorrow(house, now=now)),
    Job("remind of parcels", 300, lambda house, now: reminding.remind_of_parcels(house, now=now)),
    Job("ask how it went", 300, lambda house, now: reminding.ask_how_it_went(house, now=now)),
    Job("confirm stops", 30, lambda house, now: stopping.confirm_stops(house, now=now)),
    Job("thank", 3600, lambda house, now: reminding.thank(house, now=now)),
    Job("sweep what is over", 3600, _sweep),
)


def process_name() -> str:
    """A name for this process that no other has, also after a restart."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Ticker:
    """Runs a job in this process while this process has the job's lease.

    Each piece of work done may have posted something: `wake` is called after it.
    """

    def __init__(self, house: House, me: str, wake: Callable[[], None] = lambda: None) -> None:
        self._house = house
        self._me = me
        self._wake = wake
        self._until: dict[str, float] = {}

    def tick(self, job: Job) -> None:
        """One turn. An error is written down and the next tick tries again."""
        try:
            if self._has_lease(job):
                self._turn(job)
        except Exception as error:
            log.error("job broke", job=job.name, **what_broke(error))

    def _has_lease(self, job: Job) -> bool:
        if self._until.get(job.name, 0) > time.monotonic():
            return True
        began = time.monotonic()
        with self._house.database.write() as conn:
            fence = take_lease(conn, job.name, self._me, now=self._house.clock(), lasts=LEASE)
        if fence is None:
            return False
        # Renewed at half time, so that an idle worker writes little and a busy one loses nothing.
        self._until[job.name] = began + LEASE.total_seconds() / 2
        return True

    def _turn(self, job: Job) -> None:
        until = time.monotonic() + TURN_SECONDS
        while job.turn(self._house, self._house.clock()) is True:
            self._wake()
            if time.monotonic() > until or not self._has_lease(job):
                return


class Worker:
    """The ticks and the sender, until told to stop."""

    def __init__(self, house: House, channels: Channels, me: str | None = None) -> None:
        self._house = house
        self._channels = channels
        self._me = me or process_name()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """End `run` soon; may be called from another thread."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # The first reply of a day waits for no file of words.
        self._loop.run_in_executor(None, load_languages)
        sender = self._sender()
        scheduler = self._scheduler(sender.wake)
        scheduler.start()
        log.info("worker started", jobs=len(JOBS))
        try:
            await sender.run(self._stop)
        finally:
            scheduler.shutdown(wait=False)
            await self._channels.close()

    def _scheduler(self, wake: Callable[[], None]) -> AsyncIOScheduler:
        # In memory and in UTC: this only ticks. What is due, and when, stands in the database.
        defaults: dict[str, Any] = {
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": None,
        }
        pool = {"default": ThreadPoolExecutor(len(JOBS))}
        scheduler = AsyncIOScheduler(executors=pool, job_defaults=defaults, timezone=UTC)
        ticker = Ticker(self._house, self._me, wake)
        for job in JOBS:
            scheduler.add_job(
                ticker.tick, "interval", args=[job], seconds=job.every,
                next_run_time=datetime.now(UTC),
            )  # fmt: skip
        return scheduler

    def _sender(self) -> Sender:
        outbox, twilio = self._house.settings.outbox, self._house.settings.twilio
        return Sender(
            self._house.database,
            self._channels,
            clock=self._house.clock,
            name=self._me,
            lease_for=timedelta(seconds=outbox.lease_seconds),
            unsure_for=timedelta(seconds=outbox.unsure_seconds),
            look_up_after=timedelta(minutes=outbox.receipt_minutes),
            poll_for=timedelta(seconds=outbox.poll_seconds),
            in_flight=twilio.in_flight,
            segments_per_second=twilio.segments_per_second,
            fallback=build_fallback(self._house),
        )


def run_to_end(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(main)
    else:
        uvloop.run(main)
