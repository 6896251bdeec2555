"""The link under every e-mail: no more optional ones. News of a delivery under way still comes.

Opening it changes nothing, since scanners of mail open every link; the button, and a mailbox's own
"unsubscribe" (RFC 8058: a POST without cookies), act. The token alone is the right to do so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath
from fastapi.responses import Response
from sqlalchemy import Connection

from delivery.house import House
from delivery.rules.links import unsubscribes
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import View, language_for, show
from delivery.web.visit import TheVisit, Visit
from notifications import unsubscribed

router = APIRouter(include_in_schema=False)

Token = Annotated[str, InPath(max_length=64)]


@dataclass(frozen=True)
class UnsubscribePage(View):
    """`done` = optional e-mails are stopped for this reader."""

    template: ClassVar[str] = "pages/unsubscribe.html"

    here: str
    done: bool


@router.get("/unsubscribe/{token}")
def ask(token: Token, house: TheHouse, visit: TheVisit) -> Response:
    """What it would stop, and the button."""
    with house.database.read() as conn:
        address = _reader(conn, house, token)
        return _page(house, visit, token, done=unsubscribed.has(conn, address))


@router.post("/unsubscribe/{token}")
def act(token: Token, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Stop them. Again is the same."""
    by_itself = visit.form.get("List-Unsubscribe") == "One-Click"
    with house.database.write() as conn:
        address = _reader(conn, house, token)
        words = "List-Unsubscribe=One-Click" if by_itself else "the button of the page"
        unsubscribed.unsubscribe(conn, address, source="page", words=words, now=now)
    return _page(house, visit, token, done=True)


@router.post("/unsubscribe/{token}/back")
def undo(token: Token, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """They may come again."""
    with house.database.write() as conn:
        address = _reader(conn, house, token)
        unsubscribed.subscribe(conn, address, source="page", words="the page's button", now=now)
    return _page(house, visit, token, done=False)


def _reader(conn: Connection, house: House, token: str) -> str:
    number = unsubscribes(house.settings.server.secret.get_secret_value(), token)
    address = unsubscribed.address_of(conn, number) if number is not None else None
    if address is None:
        raise HTTPException(404)
    return address


def _page(house: House, visit: Visit, token: str, *, done: bool) -> Response:
    view = UnsubscribePage(here=f"/unsubscribe/{token}", done=done)
    return show(house, visit, view, language_for(house, visit))
