"""Promises: what we told a customer, every version of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from delivery.rules import phrases
from delivery.rules.bookings import Booking, Promise
from delivery.rules.windows import TimeWindow
from delivery.store import bookings
from delivery.store.time_zones import tzdata_of


def revise(
    conn: Connection,
    booking: Booking,
    window: TimeWindow,
    *,
    cause: str,
    reason: dict[str, str],
    now: datetime,
) -> Booking:
    """Promise another window from the same slot. Tells nobody. Raises `Outdated`."""
    changed = bookings.save(conn, booking, was=booking.version, window=window, changed_at=now)
    promise(conn, changed, cause=cause, reason=reason, now=now)
    return changed


def words_of(booking: Booking) -> str:
    """What the customer reads of this window: the option's title, or the new time."""
    shown = TimeWindow.from_json(booking.option["window"])
    if shown == booking.window:
        return str(booking.option["title"])
    return phrases.when(booking.window, booking.locale)


def promise(
    conn: Connection, booking: Booking, *, cause: str, reason: dict[str, str], now: datetime
) -> None:
    """Write down the window of a booking as its next promise."""
    zone = booking.zone_name
    made = Promise(
        booking.version, booking.window, cause, reason, now, words_of(booking), zone,
        tzdata_of(zone),
    )  # fmt: skip
    bookings.add_promise(conn, booking.reference, made)
