"""In and out of /ops: a login, a password, a cookie for the day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from delivery.house import House
from delivery.store import staff
from delivery.store.staff import Member
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import View, language_for, show
from delivery.web.throttle import Throttle
from delivery.web.visit import TheVisit, Visit

COOKIE = "perille_ops"
_LONGEST = 200

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class LoginPage(View):
    template: ClassVar[str] = "ops/login.html"

    login: str = ""
    error: str = ""


class LogInFirst(Exception):
    """Nobody is logged in."""


# `async`, though it only reads memory: a plain `def` dependency costs a hop to another thread.
async def _throttle(request: Request) -> Throttle:
    state = request.app.state
    if not hasattr(state, "throttle"):
        state.throttle = Throttle()
    throttle: Throttle = state.throttle
    return throttle


TheThrottle = Annotated[Throttle, Depends(_throttle)]


def member_of(house: House, visit: Visit, now: datetime) -> Member | None:
    """Who is logged in on this visit."""
    token = visit.cookies.get(COOKIE, "")
    if not token:
        return None
    with house.database.read() as conn:
        return staff.of_session(conn, token, now=now)


@router.get("/ops/login")
def login_page(house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The form; somebody who is logged in is sent on."""
    if member_of(house, visit, now):
        return RedirectResponse("/ops", 303)
    return show(house, visit, LoginPage(), language_for(house, visit))


@router.post("/ops/login")
def log_in(
    request: Request, house: TheHouse, visit: TheVisit, now: Now, throttle: TheThrottle
) -> Response:
    """Open a session, or say why not without saying which of the two was wrong."""
    login, address = visit.line("login")[:_LONGEST], request.client.host if request.client else ""
    wait = throttle.wait(login, address, now=now)
    if wait is not None:
        return _refused(house, visit, login, 429, wait)
    password = visit.form.get("password", "")
    with house.database.read() as conn:
        member = staff.check(conn, login, password) if len(password) <= _LONGEST else None
    if member is None:
        throttle.failed(login, address, now=now)
        return _refused(house, visit, login, 401, None)
    throttle.passed(login, address)
    return _let_in(house, member, now)


def _let_in(house: House, member: Member, now: datetime) -> Response:
    hours = house.settings.ops.session_hours
    with house.database.write() as conn:
        token = staff.open_session(conn, member.login, now=now, hours=hours)
    answer = RedirectResponse("/ops", 303)
    answer.set_cookie(
        COOKIE, token, max_age=int(hours * 3600), path="/ops", httponly=True, samesite="lax",
        secure=house.settings.server.public_url.startswith("https:"),
    )  # fmt: skip
    return answer


def _refused(
    house: House, visit: Visit, login: str, status: int, wait: timedelta | None
) -> Response:
    lang = language_for(house, visit)
    if wait is None:
        error = house.words.say(lang, "pages.login_wrong")
    else:
        minutes = max(1, math.ceil(wait.total_seconds() / 60))
        error = house.words.say(lang, "pages.login_wait", minutes=minutes)
    answer = show(house, visit, LoginPage(login=login, error=error), lang, status=status)
    if wait is not None:
        answer.headers["Retry-After"] = str(max(1, math.ceil(wait.total_seconds())))
    return answer


@router.post("/ops/logout")
def log_out(house: TheHouse, visit: TheVisit) -> Response:
    """End this session, here and in the database."""
    with house.database.write() as conn:
        staff.close_session(conn, visit.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/ops/login", 303)
    answer.delete_cookie(COOKIE, path="/ops")
    return answer
