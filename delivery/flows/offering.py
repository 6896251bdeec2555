"""The free times we list for a customer: what digits then mean."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows import rescheduling
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.menus import pick_times
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import TooLate
from delivery.rules.windows import TimeWindow
from delivery.store import conversations


def list_times(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[DeliveryOption]:
    """At most three times that are free now; until the menu is too old, digits take them.

    None, and nothing remembered, when the booking can no longer be moved.
    """
    try:
        free = rescheduling.move_options(conn, house, booking, now=now)
    except TooLate:
        return []
    planned = TimeWindow.from_json(booking.option["window"])
    times = pick_times(free, booking.window, planned)
    until = now + timedelta(minutes=house.settings.replies.menu_minutes)
    menu = [option.as_json() for option in times]
    conversations.remember_menu(conn, booking, menu, until=until, now=now)
    return times
