"""A narrower window within the booked one, free, on the day of delivery."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.flows import quoting
from delivery.flows.wording import wording_of
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.rules.bookings import Booking
from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.money import Money
from delivery.rules.narrowing import Inside, free_inside, may_narrow
from delivery.rules.options import DeliveryOption
from delivery.rules.slot_candidates import window_candidate
from delivery.store import slots
from delivery.store.slots import Slot

_ONE_MINUTE = timedelta(minutes=1)


def narrower_options(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[DeliveryOption]:
    """The free windows within the booked one that it may take now, without a fee.

    None before the cut-off of its window, when all that is free is offered anyhow.
    """
    catalogue = house.catalogues.current()
    service = catalogue.service(booking.service)
    if service is None or not service.narrowing or booking.slot_id is None:
        return []
    held = slots.get(conn, booking.slot_id)
    booked = house.layouts.planned(conn, service, held.zone, held.id)
    if booked is None or not may_narrow(booking, booked.window, booked.cutoff, now):
        return []
    request = quoting.get_quote(conn, booking.quote_id).request
    wording = wording_of(house.words, catalogue, booking.locale)
    return [
        wording.option(each, fee=Money(0, catalogue.currency))
        for each in _candidates(conn, house, service, held, booking.load, request)
    ]


def is_narrowing(option: DeliveryOption, held: int | None, wanted: Slot, now: datetime) -> bool:
    """Whether a booking in `held` takes a window within its own after the cut-off."""
    if option.cutoff_at is None or held not in wanted.within:
        return False
    return now >= datetime.fromisoformat(option.cutoff_at)


def _candidates(
    conn: Connection, house: House, service: Service, held: Slot, load: int,
    request: dict[str, Any],
) -> list[Candidate]:  # fmt: skip
    rows = [
        Inside(each.id, each.within, each.capacity - each.taken, _units_left(each))
        for each in slots.inside(conn, held)
    ]
    found: list[Candidate] = []
    for slot_id, left in free_inside(held.id, rows, load).items():
        planned = house.layouts.planned(conn, service, held.zone, slot_id)
        if planned is not None:
            # As it was offered before its cut-off: that is what makes it a choice still.
            before = planned.cutoff - _ONE_MINUTE
            ask, moment = QuoteAsk.from_json(request), Moment(before, before)
            candidate = window_candidate(service, planned, ask, moment, held.zone)
            if candidate is not None:
                found.append(candidate._replace(left=left))
    return found


def _units_left(window: Slot) -> int | None:
    return None if window.load_capacity is None else window.load_capacity - window.load_taken
