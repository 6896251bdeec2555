"""Recipients of a broadcast to be looked at before it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from delivery.rules.bookings import Booking
from delivery.rules.broadcasts import TELL
from delivery.rules.tracking import CHOSEN
from delivery.rules.windows import TimeWindow
from delivery.store import bookings
from delivery.store.tables import booking, broadcast_recipient, promise

_R = broadcast_recipient.c
_TOLD = (_R.broadcast == bindparam("of"), _R.kind == TELL)
_NUMBERED = (
    select(_R.reference, func.row_number().over(order_by=_R.reference).label("place"))
    .where(*_TOLD)
    .subquery()
)
_EVERY = (
    select(booking)
    .join(_NUMBERED, _NUMBERED.c.reference == booking.c.reference)
    .where(_NUMBERED.c.place % bindparam("every") == 0)
    .order_by(booking.c.reference)
    .limit(bindparam("most"))
)
_ALL = (
    select(booking)
    .join(broadcast_recipient, _R.reference == booking.c.reference)
    .where(*_TOLD)
    .order_by(booking.c.reference)
    .limit(bindparam("most"))
)
_PLANNED = (
    select(promise.c.reference, promise.c.start_at, promise.c.end_at, promise.c.zone_name)
    .where(
        promise.c.reference.in_(bindparam("references", expanding=True)),
        promise.c.cause.in_(CHOSEN),
    )
    .order_by(promise.c.reference, promise.c.version)
)
_OVER = (
    select(func.count())
    .select_from(booking)
    .join(broadcast_recipient, _R.reference == booking.c.reference)
    .where(*_TOLD, booking.c.window_start < bindparam("moment"),
           booking.c.window_end <= bindparam("moment"))
)  # fmt: skip


def told_by_sms(conn: Connection, number: int, *, every: int, most: int) -> list[Booking]:
    """Every so-manieth of those who are told by SMS."""
    asked = {"of": number, "most": most} | ({"every": every} if every > 1 else {})
    return [bookings.read(row) for row in conn.execute(_EVERY if every > 1 else _ALL, asked)]


def planned_windows(conn: Connection, known: Sequence[Booking]) -> dict[str, TimeWindow]:
    """What was planned for each of them, before anything was late."""
    rows = conn.execute(_PLANNED, {"references": [each.reference for each in known]})
    return {
        row.reference: TimeWindow(row.start_at, row.end_at).into(ZoneInfo(row.zone_name))
        for row in rows
    }


def over_by(conn: Connection, number: int, moment: datetime) -> int:
    """Of those told by SMS, whose promise as it stands will be over by this moment."""
    return int(conn.execute(_OVER, {"of": number, "moment": moment}).scalar_one())
