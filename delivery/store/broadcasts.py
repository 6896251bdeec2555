"""Broadcasts and how far each recipient got: the rows are the checkpoint, nothing is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, or_, select, update

from delivery.rules.refusals import NotFound
from delivery.store.tables import broadcast, broadcast_recipient
from notifications.tables import message

PENDING, POSTED, SKIPPED = "pending", "posted", "skipped"
#: What became of a message that was held back because its broadcast was cancelled.
CALLED_OFF = "cancelled"


@dataclass(frozen=True)
class Broadcast:
    number: int
    id: str
    state: str
    audience: dict[str, Any]
    notice: str
    fields: dict[str, Any]
    #: What was shown before it was confirmed.
    shown: dict[str, Any]
    by: str
    created_at: datetime
    confirmed_at: datetime | None
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    why: str
    forgiven: int

    @property
    def gate(self) -> str:
        return gate_of(self.id)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of the audience, as it was fixed."""

    reference: str
    locale: str
    kind: str
    by_email: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one recipient."""

    reference: str
    state: str
    why: str = ""
    moved: bool = False
    message_id: int | None = None


_COLUMNS = tuple(broadcast.c[each.name] for each in fields(Broadcast))
_ADD = insert(broadcast).returning(broadcast.c.number)
_OF_ID = select(*_COLUMNS).where(broadcast.c.id == bindparam("which"))
_LOCK = _OF_ID.with_for_update()
_SHARE = _OF_ID.with_for_update(read=True)
_OPEN = (
    select(*_COLUMNS)
    .where(broadcast.c.state.in_(("starting", "running")))
    .order_by(broadcast.c.number)
)
_PAGE = (
    select(*_COLUMNS)
    .where(broadcast.c.number < bindparam("before"))
    .order_by(broadcast.c.number.desc())
    .limit(bindparam("most"))
)
_CHANGE = update(broadcast).where(broadcast.c.number == bindparam("which"))
_R = broadcast_recipient.c
_RECIPIENT = (_R.reference, _R.locale, _R.kind, _R.by_email)
_PENDING = (
    select(*_RECIPIENT)
    .where(_R.broadcast == bindparam("of"), _R.state == PENDING)
    .order_by(_R.reference)
    .limit(bindparam("most"))
)
_STILL_PENDING = (
    select(*_RECIPIENT)
    .where(
        _R.broadcast == bindparam("of"), _R.state == PENDING,
        _R.reference.in_(bindparam("references", expanding=True)),
    )
    .order_by(_R.reference)
    .with_for_update()
)  # fmt: skip
_SETTLE = (
    update(broadcast_recipient)
    .where(
        _R.broadcast == bindparam("of"), _R.reference == bindparam("who"), _R.state == PENDING
    )
    .values(
        state=bindparam("to"), why=bindparam("because"), moved=bindparam("was_moved"),
        message_id=bindparam("message"),
    )
)  # fmt: skip
_SKIP_REST = (
    update(broadcast_recipient)
    .where(_R.broadcast == bindparam("of"), _R.state == PENDING)
    .values(state=SKIPPED, why=CALLED_OFF)
)
_GATED = message.c.gate == bindparam("name")
_OLD_DRAFT = (
    select(broadcast.c.number)
    .where(broadcast.c.state == "draft", broadcast.c.created_at < bindparam("before"))
    .order_by(broadcast.c.number)
    .limit(1)
    .with_for_update()
)
_FORGET_PEOPLE = delete(broadcast_recipient).where(_R.broadcast == bindparam("of"))
_FORGET = delete(broadcast).where(broadcast.c.number == bindparam("of"))
_NOT_BEGUN = or_(
    message.c.state == "queued", and_(message.c.state == "sending", message.c.in_call.is_(False))
)
_HOLD_BACK = (
    update(message)
    .where(_GATED, _NOT_BEGUN)
    .values(
        state="suppressed", error=CALLED_OFF, lease_by=None, lease_until=None,
        changed_at=bindparam("now"),
    )
)  # fmt: skip
# One whose outcome nobody knows may have left; but it is not tried again.
_LET_BE = (
    update(message)
    .where(_GATED, message.c.state.in_(("unsure", "sending")))
    .values(not_after=bindparam("now"))
)


def throw_away_draft(conn: Connection, *, before: datetime) -> bool:
    """Remove the oldest draft from before then, with its recipients; False when there is none."""
    number = conn.scalar(_OLD_DRAFT, {"before": before})
    if number is None:
        return False
    conn.execute(_FORGET_PEOPLE, {"of": number})
    conn.execute(_FORGET, {"of": number})
    return True


def gate_of(broadcast_id: str) -> str:
    """The gate before all messages of a broadcast."""
    return f"broadcast:{broadcast_id}"


def key_of(broadcast_id: str, reference: str) -> str:
    """One message for one recipient, however often it is tried."""
    return f"broadcast:{broadcast_id}:{reference}"


def add(conn: Connection, **values: Any) -> int:
    """Write a new one down; its number."""
    return int(conn.execute(_ADD, values).scalar_one())


def get(conn: Connection, broadcast_id: str) -> Broadcast:
    """Raises `NotFound`."""
    return _one(conn, _OF_ID, broadcast_id)


def lock(conn: Connection, broadcast_id: str) -> Broadcast:
    """As `get`, kept from every other writer until this transaction ends."""
    return _one(conn, _LOCK, broadcast_id)


def share(conn: Connection, broadcast_id: str) -> Broadcast:
    """As `get`; nobody changes its state until this transaction ends."""
    return _one(conn, _SHARE, broadcast_id)


def open_ones(conn: Connection) -> list[Broadcast]:
    """Those that start or run, the oldest first."""
    return [_read(row) for row in conn.execute(_OPEN)]


def page(conn: Connection, *, before: int, most: int) -> list[Broadcast]:
    """The newest first, from the one before this number on."""
    return [_read(row) for row in conn.execute(_PAGE, {"before": before, "most": most})]


def change(conn: Connection, known: Broadcast, **values: Any) -> None:
    conn.execute(_CHANGE.values(**values), {"which": known.number})


def pending(conn: Connection, number: int, most: int) -> list[Recipient]:
    """The next who are to be written to."""
    rows = conn.execute(_PENDING, {"of": number, "most": most})
    return [Recipient(*row) for row in rows]


def still_pending(conn: Connection, number: int, references: Iterable[str]) -> list[Recipient]:
    """Those of them that nobody has settled meanwhile, locked."""
    rows = conn.execute(_STILL_PENDING, {"of": number, "references": list(references)})
    return [Recipient(*row) for row in rows]


def settle(conn: Connection, number: int, ends: Sequence[Settled]) -> None:
    """Write down what became of them, in the transaction of it."""
    if not ends:
        return
    conn.execute(_SETTLE, [
        {"of": number, "who": each.reference, "to": each.state, "because": each.why,
         "was_moved": each.moved, "message": each.message_id}
        for each in ends
    ])  # fmt: skip


def call_off(conn: Connection, known: Broadcast, *, now: datetime) -> int:
    """Hold back everything that has not begun; how many messages that were."""
    conn.execute(_SKIP_REST, {"of": known.number})
    held = conn.execute(_HOLD_BACK, {"name": known.gate, "now": now}).rowcount
    conn.execute(_LET_BE, {"name": known.gate, "now": now})
    return int(held)


def _one(conn: Connection, statement: Any, broadcast_id: str) -> Broadcast:
    row = conn.execute(statement, {"which": broadcast_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such broadcast.")
    return _read(row)


def _read(row: Row[Any]) -> Broadcast:
    return Broadcast(**row._mapping)
