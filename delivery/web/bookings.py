"""Bookings for the shop: book what is held, look, move, call off."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from delivery.flows import checkout, relocating, rescheduling
from delivery.flows.showing import booking_json
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.rules.refusals import FeeChanged, NotValid
from delivery.store import bookings
from delivery.web.deps import Now, TheHouse
from delivery.web.holds import OptionId
from delivery.web.keys import ShopKey
from delivery.web.once import IdempotencyKey, answered, digest_of, once
from delivery.web.shapes import Email, Id, Locale, MoneyShape, Name, PathId, Shape, Text

router = APIRouter(prefix="/v1/bookings", tags=["bookings"])

#: How long the list of free times may be shown; taking one asks again whether it is free.
SHOWN_FOR = timedelta(minutes=15)
LeftWith = Annotated[
    str,
    StringConstraints(max_length=160, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$"),
]


class RecipientShape(Shape):
    given_name: Name | None = None
    family_name: Name | None = None
    phone: Name | None = None
    email: Email | None = None
    locale: Locale | None = None


class ConsentShape(Shape):
    sms: bool | None = None
    email: bool | None = None
    feedback: bool | None = None


class BookingShape(Shape):
    hold: Id
    recipient: RecipientShape = Field(default_factory=RecipientShape)
    consent: ConsentShape = Field(default_factory=ConsentShape)
    note: Text = ""


class PlaceShape(Shape):
    kind: Literal["neighbour", "safe_place", "pickup_point"]
    #: With whom or where, in the customer's words.
    text: LeftWith = ""
    #: A pickup point's id.
    place: Id | None = None


class RescheduleShape(Shape):
    option: OptionId
    accept_fee: MoneyShape | None = None


@router.put("/{reference}", status_code=201)
def put_booking(
    reference: PathId, ask: BookingShape, house: TheHouse, _key: ShopKey, now: Now
) -> Response:
    """Book a hold: its promise and its confirmation come with it, or nothing does."""
    wanted = checkout.BookingAsk(
        hold=ask.hold, recipient=checkout.Recipient(**ask.recipient.model_dump()),
        consent=ask.consent.model_dump(exclude_none=True), note=ask.note,
        digest=digest_of("book", ask),
    )  # fmt: skip
    booking, is_new = checkout.book(house, reference, wanted, now=now)
    return _shown(house, booking, 201 if is_new else 200)


@router.get("/{reference}")
def get_booking(reference: PathId, house: TheHouse, _key: ShopKey) -> Response:
    with house.database.read() as conn:
        return answered(booking_json(conn, house, bookings.get(conn, reference)))


@router.get("/{reference}/options")
def get_move_options(reference: PathId, house: TheHouse, _key: ShopKey, now: Now) -> Response:
    """The free times this delivery can move to, each with its fee."""
    with house.database.read() as conn:
        booking = bookings.get(conn, reference)
        free = rescheduling.move_options(conn, house, booking, now=now)
    until = (now + SHOWN_FOR).astimezone(booking.window.start.tzinfo)
    return answered(
        {"valid_until": until.isoformat(), "options": [each.as_json() for each in free]}
    )


@router.post("/{reference}/reschedule")
def reschedule(
    reference: PathId,
    ask: RescheduleShape,
    house: TheHouse,
    caller: ShopKey,
    now: Now,
    key: IdempotencyKey = None,
) -> Response:
    """Move the delivery to a free time, its place with it, and tell the customer."""

    def effect(conn: Connection) -> dict[str, Any]:
        booking = bookings.get(conn, reference)
        option = rescheduling.wanted_option(conn, house, booking, ask.option, now=now)
        _agree(option.fee or Money(0, house.settings.shop.currency), ask.accept_fee)
        moved = rescheduling.move(conn, house, booking, option, by="shop", now=now)
        return booking_json(conn, house, moved)

    asked = digest_of(f"reschedule {reference}", ask)
    return once(house, caller, key, asked, effect, now=now)


@router.post("/{reference}/cancel")
def cancel(
    reference: PathId, house: TheHouse, caller: ShopKey, now: Now, key: IdempotencyKey = None
) -> Response:
    """Call the delivery off, free its place and tell the customer."""

    def effect(conn: Connection) -> dict[str, Any]:
        booking = bookings.lock(conn, reference)
        gone = rescheduling.cancel(conn, house, booking, by="shop", now=now)
        return booking_json(conn, house, gone)

    return once(house, caller, key, digest_of(f"cancel {reference}", None), effect, now=now)


@router.post("/{reference}/place")
def change_place(
    reference: PathId, ask: PlaceShape, house: TheHouse, caller: ShopKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Leave it with a neighbour or somewhere safe, or bring it to a pickup point instead."""

    def effect(conn: Connection) -> dict[str, Any]:
        booking = bookings.lock(conn, reference)
        if ask.kind == relocating.PICKUP_POINT:
            if ask.place is None:
                raise NotValid("/place", "Say which pickup point, by its id.")
            option = relocating.point_option(conn, house, booking, ask.place, now=now)
            changed = relocating.to_point(conn, house, booking, option, now=now)
        elif not ask.text:
            raise NotValid("/text", "Say with whom or where it may be left.")
        else:
            changed = relocating.leave_with(conn, house, booking, ask.kind, ask.text, now=now)
        return booking_json(conn, house, changed)

    return once(house, caller, key, digest_of(f"place {reference}", ask), effect, now=now)


def _agree(fee: Money, accepted: MoneyShape | None) -> None:
    """Refuse a fee nobody agreed to. Nothing has to be said about a free move."""
    if accepted is None and fee.amount == 0:
        return
    if accepted is None or Money(accepted.amount, accepted.currency) != fee:
        raise FeeChanged(fee=fee.as_json())


def _shown(house: House, booking: Booking, status: int) -> Response:
    with house.database.read() as conn:
        return answered(booking_json(conn, house, booking), status)
