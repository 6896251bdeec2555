"""Receipts that never came: the provider is asked what became of a message it took.

Asked three times, each time later, and in turns of bounded size: calls go first. What it says is
kept and followed as its receipt would have been; nothing else makes a message `delivered`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, and_, bindparam, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from notifications.channels import Channels
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.providers.base import LookupFailed
from notifications.receipts import keep_receipt
from notifications.tables import attempt, message
from notifications.transactions import Transactions

log = structlog.get_logger()

#: How long a receipt may take before we ask.
AFTER = timedelta(minutes=15)
#: Asked after so many times that: 15 minutes, an hour, six hours.
_TIMES = (1, 4, 24)
#: How many in one turn, how many at once, and how long a turn may take.
_MOST, _AT_ONCE = 40, 4
_TURN_SECONDS = 30.0

_WAITING = and_(message.c.state == "sent", message.c.looked_up_at.is_(None))
# `misses` counts how often it was asked for; `looked_up_at` is set when that was the last time.
_OVERDUE = and_(
    _WAITING,
    message.c.sent_at <= bindparam("after_0"),
    or_(
        message.c.misses == 0,
        and_(message.c.misses == 1, message.c.sent_at <= bindparam("after_1")),
        and_(message.c.misses >= 2, message.c.sent_at <= bindparam("after_2")),
    ),
)
_ANY = select(message.c.id, message.c.channel).where(_OVERDUE).order_by(message.c.sent_at).limit(1)
_DUE = (
    select(message.c.id)
    .where(_OVERDUE)
    .order_by(message.c.sent_at)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
    .cte("overdue")
    .prefix_with("MATERIALIZED")
)
_TAKE = (
    update(message)
    .where(message.c.id.in_(select(_DUE.c.id)))
    .values(misses=message.c.misses + 1)
    .returning(
        message.c.id, message.c.channel, message.c.carried_by, message.c.provider_id,
        message.c.misses,
    )
)  # fmt: skip
_ATTEMPT = select(attempt.c.id).where(
    attempt.c.message_id == bindparam("of"), attempt.c.provider_id == bindparam("sid")
)
_ASKED = (
    update(message)
    .where(message.c.id == bindparam("of"), message.c.state == "sent")
    .values(looked_up_at=bindparam("now"))
)
_NOT_ASKED = (
    update(message)
    .where(message.c.id == bindparam("of"), _WAITING, message.c.misses == bindparam("asked"))
    .values(misses=message.c.misses - 1)
)


async def look_up(
    transactions: Transactions,
    channels: Channels,
    *,
    clock: Clock,
    after: timedelta = AFTER,
    fallback: SayElsewhere | None = None,
) -> int:
    """One turn over what has waited long for its receipt; of how many something new is known.

    Any number of workers may do this at once: each message is asked for by one of them.
    """
    rows = await asyncio.to_thread(_take, transactions, clock(), after)
    if not rows:
        return 0
    at_once = asyncio.Semaphore(_AT_ONCE)
    turn = _Turn(transactions, channels, clock, fallback)

    async def one(row: Any) -> bool:
        async with at_once:
            return await turn.ask(row)

    found = sum(await asyncio.gather(*map(one, rows)))
    log.info("receipts looked up", asked=len(rows), found=found)
    return found


def _take(transactions: Transactions, now: datetime, after: timedelta) -> Sequence[Any]:
    times = {f"after_{number}": now - after * each for number, each in enumerate(_TIMES)}
    with transactions.read() as conn:
        if conn.execute(_ANY, times).first() is None:
            return []
    with transactions.write() as conn:
        return conn.execute(_TAKE, times).all()


class _Turn:
    """One turn's lookups. Once one has failed, those not begun are left for later."""

    def __init__(
        self,
        transactions: Transactions,
        channels: Channels,
        clock: Clock,
        fallback: SayElsewhere | None,
    ) -> None:
        self._transactions = transactions
        self._channels = channels
        self._clock = clock
        self._fallback = fallback
        self._until = asyncio.get_running_loop().time() + _TURN_SECONDS
        self._failed = False

    async def ask(self, row: Any) -> bool:
        """Ask for this one; whether something new is known of it."""
        try:
            news = await self._news_of(row)
        except (LookupFailed, TimeoutError) as error:
            if not self._failed:
                log.warning("provider could not be asked", message=row.id, error=str(error))
            self._failed = True
            await self._write(
                lambda conn: conn.execute(_NOT_ASKED, {"of": row.id, "asked": row.misses})
            )
            return False
        return bool(await self._write(lambda conn: self._keep(conn, row, news)))

    async def _news_of(self, row: Any) -> Any:
        if not self._channels.has_receipts(row.channel):
            return None
        if self._failed:
            raise LookupFailed("not now")
        async with asyncio.timeout_at(self._until):
            return await self._channels.fetch(
                row.provider_id, channel=row.channel, carried_by=row.carried_by
            )

    def _keep(self, conn: Connection, row: Any, news: Any) -> bool:
        now = self._clock()
        if news is None or row.misses >= len(_TIMES):
            conn.execute(_ASKED, {"of": row.id, "now": now})
        which = {"of": row.id, "sid": row.provider_id}
        tried = conn.execute(_ATTEMPT, which).scalars().first()
        if news is None or tried is None:
            return False
        return keep_receipt(conn, tried, news, now=now, fallback=self._fallback)

    async def _write(self, work: Any) -> Any:
        def written() -> Any:
            with self._transactions.write() as conn:
                return work(conn)

        try:
            return await asyncio.to_thread(written)
        except SQLAlchemyError as error:
            # It counts as asked for; the next time comes.
            log.warning("lookup not written down", error=type(error).__name__)
            return None
