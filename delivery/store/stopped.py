"""Who has just stopped our SMS and can be told by e-mail that it was heard."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, select, tuple_

from delivery.store.tables import booking
from notifications.consent import STOPPED
from notifications.tables import message, suppression

_LATER = booking.alias("later")
_HEARD = (
    select(booking.c.reference, suppression.c.since)
    .join(booking, booking.c.phone == suppression.c.recipient)
    .where(
        suppression.c.reason == STOPPED,
        suppression.c.since >= bindparam("since"),
        booking.c.created_at <= suppression.c.since,
        booking.c.email.is_not(None),
        func.coalesce(booking.c.consent["email"].as_boolean(), True).is_(True),
        # One letter: about the newest of their deliveries.
        ~exists().where(
            _LATER.c.phone == booking.c.phone,
            tuple_(_LATER.c.created_at, _LATER.c.reference)
            > tuple_(booking.c.created_at, booking.c.reference),
            _LATER.c.created_at <= suppression.c.since,
        ),
        ~exists().where(
            message.c.about == booking.c.reference,
            message.c.notice == "opted_out",
            message.c.created_at >= suppression.c.since,
        ),
    )
    .order_by(booking.c.reference)
    .limit(bindparam("most"))
)


class Stopped(NamedTuple):
    """The newest booking of one who said stop, and when they said it."""

    reference: str
    since: datetime


def unconfirmed(conn: Connection, since: datetime, *, most: int) -> list[Stopped]:
    """Those who said stop since then, have an address, and were not told that it was heard."""
    found = conn.execute(_HEARD, {"since": since, "most": most})
    return [Stopped(row.reference, row.since) for row in found]
