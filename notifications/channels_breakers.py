"""What one process knows of open breakers, and when it may try a sender again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from notifications import breaker
from notifications.breaker import SHORTEST, Broken
from notifications.failures import Failure
from notifications.transactions import Transactions

log = structlog.get_logger()
Made = TypeVar("Made")

#: So many numbers are remembered as out of reach for a sender that reaches others.
_MOST_REMEMBERED = 10_000


class Breakers:
    """The open breakers as last read; changes go to the database at once.

    Without `transactions` they are this object's own.
    """

    def __init__(self, transactions: Transactions | None = None) -> None:
        self.transactions = transactions
        self._open: dict[str, Broken] = {}
        #: Whom a route did not reach, while it is not known whose fault that is.
        self._blamed: dict[str, str] = {}
        self._out_of_reach: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        return bool(self._open)

    def read(self, conn: Connection) -> None:
        """How they stand now, whoever opened or closed them."""
        self._open = breaker.all_open(conn)

    def state(self, names: Iterable[str], now: datetime) -> str:
        """`closed` if none of these is open, `due` if all that are may be tried, else `open`."""
        known = [self._open[name] for name in names if name in self._open]
        if not known:
            return "closed"
        return "due" if all(_is_due(each, now) for each in known) else "open"

    async def take_try(self, names: Iterable[str], now: datetime) -> list[str] | None:
        """The open ones among these, all of which this caller may try; None when it may not."""
        known = [name for name in names if name in self._open]
        if self.state(known, now) == "open":
            return None
        for name in known:
            if not await self._take(name, now):
                return None
        return known

    async def opened(self, name: str, failure: Failure, to: str, now: datetime) -> None:
        """A call to `to` found that this sender, or its way to one country, is not in order."""
        if failure.one_route:
            self._blamed[name] = to
        known = self._open.get(name)
        if known is not None and not _is_due(known, now) and known.opened_at != now:
            return  # another call has just found the same
        self._open[name] = Broken(name, now, now + SHORTEST, failure.code)
        log.error("sender is not in order", code=failure.code)
        written = await self._write(partial(breaker.open_, name=name, failure=failure, now=now))
        if written is not None:
            self._open[name] = written

    async def mended(self, names: Iterable[str], to: str, now: datetime) -> None:
        """The try of these reached `to`. Whom they did not reach before is out of their reach."""
        for name in names:
            self._open.pop(name, None)
            culprit = self._blamed.pop(name, to)
            if culprit != to and len(self._out_of_reach) < _MOST_REMEMBERED:
                self._out_of_reach.add((name, culprit))
            await self._write(partial(breaker.close, name=name, now=now))

    def is_out_of_reach(self, name: str, to: str) -> bool:
        """Whether it is this number's fault, and not ours, that the route does not reach it."""
        return (name, to) in self._out_of_reach

    def seconds_till_try(self, now: datetime) -> float:
        """Till the first may be tried."""
        times = [each.try_at for each in self._open.values() if each.try_at is not None]
        shortest = SHORTEST.total_seconds() / 4
        return max(shortest, (min(times) - now).total_seconds()) if times else 4 * shortest

    async def _take(self, name: str, now: datetime) -> bool:
        known = self._open[name]
        self._open[name] = Broken(name, known.opened_at, now + SHORTEST, known.error)
        if self.transactions is None:
            return True
        return bool(await self._write(partial(breaker.take_try, name=name, now=now)))

    async def _write(self, work: Callable[[Connection], Made]) -> Made | None:
        """In a thread. A database that is away keeps no breaker, but no outcome is lost by it."""
        transactions = self.transactions
        if transactions is None:
            return None

        def written() -> Made:
            with transactions.write() as conn:
                return work(conn)

        try:
            return await asyncio.to_thread(written)
        except Exception as error:
            log.error("breaker not written", error=type(error).__name__)
            return None


def _is_due(broken: Broken, now: datetime) -> bool:
    return broken.try_at is not None and broken.try_at <= now
