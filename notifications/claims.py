"""Taking messages that are due, and writing down an attempt before its call begins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    insert,
    or_,
    select,
    update,
)

from notifications.columns import UtcDateTime
from notifications.tables import attempt, message, suppression

ALL_CHANNELS = ("sms", "email")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours for the length of a lease."""

    id: int
    to: str
    body: str
    segments: int
    not_after: datetime | None
    channel: str = "sms"
    #: What an e-mail has besides its text.
    parts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, written down and about to be made."""

    message: Claimed
    attempt: str
    number: int


_LATE = and_(message.c.not_after.is_not(None), message.c.not_after <= bindparam("now"))
# MATERIALIZED: without it PostgreSQL may run the selection again and take more than the limit.
_DUE = (
    select(message.c.id)
    .where(
        message.c.state == "queued", message.c.due_at <= bindparam("now"),
        message.c.channel.in_(bindparam("channels", expanding=True)),
    )
    .order_by(message.c.lane, message.c.due_at, message.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
    .prefix_with("MATERIALIZED")
)  # fmt: skip
_CLAIM = (
    update(message)
    .where(message.c.id.in_(select(_DUE.c.id)))
    .values(
        state=case((_LATE, "expired"), else_="sending"),
        lease_by=bindparam("who"),
        lease_until=bindparam("until"),
        in_call=False,
        changed_at=bindparam("now"),
    )
    .returning(
        message.c.id, message.c.recipient, message.c.body, message.c.segments,
        message.c.not_after, message.c.channel, message.c.parts,
        message.c.lane, message.c.due_at, message.c.state,
    )
)  # fmt: skip

_OURS = and_(
    message.c.id.in_(bindparam("ids", expanding=True)),
    message.c.state == "sending",
    message.c.lease_by == bindparam("who"),
)
_STOPPED = exists().where(suppression.c.recipient == message.c.recipient)
_BEGIN = (
    update(message)
    .where(
        _OURS, message.c.lease_until > bindparam("now"), ~_STOPPED,
        or_(message.c.not_after.is_(None), message.c.not_after > bindparam("now")),
    )
    .values(
        attempts=message.c.attempts + 1,
        in_call=True,
        lease_until=bindparam("until"),
        changed_at=bindparam("now"),
    )
    .returning(message.c.id, message.c.attempts)
)  # fmt: skip
# In the database's own hands: 64 attempts are one statement. An attempt's id is a word of this
# sub-batch, which nobody can guess, and the message's number.
_WRITE_DOWN = insert(attempt).from_select(
    ["id", "message_id", "number", "started_at"],
    select(
        bindparam("word", type_=String) + cast(message.c.id, String),
        message.c.id,
        message.c.attempts,
        bindparam("now", type_=UtcDateTime),
    ).where(message.c.id.in_(bindparam("ids", expanding=True))),
)
_FREE: dict[str, Any] = {"lease_by": None, "lease_until": None, "changed_at": bindparam("now")}
_SUPPRESS = update(message).where(_OURS, _STOPPED).values(state="suppressed", **_FREE)
_EXPIRE = update(message).where(_OURS, _LATE).values(state="expired", **_FREE)
_GIVE_BACK = (
    update(message)
    .where(_OURS, message.c.in_call.is_(False))
    .values(state="queued", **_FREE)
)  # fmt: skip


def claim(
    conn: Connection, who: str, *, most: int, now: datetime, until: datetime,
    channels: Sequence[str] = ALL_CHANNELS,
) -> list[Claimed]:  # fmt: skip
    """Take up to `most` due messages of these channels: answers first, then the longest due.

    Those that are too late to be of use become `expired` and are not among them.
    """
    asked = {"who": who, "most": most, "now": now, "until": until, "channels": list(channels)}
    rows = conn.execute(_CLAIM, asked).all()
    taken = sorted(rows, key=lambda row: (row.lane, row.due_at, row.id))
    return [
        Claimed(
            row.id, row.recipient, row.body, row.segments, row.not_after, row.channel, row.parts
        )
        for row in taken
        if row.state == "sending"
    ]


def begin(
    conn: Connection, who: str, messages: Sequence[Claimed], *, now: datetime, until: datetime
) -> list[Call]:
    """Write down an attempt for each that may still leave; the caller then calls at once.

    Left out, and settled here, are those whose recipient has opted out and those too late; and
    those that are not ours any more.
    """
    known = {each.id: each for each in messages}
    which = {"ids": list(known), "who": who, "now": now}
    begun = conn.execute(_BEGIN, which | {"until": until}).all()
    if len(begun) < len(known):
        left = which | {"ids": list(known.keys() - {row.id for row in begun})}
        conn.execute(_SUPPRESS, left)
        conn.execute(_EXPIRE, left)
    if not begun:
        return []
    word = f"{secrets.token_hex(9)}-"
    conn.execute(_WRITE_DOWN, {"word": word, "ids": [row.id for row in begun], "now": now})
    calls = [Call(known[row.id], f"{word}{row.id}", row.attempts) for row in begun]
    return sorted(calls, key=lambda each: each.message.id)


def give_back(conn: Connection, who: str, messages: Sequence[Claimed], *, now: datetime) -> None:
    """Let others have those we claimed and did not begin."""
    conn.execute(_GIVE_BACK, {"ids": [each.id for each in messages], "who": who, "now": now})
