"""A customer's own delivery behind a signed link: see it, accept it, move it, call it off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.flows import handing_over, rescheduling
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.refusals import FeeChanged, NotFound, Outdated, Refusal
from delivery.store import bookings, page_notes
from delivery.web import my_pages
from delivery.web.deps import Now, TheHouse
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

COOKIE = "perille_my"
_LONGEST = 1000
Reference = Annotated[str, InPath(max_length=64)]


@router.get("/my/{token}")
def open_link(token: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Open a link into a cookie and a clean address. A wrong, revoked or old one opens nothing."""
    with house.database.read() as conn:
        booking = _known(conn, house, token, now)
    answer = RedirectResponse(f"/my/delivery/{booking.reference}", 303)
    answer.set_cookie(
        COOKIE, token, path=f"/my/delivery/{booking.reference}", httponly=True, samesite="lax",
        max_age=int(timedelta(days=house.settings.links.days).total_seconds()),
        secure=house.settings.server.public_url.startswith("https:"),
    )  # fmt: skip
    return answer


@router.get("/my/delivery/{reference}")
def delivery_page(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The promise as it stands, and every way to change it."""
    with house.database.read() as conn:
        booking = mine(conn, house, visit, reference, now)
        return my_pages.delivery(conn, house, visit, booking, now=now)


@router.get("/my/delivery/{reference}/times")
def times_page(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Every free time, a day at a time."""
    with house.database.read() as conn:
        booking = mine(conn, house, visit, reference, now)
        try:
            return my_pages.times(conn, house, visit, booking, now=now)
        except Refusal as why:
            return my_pages.delivery(conn, house, visit, booking, now=now, refused=why)


@router.post("/my/delivery/{reference}/home")
def accept(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The customer will be home at the new time; written down once for each promise."""

    def step(conn: Connection, booking: Booking) -> None:
        page_notes.accept(conn, booking, now=now)

    return changed(house, visit, reference, now, step)


@router.post("/my/delivery/{reference}/move")
def move(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Move to the time that was pressed, for the fee it was shown with.

    Refused when the delivery has been changed since the page was shown: by SMS, or by the shop.
    """
    option_id, fee, version = [*visit.line("option").split("|"), "", ""][:3]
    if not option_id:
        with house.database.read() as conn:
            booking = mine(conn, house, visit, reference, now)
            return my_pages.times(conn, house, visit, booking, now=now, nothing_chosen=True)

    def step(conn: Connection, booking: Booking) -> None:
        if version and version != str(booking.version):
            raise Outdated
        option = rescheduling.wanted_option(conn, house, booking, option_id, now=now)
        if option.fee is not None and str(option.fee.amount) != fee:
            raise FeeChanged
        rescheduling.move(conn, house, booking, option, by="page", now=now)

    return changed(house, visit, reference, now, step)


@router.post("/my/delivery/{reference}/undo")
def undo(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Take the last move back."""

    def step(conn: Connection, booking: Booking) -> None:
        rescheduling.undo(conn, house, booking, by="page", now=now)

    return changed(house, visit, reference, now, step)


@router.get("/my/delivery/{reference}/cancel")
def cancel_page(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """What cancelling means, before it is done: it cannot be undone."""
    with house.database.read() as conn:
        booking = mine(conn, house, visit, reference, now)
        return my_pages.cancelling(conn, house, visit, booking, now=now)


@router.post("/my/delivery/{reference}/cancel")
def cancel(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Call the delivery off."""

    def step(conn: Connection, booking: Booking) -> None:
        rescheduling.cancel(conn, house, booking, by="page", now=now)

    return changed(house, visit, reference, now, step)


@router.post("/my/delivery/{reference}/messages")
def write(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """A message in the customer's own words; it waits for a person."""
    body = visit.text("body")
    if not body or len(body) > _LONGEST:
        with house.database.read() as conn:
            booking = mine(conn, house, visit, reference, now)
            return my_pages.delivery(conn, house, visit, booking, now=now, draft=body[:_LONGEST],
                                     wrong="wrong_message")  # fmt: skip

    def step(conn: Connection, booking: Booking) -> None:
        page_notes.write(conn, booking, body, now=now)
        handing_over.wait_for_person(conn, house, booking, now=now)

    return changed(house, visit, reference, now, step, at="#ms")


def changed(
    house: House, visit: Visit, reference: str, now: Now,
    step: Callable[[Connection, Booking], None], *, at: str = "",
) -> Response:  # fmt: skip
    """Do one step with the locked booking, then show it; a refusal is shown in words."""
    try:
        with house.database.write() as conn:
            mine(conn, house, visit, reference, now)
            step(conn, bookings.lock(conn, reference))
    except NotFound:
        raise
    except Refusal as why:
        with house.database.read() as conn:
            booking = mine(conn, house, visit, reference, now)
            return my_pages.delivery(conn, house, visit, booking, now=now, refused=why)
    return RedirectResponse(f"/my/delivery/{reference}{at}", 303)


def mine(conn: Connection, house: House, visit: Visit, reference: str, now: Now) -> Booking:
    """The booking this browser opened a link to. Anything else is the same 404."""
    booking = _known(conn, house, visit.cookies.get(COOKIE, ""), now)
    if booking.reference != reference:
        raise HTTPException(404)
    return booking


def _known(conn: Connection, house: House, token: str, now: Now) -> Booking:
    secret = house.settings.server.secret.get_secret_value()
    # A token is ASCII; anything else could not even be hashed.
    booking = bookings.by_link(conn, secret, token) if token.isascii() else None
    age = timedelta(days=house.settings.links.days)
    if booking is None or now >= booking.window.end + age:
        raise HTTPException(404)
    return booking
