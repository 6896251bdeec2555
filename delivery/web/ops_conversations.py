"""Conversations that wait for a person: read, answer, close."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.flows import desk as desk_flow
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.store import bookings, conversations
from delivery.store.staff import Member
from delivery.web import ops_delivery
from delivery.web.at_desk import AtDesk, frame_of
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import language_for, say, show
from delivery.web.views_ops import ConversationsPage, Waiting
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

_LONGEST = 1000


@router.get("/ops/conversations")
def list_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Who waits, longest first."""
    with house.database.read() as conn:
        return _page(conn, house, visit, member, None, now=now)


@router.get("/ops/conversations/{reference}")
def thread_page(
    reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """One conversation, with its delivery beside it."""
    with house.database.read() as conn:
        return _page(conn, house, visit, member, bookings.get(conn, reference), now=now)


@router.post("/ops/conversations/{reference}/answer")
def answer(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Send an answer in the agent's own words, signed with their first name."""
    text = visit.text("text")
    if not text or len(text) > _LONGEST:
        with house.database.read() as conn:
            known = bookings.get(conn, reference)
            return _page(conn, house, visit, member, known, now=now, draft=text[:_LONGEST],
                         wrong=True)  # fmt: skip
    with house.database.write() as conn:
        desk_flow.answer(conn, house, reference, text, member.name.split()[0], now=now)
    return RedirectResponse(f"/ops/conversations/{reference}", 303)


@router.post("/ops/conversations/{reference}/close")
def close(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Nothing is open here any more."""
    with house.database.write() as conn:
        desk_flow.close(conn, reference, now=now)
    return RedirectResponse("/ops/conversations", 303)


def _page(
    conn: Connection, house: House, visit: Visit, member: Member, booking: Booking | None, *,
    now: datetime, draft: str = "", wrong: bool = False,
) -> Response:  # fmt: skip
    lang = language_for(house, visit)
    speak = partial(say, house.words, lang)
    waiting = conversations.waiting(conn)
    listed = tuple(_listed(conn, house, each, booking, lang, now) for each in waiting)
    view = ConversationsPage(
        desk=frame_of(conn, house, member, "conversations", now=now),
        count=str(speak("conv_wait", count=len(listed))),
        waiting=listed,
        errors=(FieldError("text", str(speak("conv_wrong"))),) if wrong else (),
        draft=draft,
        **_opened(conn, house, booking, lang, now),
    )
    return show(house, visit, view, lang, status=422 if wrong else 200)


def _opened(
    conn: Connection, house: House, booking: Booking | None, lang: str, now: datetime
) -> dict[str, Any]:
    if booking is None:
        return {}
    teller = ops_delivery.teller_of(conn, house, booking, lang, now)
    language = teller.say(f"lang_{house.words.language(booking.locale)}")
    return {
        "reference": booking.reference,
        "name": ops_delivery.name_of(booking),
        "writes_in": str(teller.say("conv_language", language=language)),
        "bubbles": ops_delivery.bubbles_of(conn, teller),
        "may_answer": bool(booking.phone),
        "card": ops_delivery.card_of(teller),
    }


def _listed(
    conn: Connection, house: House, row: dict[str, Any], opened: Booking | None, lang: str,
    now: datetime,
) -> Waiting:  # fmt: skip
    name = f"{row['given_name']} {row['family_name']}".strip() or row["reference"]
    booking = bookings.get(conn, row["reference"])
    teller = ops_delivery.teller_of(conn, house, booking, lang, now)
    theirs = [each.text for each in ops_delivery.bubbles_of(conn, teller) if not each.ours]
    minutes = round((now - row["waiting_since"]).total_seconds() / 60)
    return Waiting(
        reference=row["reference"], name=name,
        initials="".join(part[0] for part in name.split()[:2]).upper(),
        text=theirs[-1] if theirs else "", since=str(teller.say("conv_since", minutes=minutes)),
        current=opened is not None and opened.reference == row["reference"],
    )  # fmt: skip
