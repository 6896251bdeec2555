"""Whom we must not text, since when, and in whose words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import consent_log, message, suppression

STOPPED, BAD_NUMBER = "stopped", "bad_number"

_SUPPRESSED = select(suppression.c.recipient).where(
    suppression.c.recipient.in_(bindparam("numbers", expanding=True))
)
_ADD = upsert(suppression).on_conflict_do_nothing(index_elements=["recipient"])
_REMOVE = delete(suppression).where(suppression.c.recipient == bindparam("number"))
_LOG = insert(consent_log)
_HOLD_BACK = (
    update(message)
    .where(message.c.recipient == bindparam("number"), message.c.state == "queued")
    .values(state="suppressed", changed_at=bindparam("now"))
)


def recipient(to: str, channel: str) -> str:
    """How a number or an address is written in messages, suppressions and the log."""
    return to.strip().lower() if channel == "email" else to


def suppressed(conn: Connection, numbers: Collection[str]) -> set[str]:
    """Those of `numbers` that must not be texted."""
    if not numbers:
        return set()
    return set(conn.execute(_SUPPRESSED, {"numbers": list(numbers)}).scalars())


def opt_out(conn: Connection, number: str, *, source: str, words: str, now: datetime) -> None:
    """From now on no SMS to this number, also of those already waiting."""
    conn.execute(_ADD, {"recipient": number, "reason": STOPPED, "since": now})
    _write_down(conn, number, False, source, words, now)
    conn.execute(_HOLD_BACK, {"number": number, "now": now})


def opt_in(conn: Connection, number: str, *, source: str, words: str, now: datetime) -> None:
    """This number may be texted again; what was held back stays so."""
    conn.execute(_REMOVE, {"number": number})
    _write_down(conn, number, True, source, words, now)


def _write_down(
    conn: Connection, number: str, allowed: bool, source: str, words: str, now: datetime
) -> None:
    conn.execute(
        _LOG,
        {"recipient": number, "allowed": allowed, "source": source, "words": words[:200],
         "at": now},
    )  # fmt: skip
