"""Conversations that wait for a person: read, answer, close."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.flows import desk as desk_flow
from delivery.house import House
from delivery.store import bookings, replies
from delivery.store.staff import Member
from delivery.web import ops_talks
from delivery.web.at_desk import AtDesk, frame_of
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_talks import Opened
from delivery.web.templating import language_for, say, show
from delivery.web.views_ops import ConversationsPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

_LONGEST = 1000


@router.get("/ops/conversations")
def list_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Who waits, longest first."""
    with house.database.read() as conn:
        return _page(conn, house, visit, member, "", now=now)


@router.get("/ops/conversations/{reference}")
def thread_page(
    reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """One conversation, with its delivery beside it."""
    with house.database.read() as conn:
        return _page(conn, house, visit, member, reference, now=now)


@router.post("/ops/conversations/{reference}/answer")
def answer(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Send an answer in the agent's own words, signed with their first name."""
    text, agent = visit.text("text"), member.name.split()[0]
    if not text or len(text) > _LONGEST:
        with house.database.read() as conn:
            return _page(conn, house, visit, member, reference, now=now, draft=text[:_LONGEST],
                         wrong="conv_wrong")  # fmt: skip
    try:
        with house.database.write() as conn:
            unknown = ops_talks.stranger_number(reference)
            if unknown is None:
                desk_flow.answer(conn, house, reference, text, agent, now=now)
            else:
                desk_flow.answer_stranger(conn, house, unknown, text, agent, now=now)
    except desk_flow.CannotText:
        with house.database.read() as conn:
            return _page(conn, house, visit, member, reference, now=now, draft=text,
                         wrong="conv_no_phone")  # fmt: skip
    return RedirectResponse(f"/ops/conversations/{reference}", 303)


@router.post("/ops/conversations/{reference}/close")
def close(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Nothing is open here any more."""
    with house.database.write() as conn:
        unknown = ops_talks.stranger_number(reference)
        if unknown is None:
            bookings.get(conn, reference)
            desk_flow.close(conn, reference, now=now)
        else:
            replies.close_stranger(conn, replies.stranger(conn, unknown).id)
    return RedirectResponse("/ops/conversations", 303)


def _page(
    conn: Connection, house: House, visit: Visit, member: Member, reference: str, *,
    now: datetime, draft: str = "", wrong: str = "",
) -> Response:  # fmt: skip
    lang = language_for(house, visit)
    speak = partial(say, house.words, lang)
    opened = Opened()
    if reference:
        opened = ops_talks.opened(conn, house, reference, lang, now=now)
    waiting = ops_talks.waiting(conn, house, reference, lang, now=now)
    view = ConversationsPage(
        desk=frame_of(conn, house, member, "conversations", now=now),
        count=str(speak("conv_wait", count=len(waiting))), waiting=waiting, draft=draft,
        errors=(FieldError("text", str(speak(wrong))),) if wrong else (),
        reference=opened.reference, name=opened.name, writes_in=opened.writes_in,
        bubbles=opened.bubbles, may_answer=opened.may_answer, card=opened.card,
    )  # fmt: skip
    return show(house, visit, view, lang, status=422 if wrong else 200)
