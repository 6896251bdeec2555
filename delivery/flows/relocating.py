"""Another place than the door: with a neighbour, somewhere safe, or a pickup point instead."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.flows import quoted, quoting
from delivery.flows import telling_answers as telling
from delivery.flows.choosing import placed
from delivery.flows.offering import drop_question
from delivery.flows.promising import promise
from delivery.house import House
from delivery.rules.addresses import Address, at, in_one_line
from delivery.rules.bookings import BOOKED, ON_THE_WAY, Booking
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import NotFound, SlotFull, TooLate
from delivery.store import bookings, conversations, slots
from delivery.store import broadcast_offers as held_times

NEIGHBOUR, SAFE_PLACE, PICKUP_POINT = "neighbour", "safe_place", "pickup_point"
ADDRESS = "address"
#: As many places as one reads in a message.
MOST = 3


def leave_with(
    conn: Connection, house: House, booking: Booking, kind: str, text: str, *, now: datetime
) -> Booking:
    """Write down with whom or where it may be left if nobody opens, and say so.

    The last word counts. Raises `TooLate` for what is not brought to a door any more, `Outdated`.
    """
    if booking.kind != "to_door" or booking.state not in (BOOKED, ON_THE_WAY):
        raise TooLate
    wanted = {"kind": kind, "text": text}
    if booking.leave_with == wanted:
        return booking
    changed = bookings.save(conn, booking, was=booking.version, leave_with=wanted, changed_at=now)
    telling.place_changed(conn, house, changed, kind, text, now=now)
    return changed


def points_near(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[DeliveryOption]:
    """Points it could be brought to instead, nearest first, each with the first day it can.

    None when it cannot go elsewhere any more.
    """
    if not may_go_elsewhere(booking, now):
        return []
    request = quoting.get_quote(conn, booking.quote_id).request
    first: dict[str, DeliveryOption] = {}
    for option in quoted.free_options(conn, house, request, now=now, locale=booking.locale):
        here = booking.option.get("place") or {}
        if option.place is not None and option.place.id != here.get("id"):
            first.setdefault(option.place.id, option)
    return sorted(first.values(), key=lambda each: (each.distance_m or 0, each.id))


def to_point(
    conn: Connection, house: House, booking: Booking, option: DeliveryOption, *, now: datetime
) -> Booking:
    """Bring it to a point instead: its place there, the promise, and a word to the customer.

    What was paid stays paid. Raises `SlotFull`, `TooLate`, `Outdated`; then nothing has changed.
    """
    if option.place is None or not may_go_elsewhere(booking, now):
        raise TooLate
    place = placed(conn, house, booking.quote_id, option)
    if place.is_gone:
        raise SlotFull(alternatives=[])
    with conn.begin_nested():
        held_times.give_back(conn, booking.reference)
        if booking.slot_id is not None:
            slots.give_back_place(conn, slots.get(conn, booking.slot_id), booking.load)
        if place.slot_id is not None and not slots.take_place(
            conn, slots.get(conn, place.slot_id), place.load
        ):
            raise SlotFull(alternatives=[])
        moved = _saved(conn, booking, option, place.slot_id, place.load, now)
    promise(conn, moved, cause="relocated", reason={}, now=now)
    drop_question(conn, moved, now=now)
    conversations.forget_undo(conn, moved.reference, now=now)
    telling.place_changed(conn, house, moved, PICKUP_POINT, option.place.name, now=now)
    return moved


def point_option(
    conn: Connection, house: House, booking: Booking, place_id: str, *, now: datetime
) -> DeliveryOption:
    """The point with this id, as it can be had now. Raises `NotFound`, `TooLate`."""
    if not may_go_elsewhere(booking, now):
        raise TooLate
    for option in points_near(conn, house, booking, now=now):
        if option.place is not None and option.place.id == place_id:
            return option
    raise NotFound("This delivery cannot be brought to such a place.")


def destination_at(
    conn: Connection, house: House, booking: Booking, address: Address, *, now: datetime
) -> dict[str, Any] | None:
    """That address as where a booking goes; None unless the same round can bring it there.

    The same round: the zone of its service, so that neither its price nor its time changes.
    """
    if booking.kind != "to_door" or not may_go_elsewhere(booking, now) or booking.slot_id is None:
        return None
    catalogue = house.catalogues.current()
    service, place = catalogue.service(booking.service), catalogue.postcodes.get(address.postcode)
    if service is None or place is None:
        return None
    if service.zone_map.at(address.postcode) != slots.get(conn, booking.slot_id).zone:
        return None
    return at(address, place.name, str(booking.destination["country"]))


def to_address(
    conn: Connection, house: House, booking: Booking, destination: dict[str, Any], *, now: datetime
) -> Booking:
    """Bring it to this one of `destination_at` instead, at the same time, and say so.

    With whom it was to be left at the old one is forgotten. Raises `TooLate`, `Outdated`.
    """
    if not may_go_elsewhere(booking, now):
        raise TooLate
    moved = bookings.save(conn, booking, was=booking.version, destination=destination,
                          leave_with=None, changed_at=now)  # fmt: skip
    telling.place_changed(conn, house, moved, ADDRESS, in_one_line(destination), now=now)
    return moved


def may_go_elsewhere(booking: Booking, now: datetime) -> bool:
    """Whether it is still in the shop's hands."""
    return booking.state == BOOKED and now < booking.window.end


def _saved(
    conn: Connection, booking: Booking, option: DeliveryOption, slot_id: int | None, load: int,
    now: datetime,
) -> Booking:  # fmt: skip
    # What was paid stays what was paid.
    paid = {key: booking.option[key] for key in ("price", "price_parts")}
    shown: dict[str, Any] = option.as_json() | paid
    shown.pop("fee", None)
    zone = option.window.start.tzinfo
    assert isinstance(zone, ZoneInfo)
    return bookings.save(
        conn, booking, was=booking.version, option=shown, slot_id=slot_id, load=load,
        service=option.service, carrier=option.carrier, window=option.window, zone_name=zone.key,
        leave_with=None, changed_at=now,
    )  # fmt: skip
