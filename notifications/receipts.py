"""Receipts: each kept once, and a message only ever moves forward by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications import consent
from notifications.message import after_receipt
from notifications.providers.base import ReceivedReceipt
from notifications.tables import attempt, message, receipt

_OF_ATTEMPT = select(
    attempt.c.message_id, attempt.c.provider_id, attempt.c.outcome
).where(attempt.c.id == bindparam("attempt"))  # fmt: skip
_MESSAGE = (
    select(
        message.c.id, message.c.state, message.c.provider_id, message.c.recipient,
        message.c.error, message.c.sent_at,
    )
    .where(message.c.id == bindparam("number"))
    .with_for_update()
)  # fmt: skip
_KEEP = (
    upsert(receipt)
    .on_conflict_do_nothing(index_elements=["provider_id", "status"])
    .returning(receipt.c.id)
)
# It has an id at the provider, so it was accepted, whatever we saw of the call.
_ACCEPTED = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"), attempt.c.provider_id.is_(None))
    .values(outcome="accepted", provider_id=bindparam("sid"), ended_at=bindparam("now"))
)
_MOVE = (
    update(message)
    .where(message.c.id == bindparam("number"))
    .values(
        state=bindparam("to"), provider_id=bindparam("sid"), error=bindparam("why"),
        sent_at=bindparam("left_at"), changed_at=bindparam("now"),
        in_call=False, lease_by=None, lease_until=None,
    )
)  # fmt: skip


def keep_receipt(
    conn: Connection, attempt_id: str, news: ReceivedReceipt, *, now: datetime
) -> bool:
    """Keep it and move its message forward. False when it says nothing new, or not of ours.

    It finds its message by our attempt, also before the provider has answered our call.
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
    conn.execute(_ACCEPTED, {"which": attempt_id, "sid": news.provider_id, "now": now})
    # A message sent twice after all follows the attempt it is known by.
    if told.provider_id in (None, news.provider_id):
        reported = after_receipt(told.state, news.state or "sent")
        conn.execute(
            _MOVE,
            {"number": told.id, "to": reported, "sid": news.provider_id, "now": now,
             "why": news.error or (told.error if told.provider_id else None),
             "left_at": told.sent_at or now},
        )  # fmt: skip
    if news.opted_out:
        consent.opt_out(conn, told.recipient, source="provider", words=news.error or "", now=now)
    return True
