"""Whom to remind or ask: bookings that have something coming, and were not told of it yet."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from delivery.store.tables import booking
from notifications.tables import message


def _never(notice: str) -> ColumnElement[bool]:
    return ~exists().where(message.c.about == booking.c.reference, message.c.notice == notice)


def _allowed(channel: str) -> ColumnElement[bool]:
    # No word against it is enough for news of one's own delivery.
    return func.coalesce(booking.c.consent[channel].as_boolean(), True).is_(True)


_REACHABLE = or_(
    and_(booking.c.phone.is_not(None), _allowed("sms")),
    and_(booking.c.email.is_not(None), _allowed("email")),
)
_REFERENCES = select(booking.c.reference).where(_REACHABLE).order_by(booking.c.reference)
_BATCH: BindParameter[int] = bindparam("most")
_COMING = _REFERENCES.where(
    booking.c.state == "booked",
    booking.c.zone_name == bindparam("zone"),
    booking.c.window_start >= bindparam("since"),
    booking.c.window_start < bindparam("until"),
    booking.c.option["kind"].as_string() == "to_door",
    # One moved to tomorrow after it was reminded of another day is reminded again.
    ~exists().where(
        message.c.about == booking.c.reference,
        message.c.notice == "evening_before",
        message.c.created_at >= bindparam("evening"),
    ),
).limit(_BATCH)
_ZONES = (
    select(booking.c.zone_name)
    .where(
        booking.c.window_start >= bindparam("since"), booking.c.window_start < bindparam("until")
    )
    .distinct()
)
_UNTIL = booking.c.option["place"]["until"].as_string()
_WAITING = _REFERENCES.where(
    booking.c.state == "ready_for_pickup",
    booking.c.zone_name == bindparam("zone"),
    # Both are ISO dates, the first perhaps with an hour behind it.
    bindparam("first") <= _UNTIL,
    bindparam("after_last") > _UNTIL,
    _never("pickup_reminder"),
).limit(_BATCH)
_WAITING_ZONES = select(booking.c.zone_name).where(booking.c.state == "ready_for_pickup").distinct()
_DELIVERED = _REFERENCES.where(
    booking.c.state == "delivered",
    # Delivered lately and so promised lately: the window is what has an index.
    booking.c.window_start >= bindparam("promised"),
    booking.c.changed_at >= bindparam("since"),
    booking.c.changed_at < bindparam("until"),
    booking.c.consent["feedback"].as_boolean().is_(True),
    _never("feedback_asked"),
).limit(_BATCH)


def zones_between(conn: Connection, since: datetime, until: datetime) -> list[str]:
    """The zones in which a promised window begins then."""
    return list(conn.scalars(_ZONES, {"since": since, "until": until}))


def zones_with_parcels(conn: Connection) -> list[str]:
    """The zones in which a parcel waits to be fetched."""
    return list(conn.scalars(_WAITING_ZONES))


def coming(
    conn: Connection, zone: str, since: datetime, until: datetime, *, evening: datetime, most: int
) -> list[str]:
    """References of deliveries to a door then, whose reader was not reminded since `evening`."""
    asked = {"zone": zone, "since": since, "until": until, "evening": evening, "most": most}
    return list(conn.scalars(_COMING, asked))


def waiting(conn: Connection, zone: str, first: date, after_last: date, *, most: int) -> list[str]:
    """References of parcels kept until a day in between, whose reader was never reminded."""
    asked = {"zone": zone, "first": first.isoformat(), "after_last": after_last.isoformat()}
    return list(conn.scalars(_WAITING, asked | {"most": most}))


def delivered(
    conn: Connection, since: datetime, until: datetime, *, promised: datetime, most: int
) -> list[str]:
    """References delivered then whose reader wants to be asked how it went, and was not."""
    asked = {"since": since, "until": until, "promised": promised, "most": most}
    return list(conn.scalars(_DELIVERED, asked))
