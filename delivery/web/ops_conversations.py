"""The inbox: who waits, and one conversation with its delivery beside it; live where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Connection

from delivery.house import House
from delivery.rules.refusals import NotFound
from delivery.store.staff import Member
from delivery.web import ops_talk, ops_talks
from delivery.web.at_desk import AtDesk, frame_of
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_talk import Typed
from delivery.web.ops_talks import Reader
from delivery.web.templating import DESK, language_for, part, show
from delivery.web.views_inbox import ConversationsPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

#: A stream of events ends after so many looks; the browser asks for another.
LOOKS, EVERY_SECONDS = 60, 2.0
_NOTHING = Typed()


@router.get("/ops/conversations")
def list_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Who waits, the soonest deadline first."""
    return page(house, visit, member, "", now=now)


@router.get("/ops/conversations/events")
async def events(request: Request, member: AtDesk, house: TheHouse, visit: TheVisit) -> Response:
    """Server-sent events: `list` and `thread`, each with its part of the page when it changed."""
    lang, mine = language_for(house, visit, section=DESK), _mine(visit)
    reference, token = visit.query.get("open", ""), visit.csrf_token

    def look() -> dict[str, str]:
        reader = Reader(house, member, lang, house.clock())
        with house.database.read() as conn:
            talks = ops_talks.talk_list(conn, reader, reference, mine=mine)
            parts = {"list": part(house, "parts/talk_list.html", lang, talks=talks)}
            if reference:
                thread = ops_talk.thread(conn, reader, reference)
                parts["thread"] = part(house, "parts/talk_thread.html", lang, thread=thread,
                                       frame={"csrf": token})  # fmt: skip
        return parts

    if reference:
        await run_in_threadpool(look)  # what is not there is said before the stream begins
    return StreamingResponse(_changes(request, look), media_type="text/event-stream")


async def _changes(request: Request, look: Callable[[], dict[str, str]]) -> AsyncIterator[str]:
    said: dict[str, str] = {}
    for _ in range(LOOKS):
        try:
            seen = await run_in_threadpool(look)
        except NotFound:
            return
        for name, html in seen.items():
            if said.get(name) != html:
                lines = "".join(f"data: {line}\n" for line in html.splitlines())
                yield f"event: {name}\n{lines}\n"
        said = seen
        await asyncio.sleep(EVERY_SECONDS)
        if await request.is_disconnected():
            return


@router.get("/ops/conversations/{reference}")
def thread_page(
    reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """One conversation; `?canned=` fills its answer with a ready one."""
    return page(house, visit, member, reference, now=now)


def page(
    house: House, visit: Visit, member: Member, reference: str, *, now: datetime,
    typed: Typed = _NOTHING, errors: tuple[FieldError, ...] = (), status: int = 200,
) -> Response:  # fmt: skip
    """The inbox with one conversation open, or none; what was typed stays."""
    reader = Reader(house, member, language_for(house, visit, section=DESK), now)
    with house.database.read() as conn:
        view = _view(conn, reader, visit, reference, typed, errors)
    return show(house, visit, view, reader.lang, status=status)


def _view(
    conn: Connection, reader: Reader, visit: Visit, reference: str, typed: Typed,
    errors: tuple[FieldError, ...],
) -> ConversationsPage:  # fmt: skip
    house, now, mine = reader.house, reader.now, _mine(visit)
    talk = thread = None
    if reference:
        canned = visit.query.get("canned", "") if visit.method == "GET" else ""
        talk = ops_talk.talk(conn, reader, reference, typed, canned)
        thread = ops_talk.thread(conn, reader, reference, typed)
        reference = talk.reference
    asked = {"open": reference} if reference else {}
    asked |= {"whose": "mine"} if mine else {}
    return ConversationsPage(
        desk=frame_of(conn, house, reader.member, "conversations", now=now),
        talks=ops_talks.talk_list(conn, reader, reference, mine=mine),
        events=f"/ops/conversations/events?{urlencode(asked)}",
        talk=talk, thread=thread, errors=errors,
    )  # fmt: skip


def _mine(visit: Visit) -> bool:
    return visit.query.get("whose") == "mine"
