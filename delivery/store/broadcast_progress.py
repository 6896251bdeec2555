"""How far a broadcast got, counted from the rows of its recipients and messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from delivery.store.broadcasts import Broadcast
from delivery.store.tables import booking, broadcast_recipient
from notifications.tables import message

_R = broadcast_recipient.c
_STATES = select(_R.state, func.count()).where(_R.broadcast == bindparam("of")).group_by(_R.state)
_MOVED = select(func.count()).where(_R.broadcast == bindparam("of"), _R.moved)
_MESSAGES = (
    select(message.c.state, func.count())
    .where(message.c.gate == bindparam("name"))
    .group_by(message.c.state)
)
_GATED = message.c.gate == bindparam("name")
_REFUSED = (
    select(func.count())
    .select_from(message)
    .where(
        _GATED, message.c.state == "failed",
        message.c.error.in_(bindparam("codes", expanding=True)),
    )
)  # fmt: skip
_DUE = (
    select(message.c.id)
    .where(_GATED, message.c.state.in_(("queued", "sending")), message.c.due_at <= bindparam("now"))
    .limit(bindparam("most"))
    .subquery()
)
_QUEUED = select(func.count()).select_from(_DUE)
_UNDER_WAY = select(message.c.id).where(
    _GATED, message.c.state.in_(("queued", "sending"))
).limit(1)  # fmt: skip
_AHEAD = select(func.coalesce(func.sum(message.c.segments), 0)).where(
    message.c.state == "queued", message.c.due_at <= bindparam("now")
)
_ALL = select(
    select(func.count()).where(message.c.state == "queued").scalar_subquery().label("waiting"),
    select(func.count())
    .where(message.c.state == "sending", message.c.in_call)
    .scalar_subquery()
    .label("out"),
)
_PEOPLE = (
    select(
        _R.reference, _R.locale, _R.kind, _R.state, _R.why, _R.moved, booking.c.given_name,
        message.c.channel, message.c.recipient, message.c.state.label("message_state"),
        message.c.changed_at, message.c.error,
    )
    .join(booking, booking.c.reference == _R.reference)
    .outerjoin(message, message.c.id == _R.message_id)
    .where(_R.broadcast == bindparam("of"), _R.reference > bindparam("after"))
    .order_by(_R.reference)
    .limit(bindparam("most"))
)  # fmt: skip


def recipients_by_state(conn: Connection, known: Broadcast) -> dict[str, int]:
    return {state: count for state, count in conn.execute(_STATES, {"of": known.number})}


def messages_by_state(conn: Connection, known: Broadcast) -> dict[str, int]:
    return {state: count for state, count in conn.execute(_MESSAGES, {"name": known.gate})}


def promises_moved(conn: Connection, known: Broadcast) -> int:
    return int(conn.execute(_MOVED, {"of": known.number}).scalar_one())


def refused(conn: Connection, known: Broadcast, codes: Iterable[str]) -> int:
    """How many of its messages failed with one of these codes."""
    asked = {"name": known.gate, "codes": sorted(codes)}
    return int(conn.execute(_REFUSED, asked).scalar_one())


def queued(conn: Connection, known: Broadcast, *, now: datetime, most: int) -> int:
    """How many of its messages could leave now and have not; counted up to `most`."""
    asked = {"name": known.gate, "now": now, "most": most}
    return int(conn.execute(_QUEUED, asked).scalar_one())


def is_under_way(conn: Connection, known: Broadcast) -> bool:
    """Whether a message of it has still to leave, now or in the morning."""
    return conn.execute(_UNDER_WAY, {"name": known.gate}).first() is not None


def segments_ahead(conn: Connection, *, now: datetime) -> int:
    """The segments of all messages that could leave now."""
    return int(conn.execute(_AHEAD, {"now": now}).scalar_one())


def people(conn: Connection, known: Broadcast, *, after: str, most: int) -> list[dict[str, Any]]:
    """Its recipients by reference, with their message where there is one."""
    rows = conn.execute(_PEOPLE, {"of": known.number, "after": after, "most": most})
    return [dict(row._mapping) for row in rows]


def everything(conn: Connection) -> dict[str, int]:
    """Of all messages: how many wait, and how many calls are out at this moment."""
    row = conn.execute(_ALL).one()
    return {"waiting": int(row.waiting), "on_the_wire": int(row.out)}
