"""One message of which nobody knows whether it was sent: what the provider has, and what it means.

A message the provider lists was sent. One it does not know, asked twice some time apart, may leave
once more if that is still of use; else a person is asked to look.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, and_, bindparam, case, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from notifications import tasks
from notifications.channels import Channels
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.providers.base import Found, LookupFailed, ReceivedReceipt
from notifications.receipts import keep_receipt
from notifications.tables import attempt, message
from notifications.transactions import Transactions

log = structlog.get_logger()

ENOUGH_MISSES = 2
_TRIES = 5


@dataclass(frozen=True)
class Doubt:
    """An unsure message and its latest attempt."""

    id: int
    channel: str
    to: str
    body: str
    number: int
    misses: int
    attempt: str
    since: datetime
    #: The turn that has it to itself.
    who: str


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
        lease_by=None, lease_until=None, error=None, misses=0, changed_at=bindparam("now"),
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
    .returning(message.c.state, message.c.about, message.c.notice)
)  # fmt: skip
_GIVE_UP = (
    update(message)
    .where(_UNSURE)
    .values(lease_by=None, lease_until=None, changed_at=bindparam("now"))
    .returning(message.c.about, message.c.notice)
)


class Turn:
    """What a turn works with, and how it settles one doubt."""

    def __init__(
        self,
        transactions: Transactions,
        channels: Channels,
        clock: Clock,
        unsure_for: timedelta,
        fallback: SayElsewhere | None,
    ) -> None:
        self._transactions = transactions
        self._channels = channels
        self._clock = clock
        self._unsure_for = unsure_for
        self._fallback = fallback

    async def settle(self, doubt: Doubt) -> bool:
        """Ask the provider and write down what that means; True when nothing is left open."""
        found: list[Found] | None = None
        if askable := self._channels.settles_doubt(doubt.channel, doubt.number):
            try:
                found = await self._channels.find(
                    doubt.to, doubt.body, doubt.since, channel=doubt.channel
                )
            except LookupFailed as error:
                log.warning("provider could not be asked", message=doubt.id, error=str(error))
        for _ in range(_TRIES):
            try:
                return await asyncio.to_thread(self._write_down, doubt, found, askable)
            except IntegrityError:
                continue  # another rescuer has just taken the same one for a twin: then the next
            except SQLAlchemyError as error:
                log.warning("rescue not written down", message=doubt.id, error=type(error).__name__)
                break
        return False  # its lease runs out and it is asked for again

    def _write_down(self, doubt: Doubt, found: list[Found] | None, askable: bool) -> bool:
        now = self._clock()
        with self._transactions.write() as conn:
            which = {"of": doubt.id, "tried": doubt.number, "now": now}
            if conn.execute(_LOCK, which | {"who": doubt.who}).first() is None:
                return False  # a receipt, a late answer or another rescuer was faster
            if not askable:
                return _leave_to_people(conn, which)
            later = which | {"missed": doubt.misses, "look_at": now + self._unsure_for / 2}
            twin = which | {"phone": doubt.to, "words": doubt.body}
            if found is None or (found and conn.execute(_TWIN_OUT, twin).first()):
                conn.execute(_LOOK_LATER, later)
                return False
            if sent := _unowned(conn, found):
                _was_sent(conn, doubt, sent, which, self._fallback)
                return True
            if doubt.misses + 1 < ENOUGH_MISSES:
                conn.execute(_LOOK_LATER, later | {"missed": doubt.misses + 1})
                return False
            row = conn.execute(_AGAIN, which | {"missed": doubt.misses + 1}).one()
            if row.state == "unsure":
                _show(conn, row, which)
            return True


def _was_sent(
    conn: Connection,
    doubt: Doubt,
    sent: Found,
    which: dict[str, Any],
    fallback: SayElsewhere | None,
) -> None:
    news = which | {"sid": sent.provider_id, "to": "sent", "left_at": sent.created_at}
    conn.execute(_SENT, news)
    conn.execute(_ACCEPTED, news | {"which": doubt.attempt})
    if sent.state != "sent":  # and more is known of it: as if a receipt had said so
        status = sent.status or sent.state
        told = ReceivedReceipt(
            sent.provider_id, status, sent.state, sent.error, failure=sent.failure
        )
        keep_receipt(conn, doubt.attempt, told, now=which["now"], fallback=fallback)


def _leave_to_people(conn: Connection, which: dict[str, Any]) -> bool:
    """Its channel keeps no record that could be asked: it may have been sent, and stays so."""
    row = conn.execute(_GIVE_UP, which).one()
    _show(conn, row, which)
    return True


def _show(conn: Connection, row: Any, which: dict[str, Any]) -> None:
    text = (
        f"Nobody knows whether the message {row.notice} was sent, and it is not sent again."
        " Ask the person whether it has come."
    )
    tasks.add(conn, kind="unsure", about=row.about, text=text, now=which["now"],
              dedupe_key=f"unsure:{which['of']}")  # fmt: skip


def _unowned(conn: Connection, found: list[Found]) -> Found | None:
    """The first that no attempt of ours is known by."""
    ids = [each.provider_id for each in found]
    owned = set(conn.execute(_OWNED, {"ids": ids}).scalars()) if ids else set()
    return next((each for each in found if each.provider_id not in owned), None)
