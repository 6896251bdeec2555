"""How many messages one person gets a day, counted so that two at once are never both the last."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection, bindparam, func, select

from notifications.notice import Notice
from notifications.tables import message

#: What was sent or still will be, or may have been.
COUNTED = ("queued", "sending", "unsure", "sent", "delivered")

_TODAY = (
    select(func.count())
    .select_from(message)
    .where(
        message.c.recipient.in_(bindparam("people", expanding=True)),
        message.c.notice.in_(bindparam("names", expanding=True)),
        message.c.state.in_(COUNTED),
        message.c.instead_of.is_(None),
        message.c.due_at >= bindparam("since"),
        message.c.due_at < bindparam("until"),
    )
)
# SQLite has one writer, PostgreSQL many: posts to one person stand in a line of their own.
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(bindparam("person")))


def reached(
    conn: Connection, people: Collection[str], *, at: datetime, zone: tzinfo, per_day: int
) -> bool:
    """Whether a person, under all their addresses, has had their share of the day of `at`.

    Until the transaction ends nobody else gets an answer about them.
    """
    take_turn(conn, people)
    day = at.astimezone(zone).date()
    asked = {
        "people": list(people), "names": capped_names(),
        "since": _midnight(day, zone), "until": _midnight(day + timedelta(days=1), zone),
    }  # fmt: skip
    return bool(conn.execute(_TODAY, asked).scalar_one() >= per_day)


def take_turn(conn: Connection, people: Collection[str]) -> None:
    """Wait until no other transaction is posting to these people."""
    if conn.dialect.name != "postgresql":
        return
    # In order: two who wait for each other would wait for ever.
    for number in sorted(_number(each) for each in people):
        conn.execute(_ONE_AT_A_TIME, {"person": number})


def capped_names() -> list[str]:
    """The names of all notices that count."""
    return sorted({each.name for each in _below(Notice) if each.capped})


def _below(kind: type[Notice]) -> list[type[Notice]]:
    own = kind.__subclasses__()
    return own + [each for child in own for each in _below(child)]


def _number(person: str) -> int:
    digest = hashlib.blake2b(f"cap:{person}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
