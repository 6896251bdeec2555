"""Receipts: each kept once, and a message only ever moves forward by them.

What the provider says when it is asked is kept and followed the same way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications import breaker, consent, consequences, tasks
from notifications.columns import UtcDateTime
from notifications.consequences import SayElsewhere
from notifications.message import after_receipt
from notifications.providers.base import ReceivedReceipt
from notifications.tables import attempt, message, receipt

_OF_ATTEMPT = select(
    attempt.c.message_id, attempt.c.number, attempt.c.provider_id, attempt.c.outcome
).where(attempt.c.id == bindparam("attempt"))  # fmt: skip
_MESSAGE = (
    select(
        message.c.id, message.c.state, message.c.provider_id, message.c.recipient,
        message.c.error, message.c.sent_at, message.c.attempts, message.c.carried_by,
        message.c.channel,
    )
    .where(message.c.id == bindparam("number"))
    .with_for_update()
)  # fmt: skip
_KEEP = (
    upsert(receipt)
    .on_conflict_do_nothing(index_elements=["provider_id", "status"])
    .returning(receipt.c.id)
)
# The same words went to the same person twice, and the list could not tell whose this is: the
# receipt can. The other one is asked for again.
_TAKE_BACK = (
    update(message)
    .where(
        message.c.provider_id == bindparam("sid"), message.c.id != bindparam("number"),
        message.c.state == "sent",
    )
    .values(
        state="unsure", provider_id=None, sent_at=None, misses=0, lease_by=None,
        lease_until=bindparam("now"), changed_at=bindparam("now"),
    )
    .returning(message.c.id)
)  # fmt: skip
_NOT_THIS_ONE = (
    update(attempt)
    .where(attempt.c.provider_id == bindparam("sid"), attempt.c.message_id == bindparam("other"))
    .values(provider_id=None, outcome="unknown")
)
# It has an id at the provider, so it was accepted, whatever we saw of the call.
_ACCEPTED = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"), attempt.c.provider_id.is_(None))
    .values(outcome="accepted", provider_id=bindparam("sid"), ended_at=bindparam("now"))
)
# And then it failed on its way: this attempt is over.
_FAILED = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"))
    .values(
        outcome="failed", error=bindparam("why"),
        ended_at=func.coalesce(attempt.c.ended_at, bindparam("now", type_=UtcDateTime)),
    )
)  # fmt: skip
_MOVE = (
    update(message)
    .where(message.c.id == bindparam("number"))
    .values(
        state=bindparam("to"), provider_id=bindparam("sid"), error=bindparam("why"),
        sent_at=bindparam("left_at"), changed_at=bindparam("now"),
        in_call=False, lease_by=None, lease_until=None,
        # While `sent` it counts how often the provider was asked: see `lookups`.
        misses=case((message.c.state == "sent", message.c.misses), else_=0),
    )
)  # fmt: skip


def keep_receipt(
    conn: Connection,
    attempt_id: str,
    news: ReceivedReceipt,
    *,
    now: datetime,
    fallback: SayElsewhere | None = None,
) -> bool:
    """Keep it and move its message forward. False when it says nothing new, or not of ours.

    It finds its message by our attempt, also before the provider has answered our call. A message
    that failed on its way is tried again or said elsewhere by `fallback`: see `consequences`.
    """
    ours = conn.execute(_OF_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    if ours is None:
        return False
    told = conn.execute(_MESSAGE, {"number": ours.message_id}).one()
    # Read again under the message's lock: another receipt may just have been the first.
    ours = conn.execute(_OF_ATTEMPT, {"attempt": attempt_id}).one()
    if ours.provider_id not in (None, news.provider_id):
        return False
    row = {"attempt_id": attempt_id, "provider_id": news.provider_id, "status": news.status,
           "error": news.error, "received_at": now}  # fmt: skip
    if conn.execute(_KEEP, row).scalar_one_or_none() is None:
        return False
    if told.provider_id is None:
        _take_back(conn, told.id, news.provider_id, now)
    conn.execute(_ACCEPTED, {"which": attempt_id, "sid": news.provider_id, "now": now})
    if news.opted_out or (news.failure is not None and news.failure.kind == "consent"):
        consent.opt_out(
            conn, told.recipient, source="provider", words=news.error or "", now=now,
            fallback=fallback,
        )  # fmt: skip
    # A message sent twice after all follows the attempt it is known by.
    if told.provider_id in (None, news.provider_id):
        _follow(conn, attempt_id, ours, told, news, now, fallback)
    return True


def _take_back(conn: Connection, which: int, provider_id: str, now: datetime) -> None:
    row = {"number": which, "sid": provider_id, "now": now}
    for other in conn.execute(_TAKE_BACK, row).scalars().all():
        conn.execute(_NOT_THIS_ONE, {"sid": provider_id, "other": other})


def _follow(
    conn: Connection,
    attempt_id: str,
    ours: Any,
    told: Any,
    news: ReceivedReceipt,
    now: datetime,
    fallback: SayElsewhere | None,
) -> None:
    """Move the message, unless this attempt's end is known already, or it is not the latest."""
    failed = news.state == "failed"
    if ours.outcome == "failed" and news.state != "delivered":
        return  # late news of an attempt that is over: the message may wait for its next
    if failed:
        conn.execute(_FAILED, {"which": attempt_id, "why": news.error, "now": now})
        if ours.number != told.attempts:
            return
    if told.state == "unsure":
        tasks.settled(conn, f"unsure:{told.id}", by="itself", now=now)
    reported = after_receipt(told.state, news.state or "sent")
    conn.execute(
        _MOVE,
        {"number": told.id, "to": reported, "sid": news.provider_id, "now": now,
         "why": news.error or (told.error if told.provider_id else None),
         "left_at": told.sent_at or now},
    )  # fmt: skip
    if failed and reported == "failed" != told.state:
        why = consequences.of_code(news.failure, news.error)
        breaker.report(conn, told.carried_by or told.channel, why, to=told.recipient, now=now)
        consequences.follow(conn, told.id, why, now=now, say_elsewhere=fallback)
