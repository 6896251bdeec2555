"""What a reply meant, by people who know: proposed, then approved or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from delivery.rules.refusals import NotFound
from delivery.store.tables_talks import example
from notifications.tables import reply

PROPOSED, APPROVED, REFUSED = "proposed", "approved", "refused"


@dataclass(frozen=True)
class Example:
    """A text and what it meant, in the contract's words, with the moment and context of it."""

    id: int
    reply_id: int | None
    text: str
    locale: str
    meant: dict[str, Any]
    state: str
    by: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Source:
    """The reply that was misread."""

    body: str
    #: The booking it was settled as being about.
    about: str | None
    received_at: datetime


_SOURCE = select(reply.c.body, reply.c.about, reply.c.received_at).where(
    reply.c.id == bindparam("number")
)
_ALL = select(*(getattr(example.c, name) for name in Example.__dataclass_fields__))
_ONE = _ALL.where(example.c.id == bindparam("number"))
_IN_STATE = (
    _ALL.where(example.c.state == bindparam("of")).order_by(example.c.id).limit(bindparam("most"))
)
_ADD = insert(example).returning(example.c.id)
# Of a reply only the last proposal is open: who corrects a correction means it instead.
_REPLACE = (
    update(example)
    .where(example.c.reply_id == bindparam("of"), example.c.state == PROPOSED)
    .values(state=REFUSED, decided_by=bindparam("who"), decided_at=bindparam("now"))
)
_DECIDE = (
    update(example)
    .where(example.c.id == bindparam("number"), example.c.state == PROPOSED)
    .values(state=bindparam("to"), decided_by=bindparam("who"), decided_at=bindparam("now"))
    .returning(example.c.id)
)


def source(conn: Connection, reply_id: int) -> Source:
    """The reply with this number. Raises `NotFound`."""
    row = conn.execute(_SOURCE, {"number": reply_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such reply.")
    return Source(**row._mapping)


def propose(
    conn: Connection, reply_id: int, text: str, locale: str, meant: dict[str, Any], by: str, *,
    now: datetime,
) -> int:  # fmt: skip
    """Keep what a reply meant, in place of what is proposed of it so far; its number."""
    conn.execute(_REPLACE, {"of": reply_id, "who": by, "now": now})
    row = {"reply_id": reply_id, "text": text, "locale": locale, "meant": meant,
           "state": PROPOSED, "by": by, "at": now}  # fmt: skip
    return int(conn.execute(_ADD, row).scalar_one())


def get(conn: Connection, number: int) -> Example:
    """The example with this number. Raises `NotFound`."""
    row = conn.execute(_ONE, {"number": number}).one_or_none()
    if row is None:
        raise NotFound("There is no such example.")
    return Example(**row._mapping)


def of_state(conn: Connection, state: str, *, most: int = 100_000) -> list[Example]:
    """Those in a state, in the order they were proposed."""
    return [Example(**row._mapping) for row in conn.execute(_IN_STATE, {"of": state, "most": most})]


def decide(conn: Connection, number: int, to: str, by: str, *, now: datetime) -> bool:
    """Approve or refuse it. False when that was done before."""
    bound = {"number": number, "to": to, "who": by, "now": now}
    return conn.execute(_DECIDE, bound).one_or_none() is not None
