"""Where the parcel is: milestones, the state they bring, and what the customer hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from delivery.flows import fields, handing_over, telling
from delivery.flows.offering import list_times
from delivery.house import House
from delivery.rules import tracking
from delivery.rules.bookings import Booking, Milestone
from delivery.rules.tracking import CarrierEvent
from delivery.store import bookings, conversations
from delivery.store.carrier_events import APPLIED, IGNORED


def reach(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, *, now: datetime
) -> tuple[str, str]:
    """Write the milestone down, move the state if it moves, and say so; once, and never back."""
    known = bookings.milestones(conn, booking.reference)
    new = Milestone(event.type, event.occurred_at)
    if new in known:
        return IGNORED, "known already"
    bookings.add_milestone(conn, booking.reference, new.milestone, new.at)
    if event.type in tracking.NEEDS_PERSON and booking.state in tracking.AWAITED:
        handing_over.wait_for_person(conn, house, booking, now=now)
    promises = bookings.promises(conn, booking.reference)
    state = tracking.state_after(booking, [*known, new], promises)
    if state == booking.state:
        return APPLIED, "the state stays"
    changed = bookings.save(conn, booking, was=booking.version, state=state, changed_at=now)
    if tracking.BRINGS.get(event.type) == state:
        _TELL.get(event.type, _say_nothing)(conn, house, changed, event, now)
    return APPLIED, ""


def _say_nothing(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> None:
    pass


def _out_for_delivery(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> None:
    if booking.kind == "to_door" and now < booking.window.end:
        telling.on_the_way(conn, house, booking, left_at=event.occurred_at,
                           expected=event.expected_window, now=now)  # fmt: skip


def _delivered(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> None:
    conversations.settle_question(conn, booking.reference, now=now)
    telling.delivered(conn, house, booking, now=now)


def _attempt_failed(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> None:
    times = list_times(conn, house, booking, now=now)
    telling.missed(conn, house, booking, times, at=event.occurred_at, now=now)


def _at_pickup_point(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> None:
    conversations.settle_question(conn, booking.reference, now=now)
    telling.at_pickup_point(conn, house, booking, until=fields.collect_until(booking),
                            now=now)  # fmt: skip


_Tell = Callable[[Connection, House, Booking, CarrierEvent, datetime], None]
_TELL: dict[str, _Tell] = {
    "out_for_delivery": _out_for_delivery,
    "delivered": _delivered,
    "attempt_failed": _attempt_failed,
    "at_pickup_point": _at_pickup_point,
}
