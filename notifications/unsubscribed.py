"""Who wants no e-mail but what is necessary: news of a delivery under way still comes.

Kept beside those who must not be texted, under a name no address can have, so that what asks
about an address finds only those to whom nothing at all may be sent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import consent_log, message, suppression

REASON = "optional_email"
#: What is kept for anything that was unsubscribed from by a message of this channel.
_PREFIX = "optional:"

_ADDRESS = select(message.c.recipient).where(
    message.c.id == bindparam("number"), message.c.channel == "email"
)
_ADD = (
    upsert(suppression)
    .on_conflict_do_nothing(index_elements=["recipient"])
    .returning(suppression.c.recipient)
)
_HAS = select(suppression.c.reason).where(suppression.c.recipient == bindparam("who"))
_REMOVE = delete(suppression).where(suppression.c.recipient == bindparam("who"))
_LOG = insert(consent_log)


def address_of(conn: Connection, number: int) -> str | None:
    """To whom e-mail `number` was sent."""
    return conn.execute(_ADDRESS, {"number": number}).scalar_one_or_none()


def has(conn: Connection, address: str) -> bool:
    """Whether this address wants necessary e-mails only."""
    return conn.execute(_HAS, {"who": _key(address)}).first() is not None


def unsubscribe(conn: Connection, address: str, *, source: str, words: str, now: datetime) -> bool:
    """From now on only what is necessary. False when it was so before; nothing is changed then."""
    row = {"recipient": _key(address), "reason": REASON, "since": now}
    if conn.execute(_ADD, row).scalar_one_or_none() is None:
        return False
    _write_down(conn, address, False, source, words, now)
    return True


def subscribe(conn: Connection, address: str, *, source: str, words: str, now: datetime) -> None:
    """Optional ones may come again."""
    if conn.execute(_REMOVE, {"who": _key(address)}).rowcount:
        _write_down(conn, address, True, source, words, now)


def _key(address: str) -> str:
    return f"{_PREFIX}{address.strip().lower()}"[:320]


def _write_down(
    conn: Connection, address: str, allowed: bool, source: str, words: str, now: datetime
) -> None:
    conn.execute(
        _LOG,
        {"recipient": address, "allowed": allowed, "source": source, "words": words[:200],
         "at": now},
    )  # fmt: skip
