"""Broadcasts at the desk: composed, counted, sent, watched and stopped; with and without script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import Connection

from delivery.flows import broadcasts as flow
from delivery.house import House
from delivery.ids import digest, new_id
from delivery.rules.broadcasts import BroadcastMove
from delivery.rules.refusals import NotValid
from delivery.store import broadcasts, idempotency
from delivery.store.idempotency import Answer
from delivery.store.staff import Member
from delivery.web import ops_broadcast_form as form
from delivery.web import ops_broadcast_views as shown
from delivery.web.at_desk import AtDesk, frame_of, local
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import language_for, part, say, show
from delivery.web.views_broadcasts import BroadcastsPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

BroadcastId = Annotated[str, Path(pattern=r"^bc_[0-9a-f]{24}$")]
LISTED = 20
#: The part of a page that its events bring anew.
PROGRESS = "parts/broadcast_progress.html"
#: A stream of events ends after so many looks, a second apart; the browser asks for another.
LOOKS = 60


@router.get("/ops/broadcasts")
def list_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """A new one to compose, and those there are."""
    with house.database.read() as conn:
        return _composing(conn, house, visit, member, now)


@router.post("/ops/broadcasts")
def compose(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Fix the audience and show what will happen. Nothing is sent by this."""
    zone = local(house, now).tzinfo
    try:
        ask = form.read_form(visit.line, zone, member.login)  # type: ignore[arg-type]
        with house.database.write() as conn:
            known = _same(conn, visit, member, now)
            if known is None:
                made = flow.make(conn, house, ask, dry_run=True, now=now)
                known = made.id
                kept = Answer(200, known.encode())
                idempotency.settle(conn, _desk(member), visit.line("once"), kept)
    except NotValid as refused:
        with house.database.read() as conn:
            wrong = (form.field_error(refused),)
            return _composing(conn, house, visit, member, now, wrong)
    return RedirectResponse(f"/ops/broadcasts/{known}", 303)


@router.get("/ops/broadcasts/{broadcast_id}")
def broadcast_page(
    broadcast_id: BroadcastId, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """What will happen, or what does, with everybody who has it already."""
    lang = language_for(house, visit)
    with house.database.read() as conn:
        known = broadcasts.get(conn, broadcast_id)
        frame = frame_of(conn, house, member, "broadcasts", now=now)
        view = shown.page(conn, house, known, frame, lang, now=now)
    return show(house, visit, view, lang)


@router.get("/ops/broadcasts/{broadcast_id}/events")
async def events(
    broadcast_id: BroadcastId, request: Request, member: AtDesk, house: TheHouse, visit: TheVisit
) -> Response:
    """Server-sent events: `progress` with the part of the page anew, `changed` when it is over."""
    lang = language_for(house, visit)

    def look() -> tuple[str, str]:
        now = house.clock()
        with house.database.read() as conn:
            known = broadcasts.get(conn, broadcast_id)
            live = shown.live(conn, house, known, lang, now=now)
        return known.state, part(house, PROGRESS, lang, live=live)

    async def stream() -> AsyncIterator[str]:
        was, said = "", ""
        for _ in range(LOOKS):
            state, html = await run_in_threadpool(look)
            if html != said:
                said = html
                lines = "".join(f"data: {line}\n" for line in html.splitlines())
                yield f"event: progress\n{lines}\n"
            if was and state != was:
                yield "event: changed\ndata: \n\n"
                return
            was = state
            await asyncio.sleep(1)
            if await request.is_disconnected():
                return

    return StreamingResponse(stream(), media_type="text/event-stream")


@router.post("/ops/broadcasts/{broadcast_id}/{word}")
def move(
    broadcast_id: BroadcastId, word: Annotated[str, Path(pattern="^(start|pause|resume|cancel)$")],
    member: AtDesk, house: TheHouse, now: Now,
) -> Response:  # fmt: skip
    """Start, pause, go on, stop the rest; what cannot be done any more leaves it as it is."""
    try:
        with house.database.write() as conn:
            if word == "start":
                flow.start(conn, house, broadcast_id, now=now)
            elif word == "pause":
                flow.pause(conn, broadcast_id, by=member.name, now=now)
            elif word == "resume":
                flow.resume(conn, broadcast_id, now=now)
            else:
                flow.cancel(conn, broadcast_id, by=member.name, now=now)
    except BroadcastMove:
        pass  # somebody else was faster; the page shows how it stands
    return RedirectResponse(f"/ops/broadcasts/{broadcast_id}", 303)


@router.post("/ops/messages/panic")
def panic(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Hold everything that has not left, or let it go on."""
    with house.database.write() as conn:
        flow.panic(conn, stop=bool(visit.line("stop")), by=member.name, now=now)
    return RedirectResponse("/ops/broadcasts", 303)


def _same(conn: Connection, visit: Visit, member: Member, now: datetime) -> str | None:
    """The broadcast this very form made before, however often it is sent."""
    key = visit.line("once")[:100]
    if not key:
        raise NotValid("/audience", "Open the page anew and try again.")
    typed = "\n".join(f"{name}={value}" for name, value in sorted(visit.form.items()))
    known = idempotency.claim(conn, _desk(member), key, digest(typed.encode()), now=now)
    return known.body.decode() if known else None


def _desk(member: Member) -> str:
    return f"desk {member.login}"[:64]


def _composing(
    conn: Connection, house: House, visit: Visit, member: Member, now: datetime,
    errors: tuple[FieldError, ...] = (),
) -> Response:  # fmt: skip
    lang, here = language_for(house, visit), local(house, now)
    speak, typed = partial(say, house.words, lang), visit.line
    lists = form.lists(typed, speak)
    view = BroadcastsPage(
        desk=frame_of(conn, house, member, "broadcasts", now=here),
        rows=shown.rows(broadcasts.page(conn, before=2**53, most=LISTED), house, lang, now=now),
        held=shown.held(conn, house, lang), once=new_id("once"),
        days=form.days(typed, here.date(), speak, lang), lists=lists,
        narrowed=any(each.value for each in lists[2:]),
        notices=form.notices(typed, speak), ways=form.ways(typed, speak),
        minutes=form.minutes(typed, speak), window=form.window(typed, speak),
        reasons=form.reasons(typed, speak), others=form.others(typed, speak), errors=errors,
    )  # fmt: skip
    return show(house, visit, view, lang, status=422 if errors else 200)
