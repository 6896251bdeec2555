"""Whom we must not text, since when, and in whose words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.elsewhere import SayElsewhere
from notifications.tables import attempt, consent_log, message, suppression

STOPPED, BAD_NUMBER = "stopped", "bad_number"

_SUPPRESSED = select(suppression.c.recipient).where(
    suppression.c.recipient.in_(bindparam("numbers", expanding=True))
)
_STOPPED = select(suppression.c.since).where(
    suppression.c.recipient == bindparam("number"), suppression.c.reason == STOPPED
)
_ADD = upsert(suppression)
_BAD = _ADD.on_conflict_do_nothing(index_elements=["recipient"])
# A bad number may be mended one day; the word of its owner stands until they take it back.
_STOP = _ADD.on_conflict_do_update(
    index_elements=["recipient"],
    set_={"reason": _ADD.excluded.reason, "since": _ADD.excluded.since},
    where=suppression.c.reason != STOPPED,
)
_REMOVE = delete(suppression).where(suppression.c.recipient == bindparam("number"))
_LOG = insert(consent_log)
_HOLD_BACK = (
    update(message)
    .where(message.c.recipient == bindparam("number"), message.c.state == "queued")
    .values(state="suppressed", changed_at=bindparam("now"))
    .returning(message.c.id)
)
_ON_THE_WIRE = (
    select(
        message.c.id, message.c.notice, message.c.about, message.c.recipient.label("to"),
        attempt.c.started_at.label("begun_at"),
    )
    .join(
        attempt,
        (attempt.c.message_id == message.c.id) & (attempt.c.number == message.c.attempts),
    )
    .where(
        message.c.recipient == bindparam("number"), message.c.state == "sending",
        message.c.in_call.is_(True),
    )
    .order_by(message.c.id)
)  # fmt: skip
_HISTORY = (
    select(
        consent_log.c.allowed, consent_log.c.source, consent_log.c.words, consent_log.c.by,
        consent_log.c.at,
    )
    .where(consent_log.c.recipient == bindparam("number"))
    .order_by(consent_log.c.id)
)  # fmt: skip


def recipient(to: str, channel: str) -> str:
    """How a number or an address is written in messages, suppressions and the log."""
    return to.strip().lower() if channel == "email" else to


def suppressed(conn: Connection, numbers: Collection[str]) -> set[str]:
    """Those of `numbers` that must not be texted."""
    if not numbers:
        return set()
    return set(conn.execute(_SUPPRESSED, {"numbers": list(numbers)}).scalars())


def has_stopped(conn: Connection, number: str) -> bool:
    """Whether this number's owner has said that nothing may be sent to it."""
    return conn.execute(_STOPPED, {"number": number}).first() is not None


def opt_out(
    conn: Connection, number: str, *, source: str, words: str, now: datetime, by: str = "",
    fallback: SayElsewhere | None = None,
) -> None:  # fmt: skip
    """From now on nothing to this number or address, also of what waits already.

    What waited is said over another channel by `fallback`, where there is one. No call begins
    250 ms after this has committed; those out at that moment are `on_the_wire`.
    """
    conn.execute(_STOP, {"recipient": number, "reason": STOPPED, "since": now})
    _write_down(conn, number, False, source, words, by, now)
    held = conn.execute(_HOLD_BACK, {"number": number, "now": now}).scalars().all()
    if fallback is not None:
        for each in held:
            fallback(conn, each, now)


def opt_in(
    conn: Connection, number: str, *, source: str, words: str, now: datetime, by: str = ""
) -> None:
    """This number or address may be written to again; what was held back stays so."""
    conn.execute(_REMOVE, {"number": number})
    _write_down(conn, number, True, source, words, by, now)


def bad_number(conn: Connection, number: str, *, now: datetime) -> None:
    """Nothing can reach this number. Nobody said so, and nothing stands in the log."""
    conn.execute(_BAD, {"recipient": number, "reason": BAD_NUMBER, "since": now})


def on_the_wire(conn: Connection, number: str) -> list[dict[str, Any]]:
    """Messages to this number whose calls may be out right now: id, notice, about, to, begun_at."""
    return [dict(row._mapping) for row in conn.execute(_ON_THE_WIRE, {"number": number})]


def log_of(conn: Connection, number: str) -> list[dict[str, Any]]:
    """Every word on being written to, oldest first: allowed, source, words, by, at."""
    return [dict(row._mapping) for row in conn.execute(_HISTORY, {"number": number})]


def _write_down(
    conn: Connection, number: str, allowed: bool, source: str, words: str, by: str, now: datetime
) -> None:
    conn.execute(
        _LOG,
        {"recipient": number, "allowed": allowed, "source": source, "words": words[:200],
         "by": by[:80], "at": now},
    )  # fmt: skip
