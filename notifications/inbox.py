"""Replies: kept once, by the provider's id, and settled one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notifications.tables import reply


@dataclass(frozen=True)
class Reply:
    id: int
    provider_id: str
    sender: str
    recipient: str
    body: str
    media: int
    received_at: datetime


_KEEP = {
    name: insert(reply).on_conflict_do_nothing(index_elements=["provider_id"]).returning(reply.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_NEXT = (
    select(
        reply.c.id, reply.c.provider_id, reply.c.sender, reply.c.recipient, reply.c.body,
        reply.c.media, reply.c.received_at,
    )
    .where(reply.c.state == "waiting")
    .order_by(reply.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)  # fmt: skip
_SETTLE = (
    update(reply)
    .where(reply.c.id == bindparam("reply"))
    .values(state=bindparam("to_state"), about=bindparam("of"), settled_at=bindparam("now"))
)
_ABOUT = (
    select(reply.c.id, reply.c.body, reply.c.state, reply.c.received_at.label("at"))
    .where(reply.c.about == bindparam("of"))
    .order_by(reply.c.id)
)


def keep_reply(
    conn: Connection, *, provider_id: str, sender: str, recipient: str, body: str, media: int = 0,
    now: datetime, state: str = "waiting",
) -> bool:  # fmt: skip
    """Keep a reply; False when it was kept before."""
    fields = {
        "provider_id": provider_id, "sender": sender, "recipient": recipient, "body": body,
        "media": media, "state": state, "received_at": now,
    }  # fmt: skip
    return conn.execute(_KEEP[conn.dialect.name], fields).scalar() is not None


def next_waiting(conn: Connection) -> Reply | None:
    """The oldest reply nobody has looked at, locked until the transaction ends."""
    row = conn.execute(_NEXT).one_or_none()
    return Reply(**row._mapping) if row else None


def settle(
    conn: Connection, reply_id: int, *, state: str, about: str | None, now: datetime
) -> None:
    """Say what became of a reply: answered, with_person or keyword."""
    conn.execute(_SETTLE, {"reply": reply_id, "to_state": state, "of": about, "now": now})


def replies_about(conn: Connection, about: str) -> list[dict[str, Any]]:
    """Every reply settled as being about one thing, oldest first: id, body, state, at."""
    return [dict(row._mapping) for row in conn.execute(_ABOUT, {"of": about})]
