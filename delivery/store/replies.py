"""Replies as the delivery side sees them: is one waiting, and who wrote that we do not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from delivery.rules.refusals import NotFound
from notifications.tables import reply


@dataclass(frozen=True)
class Stranger:
    """A reply from a number that no booking has; a person looks at it."""

    id: int
    sender: str
    body: str
    received_at: datetime

    @property
    def about(self) -> str:
        """What messages to them are about, as no booking is."""
        return f"unknown-{self.id}"


_ANY = select(reply.c.id).where(reply.c.state == "waiting").limit(1)
_STRANGER = select(reply.c.id, reply.c.sender, reply.c.body, reply.c.received_at)
_STRANGERS = (
    _STRANGER.where(reply.c.state == "with_person", reply.c.about.is_(None))
    .order_by(reply.c.id)
    .limit(bindparam("limit"))
)
_ONE = _STRANGER.where(reply.c.id == bindparam("number"), reply.c.about.is_(None))
_CLOSE = update(reply).where(reply.c.id == bindparam("number")).values(state="answered")


def any_waiting(conn: Connection) -> bool:
    return conn.execute(_ANY).first() is not None


def strangers(conn: Connection, limit: int = 100) -> list[Stranger]:
    """Those nobody has looked at, oldest first."""
    return [Stranger(**row._mapping) for row in conn.execute(_STRANGERS, {"limit": limit})]


def stranger(conn: Connection, reply_id: int) -> Stranger:
    """The stranger's reply with this number. Raises `NotFound`."""
    row = conn.execute(_ONE, {"number": reply_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return Stranger(**row._mapping)


def close_stranger(conn: Connection, reply_id: int) -> None:
    conn.execute(_CLOSE, {"number": reply_id})
