"""Turn a hold into a booking: its promise, its note and its confirmation, all or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.flows import learning, quoting, telling
from delivery.flows.choosing import PlaceGone, clock_of, place_or_alternatives
from delivery.flows.promising import promise
from delivery.house import House
from delivery.rules import holds as hold_states
from delivery.rules import links
from delivery.rules.bookings import BOOKED, Booking
from delivery.rules.holds import Hold, is_past_cut_off
from delivery.rules.refusals import AlreadyUsed, HoldClosed, NotFound, NotValid, TooLate
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, holds, slots
from notifications.phone import phone_number


@dataclass(frozen=True)
class Recipient:
    """Who gets the delivery and how we reach them; what is None the quote may know."""

    given_name: str | None = None
    family_name: str | None = None
    phone: str | None = None
    email: str | None = None
    locale: str | None = None


@dataclass(frozen=True)
class BookingAsk:
    """What to book. `digest` tells the same request from another."""

    hold: str
    recipient: Recipient
    consent: dict[str, bool]
    note: str
    digest: str


#: News of this delivery may be sent, nothing else.
CONSENT = {"sms": True, "email": True, "feedback": False}


def book(house: House, reference: str, ask: BookingAsk, *, now: datetime) -> tuple[Booking, bool]:
    """Book what was held; True with it when the booking is new. The same again changes nothing.

    An expired hold takes its place again if it is free. Raises `SlotFull` with alternatives,
    `AlreadyUsed`, `HoldClosed`, `NotFound`, `NotValid`, `TooLate`.
    """
    phone = _phone(house, ask.recipient.phone)

    def attempt() -> tuple[Booking, bool]:
        with house.database.write() as conn:
            hold = holds.find_locked(conn, ask.hold)
            known = bookings.find(conn, reference)
            if known is not None:
                return _the_same(known, ask), False
            return _book(conn, house, reference, ask, hold, phone, now), True

    return place_or_alternatives(house, attempt, now=now)


def _the_same(known: Booking, ask: BookingAsk) -> Booking:
    if known.digest != ask.digest:
        raise AlreadyUsed("This reference was booked with another body.")
    return known


def _book(
    conn: Connection, house: House, reference: str, ask: BookingAsk, hold: Hold | None,
    phone: str | None, now: datetime,
) -> Booking:  # fmt: skip
    if hold is None:
        raise NotFound("There is no such hold.")
    _take_again(conn, house, hold, now)
    booking = _booking(conn, house, reference, ask, hold, phone, now)
    if not bookings.add(conn, booking):
        raise AlreadyUsed("This reference was booked a moment ago.")
    holds.close(conn, hold.id, hold_states.BOOKED)
    learning.keep_choice(conn, hold, now=now)
    promise(conn, booking, cause="booked", reason={}, now=now)
    bookings.add_milestone(conn, reference, BOOKED, now)
    if ask.note:
        bookings.add_note(conn, reference, "shop", ask.note, now)
    telling.booking_confirmed(conn, house, booking, now=now)
    return booking


def _take_again(conn: Connection, house: House, hold: Hold, now: datetime) -> None:
    """See that this hold has its place. One whose time is over but was not swept has it still."""
    if hold.state == hold_states.BOOKED:
        raise AlreadyUsed("This hold was used by another booking.")
    if hold.state == hold_states.RELEASED:
        raise HoldClosed("This hold was given back.", state=hold.state)
    if now >= TimeWindow.from_json(hold.option["window"]).end:
        raise TooLate("The window of this hold is over.")
    if hold.state != hold_states.EXPIRED:
        return
    patience = timedelta(minutes=house.settings.quotes.minutes)
    if is_past_cut_off(hold.option, patience=patience, now=now) or not _take(conn, hold):
        raise PlaceGone(hold.quote_id, hold.option)


def _take(conn: Connection, hold: Hold) -> bool:
    if hold.slot_id is None:
        return True
    return slots.take_place(conn, slots.get(conn, hold.slot_id), hold.load)


def _booking(
    conn: Connection, house: House, reference: str, ask: BookingAsk, hold: Hold,
    phone: str | None, now: datetime,
) -> Booking:  # fmt: skip
    quote = quoting.get_quote(conn, hold.quote_id)
    request = quote.request
    customer: dict[str, Any] = request.get("customer") or {}
    recipient = ask.recipient
    locale = recipient.locale or customer.get("locale") or house.settings.shop.locale
    token = links.link_token(house.settings.server.secret.get_secret_value(), reference, 1)
    window = TimeWindow.from_json(hold.option["window"])
    catalogue = house.catalogues.version(quote.catalogue_version)
    zone = clock_of(catalogue, hold.option["service"], request)
    return Booking(
        reference=reference, digest=ask.digest, hold_id=hold.id, quote_id=hold.quote_id,
        state=BOOKED, version=1, option=hold.option, carrier=hold.option["carrier"],
        service=hold.option["service"], slot_id=hold.slot_id, tracking_number=None,
        window=window.into(zone), zone_name=zone.key, destination=request["destination"],
        customer_id=customer.get("id"),
        given_name=recipient.given_name or customer.get("given_name") or "",
        family_name=recipient.family_name or "", phone=phone, email=recipient.email or None,
        locale=house.words.language(locale, "options"), consent=CONSENT | ask.consent,
        link_version=1, link_hash=links.link_hash(token), created_at=now, changed_at=now,
        load=hold.load,
    )  # fmt: skip


def _phone(house: House, text: str | None) -> str | None:
    if not text:
        return None
    try:
        return phone_number(text, house.settings.shop.country)
    except ValueError as why:
        raise NotValid("/recipient/phone", str(why)) from None
