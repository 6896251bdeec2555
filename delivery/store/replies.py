"""Replies as the delivery side sees them: is one waiting, and who wrote that we do not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from delivery.rules.refusals import NotFound
from notifications.inbox import Reply
from notifications.tables import message, reply

#: Answers that a person wrote, and a confirmation nobody wrote a reply for.
_BY_PEOPLE = ("answer", "taken_over", "booking_confirmed")
#: Messages that their reader has, may have or will have.
_REACHING = ("queued", "sending", "sent", "delivered", "unsure")


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
_REPLY = select(*(getattr(reply.c, name) for name in Reply.__dataclass_fields__)).where(
    reply.c.id == bindparam("number")
)
_SAME = (
    select(reply.c.id)
    .where(
        reply.c.sender == bindparam("phone"), reply.c.body == bindparam("body"),
        reply.c.state == "answered", reply.c.received_at >= bindparam("since"),
        reply.c.id < bindparam("before"),
    )
    .limit(1)
)  # fmt: skip
_OURS = (message.c.recipient == bindparam("phone"), message.c.created_at >= bindparam("since"))
_ANSWERS = (
    select(func.count())
    .select_from(message)
    .where(*_OURS, message.c.lane == 0, message.c.notice.not_in(_BY_PEOPLE))
)
_TOLD = select(message.c.about).where(*_OURS, message.c.state.in_(_REACHING)).distinct()
_CLOSE = update(reply).where(reply.c.id == bindparam("number")).values(state="answered")


def answers_since(conn: Connection, phone: str, since: datetime) -> int:
    """How many answers the machine has written to a phone since then; those of people apart."""
    return int(conn.scalar(_ANSWERS, {"phone": phone, "since": since}) or 0)


def answered_before(conn: Connection, one: Reply, *, since: datetime) -> bool:
    """Whether the same words from the same phone were answered since then."""
    known = {"phone": one.sender, "body": one.body, "since": since, "before": one.id}
    return conn.execute(_SAME, known).first() is not None


def told_about(conn: Connection, phone: str, since: datetime) -> set[str]:
    """What a phone was written to about since then, in SMS that left or wait."""
    return set(conn.execute(_TOLD, {"phone": phone, "since": since}).scalars())


def get(conn: Connection, reply_id: int) -> Reply:
    """The reply with this number. Raises `NotFound`."""
    row = conn.execute(_REPLY, {"number": reply_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such reply.")
    return Reply(**row._mapping)


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
