"""Replies: each kept once, in the order they came, until somebody has settled them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import reply

WAITING, ANSWERED, WITH_PERSON, KEYWORD = "waiting", "answered", "with_person", "keyword"


@dataclass(frozen=True)
class Reply:
    """One SMS from a customer."""

    id: int
    provider_id: str
    sender: str
    recipient: str
    body: str
    media: int
    received_at: datetime


_COLUMNS = tuple(getattr(reply.c, name) for name in Reply.__dataclass_fields__)
_KEEP = upsert(reply).on_conflict_do_nothing(index_elements=["provider_id"]).returning(reply.c.id)
_NEXT = (
    select(*_COLUMNS)
    .where(reply.c.state == WAITING)
    .order_by(reply.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_SETTLE = (
    update(reply)
    .where(reply.c.id == bindparam("reply"))
    .values(state=bindparam("to"), about=bindparam("of"), settled_at=bindparam("now"))
)
_ABOUT = (
    select(*_COLUMNS, reply.c.state, reply.c.settled_at)
    .where(reply.c.about == bindparam("of"))
    .order_by(reply.c.id)
)


def keep_reply(
    conn: Connection,
    *,
    provider_id: str,
    sender: str,
    recipient: str,
    body: str,
    media: int = 0,
    state: str = WAITING,
    now: datetime,
    received_at: datetime | None = None,
) -> bool:
    """Keep it, once, as received now unless another time is given.

    False when it was kept before, and then nothing is changed.
    """
    kept = conn.execute(
        _KEEP,
        {"provider_id": provider_id, "sender": sender, "recipient": recipient, "body": body,
         "media": media, "state": state, "received_at": received_at or now,
         "settled_at": None if state == WAITING else now},
    ).scalar_one_or_none()  # fmt: skip
    return kept is not None


def next_waiting(conn: Connection) -> Reply | None:
    """The oldest reply nobody has settled, locked for this transaction."""
    row = conn.execute(_NEXT).one_or_none()
    return None if row is None else Reply(**row._mapping)


def settle(
    conn: Connection, reply_id: int, *, state: str, about: str | None, now: datetime
) -> None:
    """It is answered or with a person; `about` says which booking it was about."""
    conn.execute(_SETTLE, {"reply": reply_id, "to": state, "of": about, "now": now})


def replies_about(conn: Connection, about: str) -> list[dict[str, Any]]:
    """All that was written about one booking, oldest first."""
    return [dict(row._mapping) for row in conn.execute(_ABOUT, {"of": about})]
