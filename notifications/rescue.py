"""Messages left behind: a worker died with them, or nobody knows whether they were sent.

One whose call may have been out is never simply sent again. The provider is asked what it has;
only after it did not know the message twice, some time apart, may it leave once more.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, and_, bindparam, case, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from notifications.clocks import Clock
from notifications.providers.base import Found, LookupFailed, Provider
from notifications.tables import attempt, message
from notifications.transactions import Transactions

log = structlog.get_logger()

#: How many are looked up in one turn.
_MOST = 50
#: Lookups out at once: calls go first.
_AT_ONCE = 8
#: How long one rescuer has a message to itself while it asks; longer than any lookup.
_LOOK = timedelta(seconds=60)
ENOUGH_MISSES = 2

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
        message.c.id, message.c.recipient, message.c.body, message.c.attempts, message.c.misses,
    )
)  # fmt: skip
_TRIED = select(attempt.c.message_id, attempt.c.id, attempt.c.started_at, attempt.c.number).where(
    attempt.c.message_id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True)
class _Doubt:
    """An unsure message and its latest attempt."""

    id: int
    to: str
    body: str
    number: int
    misses: int
    attempt: str
    since: datetime
    #: The turn that has it to itself.
    who: str


async def rescue(
    transactions: Transactions,
    provider: Provider,
    *,
    clock: Clock,
    unsure_for: timedelta,
) -> int:
    """One turn over what was left behind; how many messages it moved on.

    Any number of workers may do this at once.
    """
    moved, doubts = await asyncio.to_thread(_take, transactions, clock(), unsure_for)
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def settle(doubt: _Doubt) -> bool:
        async with at_once:
            return await _settle(transactions, provider, doubt, clock, unsure_for)

    found = sum(await asyncio.gather(*map(settle, doubts)))
    if moved or doubts:
        log.info("messages rescued", left_behind=moved, asked=len(doubts), settled=found)
    return moved + found


def _take(
    transactions: Transactions, now: datetime, unsure_for: timedelta
) -> tuple[int, list[_Doubt]]:
    with transactions.read() as conn:
        if conn.execute(_ANY, {"now": now}).first() is None:
            return 0, []
    with transactions.write() as conn:
        moved = len(conn.execute(_REQUEUE, {"now": now}).all())
        moved += len(conn.execute(_DOUBT, {"now": now, "look_at": now + unsure_for}).all())
        who = secrets.token_hex(8)
        rows = conn.execute(_TAKE, {"who": who, "now": now, "until": now + _LOOK}).all()
        return moved, _doubts(conn, rows, who)


def _doubts(conn: Connection, rows: Any, who: str) -> list[_Doubt]:
    if not rows:
        return []
    tried = {
        (each.message_id, each.number): each
        for each in conn.execute(_TRIED, {"ids": [row.id for row in rows]})
    }
    return [
        _Doubt(
            row.id, row.recipient, row.body, row.attempts, row.misses, last.id, last.started_at, who
        )
        for row in rows
        if (last := tried.get((row.id, row.attempts)))
    ]


async def _settle(
    transactions: Transactions,
    provider: Provider,
    doubt: _Doubt,
    clock: Clock,
    unsure_for: timedelta,
) -> bool:
    try:
        found: list[Found] | None = await provider.find(doubt.to, doubt.body, doubt.since)
    except LookupFailed as error:
        log.warning("provider could not be asked", message=doubt.id, error=str(error))
        found = None
    try:
        return await asyncio.to_thread(_write_down, transactions, doubt, found, clock(), unsure_for)
    except (IntegrityError, SQLAlchemyError) as error:
        # Its lease runs out and it is asked for again.
        log.warning("rescue not written down", message=doubt.id, error=type(error).__name__)
        return False


_UNSURE = and_(
    message.c.id == bindparam("of"),
    message.c.attempts == bindparam("tried"),
    message.c.state == "unsure",
)
_LOCK = (
    select(message.c.id).where(_UNSURE, message.c.lease_by == bindparam("who")).with_for_update()
)
_OWNED = select(attempt.c.provider_id).where(
    attempt.c.provider_id.in_(bindparam("ids", expanding=True))
)
# The same words to the same person, handed over at this moment: what the provider lists may be
# that one.
_TWIN_OUT = select(message.c.id).where(
    message.c.recipient == bindparam("phone"), message.c.body == bindparam("words"),
    message.c.state == "sending", message.c.in_call.is_(True), message.c.id != bindparam("of"),
).limit(1)  # fmt: skip
_SENT = (
    update(message)
    .where(_UNSURE)
    .values(
        state=bindparam("to"), provider_id=bindparam("sid"), sent_at=bindparam("left_at"),
        lease_by=None, lease_until=None, error=None, changed_at=bindparam("now"),
    )
)  # fmt: skip
_ACCEPTED = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"))
    .values(outcome="accepted", provider_id=bindparam("sid"), ended_at=bindparam("now"))
)
_LOOK_LATER = update(message).where(_UNSURE).values(
    misses=bindparam("missed"), lease_by=None, lease_until=bindparam("look_at")
)  # fmt: skip
_USEFUL = or_(message.c.not_after.is_(None), message.c.not_after > bindparam("now"))
_AGAIN = (
    update(message)
    .where(_UNSURE)
    .values(
        state=case((_USEFUL, "queued"), else_="unsure"), misses=bindparam("missed"),
        lease_by=None, lease_until=None, changed_at=bindparam("now"),
        due_at=bindparam("now"),
    )
)  # fmt: skip


def _write_down(
    transactions: Transactions,
    doubt: _Doubt,
    found: list[Found] | None,
    now: datetime,
    unsure_for: timedelta,
) -> bool:
    with transactions.write() as conn:
        which = {"of": doubt.id, "tried": doubt.number, "now": now}
        if conn.execute(_LOCK, which | {"who": doubt.who}).first() is None:
            return False  # a receipt, a late answer or another rescuer was faster
        later = which | {"missed": doubt.misses, "look_at": now + unsure_for / 2}
        twin = which | {"phone": doubt.to, "words": doubt.body}
        if found is None or (found and conn.execute(_TWIN_OUT, twin).first()):
            conn.execute(_LOOK_LATER, later)
            return False
        if sent := _unowned(conn, found):
            news = which | {"sid": sent.provider_id, "to": sent.state, "left_at": sent.created_at}
            conn.execute(_SENT, news)
            conn.execute(_ACCEPTED, news | {"which": doubt.attempt})
            return True
        if doubt.misses + 1 < ENOUGH_MISSES:
            conn.execute(_LOOK_LATER, later | {"missed": doubt.misses + 1})
            return False
        conn.execute(_AGAIN, which | {"missed": doubt.misses + 1})
        return True


def _unowned(conn: Connection, found: list[Found]) -> Found | None:
    """The first that no attempt of ours is known by."""
    ids = [each.provider_id for each in found]
    owned = set(conn.execute(_OWNED, {"ids": ids}).scalars()) if ids else set()
    return next((each for each in found if each.provider_id not in owned), None)
