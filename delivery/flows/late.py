"""The van is late: everybody it carries is told at once, before anybody has to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows.telling import may_text
from delivery.flows.tracking import delay
from delivery.house import House
from delivery.rules import tracking
from delivery.rules.bookings import Booking
from delivery.store import bookings
from delivery.store.late import references_in

_TOLD, _ALREADY, _NO_PHONE, _OVER = "told", "already_told", "no_phone", "over"


@dataclass(frozen=True)
class Told:
    """How many bookings: told now, told of this before, without a phone, over already."""

    told: int
    already_told: int
    no_phone: int
    over: int


def tell_late(
    conn: Connection, house: House, *, slot_ids: Sequence[int] | None = None,
    references: Sequence[str] | None = None, minutes: int, reason: dict[str, str], now: datetime,
) -> Told:  # fmt: skip
    """Promise each live booking its planned window `minutes` later, and say so.

    Bookings are those in the slots and the windows within them, or those named. Counted from
    what was planned, so pressing twice is one delay. A booking without a phone has its promise
    moved as well.
    """
    wanted = list(references or [])
    if slot_ids:
        wanted += references_in(conn, slot_ids)
    # One order for all who lock several.
    ends = [
        _tell(conn, house, bookings.lock(conn, each), minutes, reason, now)
        for each in sorted(set(wanted))
    ]
    counts = {name: ends.count(name) for name in (_TOLD, _ALREADY, _NO_PHONE, _OVER)}
    return Told(**counts)


def _tell(
    conn: Connection, house: House, booking: Booking, minutes: int, reason: dict[str, str],
    now: datetime,
) -> str:  # fmt: skip
    if booking.state not in tracking.AWAITED or now >= booking.window.end:
        return _OVER
    planned = tracking.planned_window(bookings.promises(conn, booking.reference))
    coming = planned.shifted(timedelta(minutes=minutes))
    if tracking.change_of(booking.window, coming) != "later":
        return _ALREADY
    delay(conn, house, booking, window=coming, reason=reason, now=now)
    return _TOLD if may_text(booking) else _NO_PHONE
