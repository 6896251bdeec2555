"""Who must not be texted, and since when; every change leaves a line in the log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from notifications.tables import consent_log, message, suppression

_SUPPRESSED = select(suppression.c.recipient).where(
    suppression.c.recipient.in_(bindparam("numbers", expanding=True))
)
_FORGET = delete(suppression).where(suppression.c.recipient == bindparam("number"))
_HUSH = (
    update(message)
    .where(message.c.recipient == bindparam("number"), message.c.state == "queued")
    .values(state="suppressed", changed_at=bindparam("now"))
)


def suppressed(conn: Connection, numbers: Collection[str]) -> set[str]:
    """Those of `numbers` that must not be texted."""
    return set(conn.execute(_SUPPRESSED, {"numbers": list(numbers)}).scalars())


def opt_out(
    conn: Connection, number: str, *, source: str, words: str, now: datetime,
    reason: str = "stopped",
) -> None:  # fmt: skip
    """No message to `number` from now on; those that wait are suppressed in the same breath."""
    conn.execute(_FORGET, {"number": number})
    conn.execute(insert(suppression).values(recipient=number, reason=reason, since=now))
    conn.execute(_HUSH, {"number": number, "now": now})
    _note(conn, number, False, source, words, now)


def opt_in(conn: Connection, number: str, *, source: str, words: str, now: datetime) -> None:
    """Messages to `number` are welcome again."""
    conn.execute(_FORGET, {"number": number})
    _note(conn, number, True, source, words, now)


def _note(
    conn: Connection, number: str, allowed: bool, source: str, words: str, now: datetime
) -> None:
    conn.execute(
        insert(consent_log).values(
            recipient=number, allowed=allowed, source=source, words=words[:200], at=now
        )
    )
