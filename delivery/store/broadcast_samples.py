"""Recipients of a broadcast to be looked at before it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, Integer, bindparam, exists, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from delivery.rules.bookings import Booking
from delivery.rules.broadcasts import TELL
from delivery.rules.tracking import CHOSEN
from delivery.rules.windows import TimeWindow
from delivery.store import bookings
from delivery.store.tables import booking, broadcast_recipient, promise


class one_in(GenericFunction[bool]):  # noqa: N801  SQL functions are written small
    """True for one row in so many, by chance."""

    type = Boolean()
    name = "one_in"
    inherit_cache = True


@compiles(one_in, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"random() % ({compiler.process(element.clauses, **kw)}) = 0"


@compiles(one_in, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"random() * ({compiler.process(element.clauses, **kw)}) < 1"


_R = broadcast_recipient.c
_TOLD = (_R.broadcast == bindparam("of"), _R.kind == TELL)
_SOME = select(_R.reference).where(*_TOLD, one_in(bindparam("every", type_=Integer)))
_EVERY = (
    select(booking)
    .where(booking.c.reference.in_(_SOME))
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
# A few hours of bookings, and which of them are meant: not the other way round.
_OVER = (
    select(func.count())
    .select_from(booking)
    .where(
        booking.c.window_start > bindparam("since"),
        booking.c.window_start < bindparam("moment"),
        booking.c.window_end <= bindparam("moment"),
        exists().where(*_TOLD, _R.reference == booking.c.reference),
    )
)
#: No window is longer than this.
_LONGEST = timedelta(days=30)


def told_by_sms(conn: Connection, number: int, *, every: int, most: int) -> list[Booking]:
    """Those who are told by SMS; of many by chance about one in `every`."""
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
    asked = {"of": number, "moment": moment, "since": moment - _LONGEST}
    return int(conn.execute(_OVER, asked).scalar_one())
