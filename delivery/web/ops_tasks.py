"""What somebody at the desk has to do because no machine can, and the button for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.house import House
from delivery.rules import phrases
from delivery.store import bookings
from delivery.web.at_desk import AtDesk, local
from delivery.web.deps import Now, TheHouse
from delivery.web.views_ops import TaskLine
from notifications import breaker, tasks

router = APIRouter(include_in_schema=False)

#: More than anybody sees at once; the rest follows as these are done.
SHOWN = 20
_SENDER = "sender"


def lines(conn: Connection, house: House, lang: str, now: Now) -> tuple[TaskLine, ...]:
    """What is open, the oldest first."""
    return tuple(_line(conn, house, each, lang, now) for each in tasks.list_open(conn, most=SHOWN))


@router.post("/ops/tasks/{number}/done")
def done(
    number: Annotated[int, InPath(ge=1, le=2**53)], member: AtDesk, house: TheHouse, now: Now
) -> Response:
    """It is done. A sender said to be mended is tried with the next message."""
    with house.database.write() as conn:
        task = tasks.done(conn, number, by=member.name, now=now)
        if task is not None and task.kind == _SENDER:
            breaker.try_now(conn, task.dedupe_key.partition(":")[2], now=now)
    return RedirectResponse("/ops#tasks", 303)


def _line(conn: Connection, house: House, task: tasks.Task, lang: str, now: Now) -> TaskLine:
    here, since = local(house, now), local(house, task.created_at)
    at = phrases.clock_time(since, lang)
    if since.date() != here.date():
        at = f"{phrases.day(since.date(), lang)} {at}"
    known = bookings.find(conn, task.about) if task.kind != _SENDER else None
    link = f"/ops/deliveries/{known.reference}" if known else ""
    about = known.reference if known else ""
    return TaskLine(task.id, task.text, at, about, link, task.kind == _SENDER)
