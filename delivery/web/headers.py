"""Rules for every page: what it may load, where it may be kept, and that forms are our own.

A plain ASGI ring: to the API, to Twilio's calls and to machines it does nothing at all.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from delivery.house import House
from delivery.web import csrf
from delivery.web.error_pages import error_page
from delivery.web.static_files import add_static_files
from delivery.web.templating import DESK
from delivery.web.visit import LANG_COOKIE, Visit, read_form

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: An e-mail brings its styles along; under this it may show them, and do nothing else at all.
EMAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
_EMAIL = re.compile(r"/ops/notices/\w+/\w+/email")
_NOT_PAGES = ("/v1/", "/sms/", "/health/", "/metrics", "/openapi.json")
#: Posted to by mailboxes without a cookie (RFC 8058); the token in the address is the right to.
_BY_LINK = "/unsubscribe/"
_PROBLEM = b"application/problem+json"
_FOREVER = "public, max-age=31536000, immutable"


def add_page_rules(app: FastAPI) -> None:
    """Serve the stylesheet, and put every page of `app` under the rules of this file."""
    add_static_files(app)
    app.add_middleware(PageRules)


class PageRules:
    """Wraps the application; what is no page passes through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NOT_PAGES):
            await self._app(scope, receive, send)
            return
        house: House = scope["app"].state.house
        visit = Visit.of(scope, house.settings.server.secret.get_secret_value())
        scope.setdefault("state", {})["visit"] = visit
        answer = _Answer(scope, visit, house, send)
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            body = await _body(receive)
            visit.form = read_form(body)
            receive = _again(body, receive)
            by_link = visit.path.startswith(_BY_LINK)
            if not by_link and not visit.is_ours(house.settings.server.public_url):
                await error_page(house, visit, 403)(scope, receive, answer.send)
                return
        try:
            await self._app(scope, receive, answer.send)
        except Exception:
            # The page is shown here; whoever stands outside still learns of it and counts it.
            await answer.broke(receive)
            raise
        await answer.instead(receive)


class _Answer:
    """Sends an answer on with a page's headers, and shows a page where a problem was said."""

    def __init__(self, scope: Scope, visit: Visit, house: House, send: Send) -> None:
        self._scope = scope
        self._visit = visit
        self._house = house
        self._send = send
        self._started = False
        self._problem = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            said = headers.get(b"content-type", b"")
            if message["status"] >= 400 and said.startswith(_PROBLEM):
                self._problem = message["status"]
                return
            message["headers"] = [*message["headers"], *self._added(message["status"])]
            self._started = True
        elif self._problem and not self._started:
            return
        await self._send(message)

    async def instead(self, receive: Receive) -> None:
        """Show the page for the problem that was answered, if one was."""
        if self._problem and not self._started:
            status, self._problem = self._problem, 0
            await error_page(self._house, self._visit, status)(self._scope, receive, self.send)

    async def broke(self, receive: Receive) -> None:
        if not self._started:
            self._problem = 0
            await error_page(self._house, self._visit, 500)(self._scope, receive, self.send)

    def _added(self, status: int) -> list[tuple[bytes, bytes]]:
        added = page_headers(self._visit.path, status) | self._cookies()
        return [(name.split("#")[0].encode(), value.encode()) for name, value in added.items()]

    def _cookies(self) -> dict[str, str]:
        rules = "; Path=/; HttpOnly; SameSite=Lax"
        if self._house.settings.server.public_url.startswith("https:"):
            rules += "; Secure"
        found = {}
        if self._visit.new_cookie:
            found["set-cookie#1"] = f"{csrf.COOKIE}={self._visit.new_cookie}{rules}"
        chosen = self._visit.query.get("lang", "")
        if chosen in self._house.words.spoken(DESK):
            found["set-cookie#2"] = f"{LANG_COOKIE}={chosen}{rules}"
        return found


def page_headers(path: str, status: int) -> dict[str, str]:
    """What every page says about itself; only the stylesheet and script may be kept."""
    kept = _FOREVER if path.startswith("/static/") and status in (200, 304) else "no-store"
    secret = path.startswith(("/my", _BY_LINK))
    shows_email = status == 200 and _EMAIL.fullmatch(path)
    return {
        "content-security-policy": EMAIL_POLICY if shows_email else POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer" if secret else "same-origin",
        "cache-control": kept,
        "cross-origin-opener-policy": "same-origin",
    }


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
