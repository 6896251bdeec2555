"""Another place than planned, chosen on the customer's own page: left with somebody, or fetched."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from delivery.flows import relocating
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import BOOKED, ON_THE_WAY, Booking
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import TooLate
from delivery.web import my_pages
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.my import Reference, changed, mine
from delivery.web.templating import language_for, say, show
from delivery.web.views_my import PlaceLine, PlacesPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

_LONGEST = 160
_KINDS = (relocating.NEIGHBOUR, relocating.SAFE_PLACE)
_MOST = 8


@router.get("/my/delivery/{reference}/place")
def place_page(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """With whom or where it may be left, and the nearest points it could go to."""
    with house.database.read() as conn:
        return _page(conn, house, visit, mine(conn, house, visit, reference, now), now)


@router.post("/my/delivery/{reference}/leave")
def leave(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Leave it with a neighbour or somewhere safe, in the customer's words."""
    kind, text = visit.line("kind"), " ".join(visit.text("text").split())
    if kind not in _KINDS or not text or len(text) > _LONGEST:
        with house.database.read() as conn:
            booking = mine(conn, house, visit, reference, now)
            return _page(conn, house, visit, booking, now, wrong=True, draft=text[:_LONGEST])

    def step(conn: Connection, booking: Booking) -> None:
        relocating.leave_with(conn, house, booking, kind, text, now=now)

    return changed(house, visit, reference, now, step)


@router.post("/my/delivery/{reference}/fetch")
def fetch(reference: Reference, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Have it brought to the point that was pressed."""
    place = visit.line("place")

    def step(conn: Connection, booking: Booking) -> None:
        option = relocating.point_option(conn, house, booking, place, now=now)
        relocating.to_point(conn, house, booking, option, now=now)

    return changed(house, visit, reference, now, step)


def _page(
    conn: Connection, house: House, visit: Visit, booking: Booking, now: Now, *,
    wrong: bool = False, draft: str = "",
) -> Response:  # fmt: skip
    lang = language_for(house, visit, booking.locale)
    may_leave = booking.kind == "to_door" and booking.state in (BOOKED, ON_THE_WAY)
    points = relocating.points_near(conn, house, booking, now=now)[:_MOST]
    if not may_leave and not points:
        return my_pages.delivery(conn, house, visit, booking, now=now, refused=TooLate())
    wish = booking.leave_with or {}
    view = PlacesPage(
        here=f"/my/delivery/{booking.reference}", may_leave=may_leave,
        kind=str(wish.get("kind") or relocating.NEIGHBOUR),
        draft=draft or str(wish.get("text") or ""),
        points=tuple(_line(each, lang) for each in points),
        errors=(FieldError("text", str(say(house.words, lang, "wrong_leave"))),) if wrong else (),
    )  # fmt: skip
    return show(house, visit, view, lang, status=422 if wrong else 200)


def _line(option: DeliveryOption, lang: str) -> PlaceLine:
    assert option.place is not None
    return PlaceLine(
        option.place.id, option.place.name, option.place.street,
        phrases.distance(option.distance_m, lang) if option.distance_m is not None else "",
        phrases.day(option.window.start.date(), lang, short=True),
    )  # fmt: skip
