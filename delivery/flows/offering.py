"""Times a customer can take at once and free: found, listed, remembered as what digits mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows import rescheduling
from delivery.flows.telling import may_text
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.menus import pick_times
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import TooLate
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations


def free_times(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[DeliveryOption]:
    """Every time that this booking can move to free of charge; none when it cannot be moved."""
    try:
        options = rescheduling.move_options(conn, house, booking, now=now)
    except TooLate:
        return []
    return [each for each in options if each.fee is None or each.fee.amount == 0]


def list_times(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[TimeWindow]:
    """Pick at most three free times and remember them as the menu; their windows in order.

    None when the booking can no longer be moved; then digits mean nothing any more.
    """
    if not may_text(booking):
        return []
    free = free_times(conn, house, booking, now=now)
    planned = planned_window(bookings.promises(conn, booking.reference))
    return remember(conn, house, booking, pick_times(free, booking.window, planned), now=now)


def remember(
    conn: Connection, house: House, booking: Booking, picked: Sequence[DeliveryOption], *,
    now: datetime,
) -> list[TimeWindow]:  # fmt: skip
    """Make these the menu, in this order; with none of them, digits mean nothing."""
    if not picked:
        conversations.forget_menu(conn, booking.reference, now=now)
        return []
    menu = [{"option": each.id, "window": each.window.as_json()} for each in picked]
    until = now + timedelta(minutes=house.settings.replies.menu_minutes)
    conversations.remember_menu(conn, booking, menu, until=until, now=now)
    return [each.window for each in picked]
