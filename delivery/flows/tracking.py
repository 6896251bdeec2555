"""A carrier says something: kept at once, applied by the worker, told in the same commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from delivery.flows import milestones, promising, telling
from delivery.flows.offering import list_times
from delivery.house import House
from delivery.log import what_broke
from delivery.rules import tracking
from delivery.rules.bookings import Booking
from delivery.rules.tracking import CarrierEvent
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, carrier_events
from delivery.store.carrier_events import APPLIED, IGNORED, UNMATCHED, KeptEvent

log = structlog.get_logger()


def keep_event(
    conn: Connection, house: House, carrier: str, event_id: str, body: dict[str, Any], *,
    now: datetime,
) -> bool:  # fmt: skip
    """Write an event down for the worker. False when this carrier told it before."""
    return carrier_events.keep(conn, carrier, event_id, body, now=now)


def apply_next_event(house: House, *, now: datetime) -> bool:
    """Apply the oldest event that waits; False when none does.

    Fact, promise and message are one commit. An event that breaks is put aside, with the
    reason, so that those behind it go on.
    """
    with house.database.read() as conn:
        if not carrier_events.any_waiting(conn):
            return False
    with house.database.write() as conn:
        kept = carrier_events.next_waiting(conn)
        if kept is None:
            return False
        state, why, reference = _applied_or_aside(conn, house, kept, now)
        carrier_events.settle(conn, kept.id, state=state, why=why, reference=reference, now=now)
    return True


def delay(
    conn: Connection, house: House, booking: Booking, *, window: TimeWindow,
    reason: dict[str, str], now: datetime, cause: str = "delayed",
) -> Booking:  # fmt: skip
    """Promise another window because we are late or early, and say so with free times.

    One within what was planned is said only to those who heard of another.
    """
    was = booking.window
    planned = tracking.planned_window(bookings.promises(conn, booking.reference))
    changed = promising.revise(conn, booking, window, cause=cause, reason=reason, now=now)
    if planned.start <= window.start and window.end <= planned.end:
        telling.back_on_time(conn, house, changed, now=now)
        return changed
    times = list_times(conn, house, changed, now=now)
    if tracking.change_of(was, window) == "earlier":
        telling.moved_earlier(conn, house, changed, was, times, now=now)
    else:
        telling.delayed(conn, house, changed, was, reason, times, now=now)
    return changed


def read_event(body: dict[str, Any]) -> CarrierEvent:
    """A kept body as a value of the rules."""
    window = body.get("expected_window")
    reason = body.get("reason") or {}
    return CarrierEvent(
        type=body["type"],
        occurred_at=datetime.fromisoformat(body["occurred_at"]),
        expected_window=TimeWindow.from_json(window) if window else None,
        minutes=body.get("minutes"),
        reason={"": reason} if isinstance(reason, str) else reason,
    )


def _applied_or_aside(
    conn: Connection, house: House, kept: KeptEvent, now: datetime
) -> tuple[str, str, str | None]:
    try:
        with conn.begin_nested():
            return _apply(conn, house, kept, now)
    except OperationalError:
        raise  # the database is away or busy: the event waits
    except Exception as error:
        log.error("carrier event broke", kept=kept.id, **what_broke(error))
        return UNMATCHED, f"it broke: {type(error).__name__}", None


def _apply(
    conn: Connection, house: House, kept: KeptEvent, now: datetime
) -> tuple[str, str, str | None]:
    booking = _matching(conn, kept)
    if booking is None:
        return UNMATCHED, "no booking of this carrier", None
    booking = _learn_number(conn, booking, kept.body.get("tracking_number"), now)
    event = read_event(kept.body)
    if event.type in tracking.ESTIMATES:
        state, why = _estimate(conn, house, booking, event, now)
    else:
        state, why = milestones.reach(conn, house, booking, event, now=now)
    return state, why, booking.reference


def _matching(conn: Connection, kept: KeptEvent) -> Booking | None:
    """The booking an event speaks of, locked; None when it is not this carrier's."""
    reference, number = kept.body.get("booking"), kept.body.get("tracking_number")
    if reference is not None:
        known = bookings.find(conn, reference)
    else:
        known = bookings.of_tracking_number(conn, kept.carrier, str(number))
    if known is None or known.carrier != kept.carrier:
        return None
    return bookings.lock(conn, known.reference)


def _learn_number(conn: Connection, booking: Booking, number: str | None, now: datetime) -> Booking:
    if number is None or booking.tracking_number is not None:
        return booking
    return bookings.save(conn, booking, was=booking.version, tracking_number=number, changed_at=now)


def _estimate(
    conn: Connection, house: House, booking: Booking, event: CarrierEvent, now: datetime
) -> tuple[str, str]:
    if booking.state not in tracking.AWAITED:
        return IGNORED, f"the delivery is {booking.state}"
    promises = bookings.promises(conn, booking.reference)
    told = [
        datetime.fromisoformat(body["occurred_at"])
        for body in carrier_events.applied_to(conn, booking.reference)
        if body["type"] in tracking.ESTIMATES
    ]
    if tracking.is_stale(event, promises, told):
        return IGNORED, "older than what we know"
    planned, zone = tracking.planned_window(promises), ZoneInfo(booking.zone_name)
    coming = tracking.expected(event, booking.window, planned, zone, now)
    if coming is None or coming.end <= now:
        return IGNORED, "no time that is still to come"
    if tracking.change_of(booking.window, coming) is None:
        return APPLIED, "no news: the promise holds"
    delay(conn, house, booking, window=coming, reason=dict(event.reason or {}), now=now,
          cause=event.type)  # fmt: skip
    return APPLIED, ""
