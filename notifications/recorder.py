"""Writes down how calls ended: as they come, as many at once as have come."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from notifications import outcomes
from notifications.bulk import by_keys
from notifications.calling import Step
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.outcomes import Outcome
from notifications.transactions import Transactions

log = structlog.get_logger()

#: Between two transactions of a stream: what comes meanwhile shares the next one.
_BREATH = 0.02
#: Between tries to write while the database is away. What an outcome is worth is lost only with
#: this process, and then the provider is asked.
_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)


class Recorder:
    """Takes outcomes and has them written by a thread, one transaction after another."""

    def __init__(
        self,
        transactions: Transactions,
        *,
        clock: Clock,
        unsure_for: timedelta,
        on_step: Step,
        fallback: SayElsewhere | None = None,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._unsure_for = unsure_for
        self._on_step = on_step
        self._fallback = fallback
        self._ended: list[Outcome] = []
        self._writing: asyncio.Task[None] | None = None
        self._hurried = False
        self._is_awaited = False

    def add(self, outcome: Outcome) -> None:
        """To be written soon."""
        self._ended.append(outcome)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())

    async def settled(self) -> None:
        """Wait until all are written."""
        self._is_awaited = True
        try:
            while self._writing is not None:
                await self._writing
        finally:
            self._is_awaited = False

    def hurry(self) -> None:
        """We are stopping: do not wait for a database that is away."""
        self._hurried = True

    async def _write_all(self) -> None:
        try:
            while self._ended:
                ended, self._ended = self._ended, []
                await self._write_some(ended)
                self._on_step("recorded")
                if not (self._hurried or self._is_awaited):
                    await asyncio.sleep(_BREATH)
        finally:
            self._writing = None

    async def _write_some(self, ended: list[Outcome]) -> None:
        tries = 0
        while True:
            try:
                await asyncio.to_thread(self._write, ended)
                break
            except IntegrityError:
                await asyncio.to_thread(self._write_singly, ended)
                break
            except Exception as error:
                log.error("outcomes not written", count=len(ended), error=type(error).__name__)
                if self._hurried:
                    return
                await asyncio.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1
        counts = Counter[str](each.kind for each in ended)
        log.info("messages handed over", **counts)

    def _write(self, ended: list[Outcome]) -> None:
        with self._transactions.write() as conn:
            by_keys(conn)
            outcomes.record(
                conn, ended, now=self._clock(), unsure_for=self._unsure_for,
                fallback=self._fallback,
            )  # fmt: skip

    def _write_singly(self, ended: list[Outcome]) -> None:
        """One of them has a provider's id that another message is known by: only that one goes
        without."""
        for each in ended:
            try:
                self._write([each])
            except IntegrityError:
                log.error("provider's id known already", message=each.call.message.id)
                self._write([each._replace(provider_id=None)])
