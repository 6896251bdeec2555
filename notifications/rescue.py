"""Messages left behind: a worker died with them, or nobody knows whether they were sent.

One whose call may have been out is never simply sent again. The provider is asked what it has;
only after it did not know the message twice, some time apart, may it leave once more.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, and_, bindparam, select, update

from notifications.channels import Channels, channels_of
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.doubts import Doubt, Turn
from notifications.lookups import AFTER, look_up
from notifications.providers.base import Provider
from notifications.tables import attempt, message
from notifications.transactions import Transactions

log = structlog.get_logger()

#: How many are looked up in one turn.
_MOST = 50
#: Lookups out at once: calls go first.
_AT_ONCE = 8
#: How long one rescuer has a message to itself while it asks; longer than any lookup.
_LOOK = timedelta(seconds=60)

_LEFT = and_(message.c.state == "sending", message.c.lease_until <= bindparam("now"))
_ANY = select(message.c.id).where(
    message.c.state.in_(("sending", "unsure")), message.c.lease_until <= bindparam("now")
).limit(1)  # fmt: skip
# Both read only the message's own row: no attempt can slip in between looking and changing.
_REQUEUE = (
    update(message)
    .where(_LEFT, message.c.in_call.is_(False))
    .values(state="queued", lease_by=None, lease_until=None, changed_at=bindparam("now"))
    .returning(message.c.id)
)
_DOUBT = (
    update(message)
    .where(_LEFT, message.c.in_call.is_(True))
    .values(
        state="unsure", in_call=False, misses=0, lease_by=None, error="worker_lost",
        lease_until=bindparam("look_at"), changed_at=bindparam("now"),
    )
    .returning(message.c.id)
)  # fmt: skip
_ASKABLE = (
    select(message.c.id)
    .where(message.c.state == "unsure", message.c.lease_until <= bindparam("now"))
    .order_by(message.c.lease_until, message.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
    .cte("askable")
    .prefix_with("MATERIALIZED")
)
_TAKE = (
    update(message)
    .where(message.c.id.in_(select(_ASKABLE.c.id)))
    .values(lease_by=bindparam("who"), lease_until=bindparam("until"))
    .returning(
        message.c.id, message.c.channel, message.c.recipient, message.c.body, message.c.attempts,
        message.c.misses,
    )
)  # fmt: skip
_TRIED = select(attempt.c.message_id, attempt.c.id, attempt.c.started_at, attempt.c.number).where(
    attempt.c.message_id.in_(bindparam("ids", expanding=True))
)


async def rescue(
    transactions: Transactions,
    provider: Provider | Channels,
    *,
    clock: Clock,
    unsure_for: timedelta,
    look_up_after: timedelta = AFTER,
    fallback: SayElsewhere | None = None,
) -> int:
    """One turn over what was left behind; how many messages it moved on.

    Any number of workers may do this at once. Those whose receipts never came are looked up too.
    """
    channels = channels_of(provider, transactions)
    turn = Turn(transactions, channels, clock, unsure_for, fallback)
    moved, doubts = await asyncio.to_thread(_take, transactions, clock(), unsure_for)
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def settle(doubt: Doubt) -> bool:
        async with at_once:
            return await turn.settle(doubt)

    found = sum(await asyncio.gather(*map(settle, doubts)))
    if moved or doubts:
        log.info("messages rescued", left_behind=moved, asked=len(doubts), settled=found)
    told = await look_up(
        transactions, channels, clock=clock, after=look_up_after, fallback=fallback
    )
    return moved + found + told


def _take(
    transactions: Transactions, now: datetime, unsure_for: timedelta
) -> tuple[int, list[Doubt]]:
    with transactions.read() as conn:
        if conn.execute(_ANY, {"now": now}).first() is None:
            return 0, []
    with transactions.write() as conn:
        moved = len(conn.execute(_REQUEUE, {"now": now}).all())
        moved += len(conn.execute(_DOUBT, {"now": now, "look_at": now + unsure_for}).all())
        who = secrets.token_hex(8)
        rows = conn.execute(_TAKE, {"who": who, "now": now, "until": now + _LOOK}).all()
        return moved, _doubts(conn, rows, who)


def _doubts(conn: Connection, rows: Any, who: str) -> list[Doubt]:
    if not rows:
        return []
    tried = {
        (each.message_id, each.number): each
        for each in conn.execute(_TRIED, {"ids": [row.id for row in rows]})
    }
    doubts = []
    for row in rows:
        last = tried.get((row.id, row.attempts))
        if last is not None:
            doubts.append(
                Doubt(row.id, row.channel, row.recipient, row.body, row.attempts, row.misses,
                      last.id, last.started_at, who)
            )  # fmt: skip
    return doubts
