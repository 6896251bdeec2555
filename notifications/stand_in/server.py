"""The stand-in itself: an application that speaks Twilio's Messages API, and its Python door."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifications.clocks import Clock
from notifications.stand_in import speech
from notifications.stand_in.answers import CutAnswer, dripping
from notifications.stand_in.controls import controls
from notifications.stand_in.faults import Fault, Faults
from notifications.stand_in.ledger import Ledger, Sms
from notifications.stand_in.lists import asked_for
from notifications.stand_in.postman import Postman

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST_BYTES = 64 * 1024
#: Errors before and after the message was taken.
_NOT_TAKEN = {"500_before": 500, "503_before": 503, "hang_before": 503}
_TAKEN = {"500_after": 500, "503_after": 503}
_OTHER = {"sent": "delivered", "delivered": "sent"}
#: How often each receipt comes when it comes too often.
_MANY = 20


class StandIn:
    """Twilio as far as we use it, in memory. `app` is the application to serve.

    Receipts follow after `sent_after` and `delivered_after` seconds; None = never.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        replies_url: str,
        clock: Clock,
        number: str = "+358401000000",
        sent_after: float | None = 0.1,
        delivered_after: float | None = 0.4,
        most: int = 5_000,
    ) -> None:
        self.account_sid = account_sid
        self.number = number
        self.faults = Faults()
        self.ledger = Ledger(clock, most=most)
        self._clock = clock
        self._replies_url = replies_url
        self._postman = Postman(auth_token)
        self._key = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._steps = {"sent": sent_after, "delivered": delivered_after}
        self.app = Starlette(routes=[*self._routes(), *controls(self)])

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What we handed over, oldest first, as Twilio would list it."""
        ours = self.ledger.select(lambda sms: sms.direction == "outbound-api")
        return [speech.message(each, self.account_sid) for each in ours]

    def reply(self, sender: str, body: str) -> str:
        """A person writes from their phone; the message's sid. It is posted to us soon."""
        last = self.ledger.select(lambda sms: sms.to == sender and bool(sms.sender))
        to = last[-1].sender if last else self.number
        fault = self.faults.next("reply")
        sms = self.ledger.add(
            sender, to, body, direction="inbound", status="received",
            service=last[-1].service if last else None, hidden_until=self._until(fault),
        )  # fmt: skip
        answer = self.ledger.hear(sender, body)
        if answer:
            self.ledger.add(to, sender, answer, direction="outbound-reply", status="delivered")
        if fault is None:
            self._postman.post(lambda: (self._replies_url, speech.reply(sms, self.account_sid)))
        return sms.sid

    def fail_next(self, kind: str, times: int = 1, **more: Any) -> None:
        """The next creates, lists or replies go wrong in this way; see `faults.KINDS`."""
        self.faults.add(Fault(kind, times, **more))

    def end(self, sid: str, status: str, error: int | None = None) -> None:
        """Twilio says what became of a message, after all that it said before."""
        self._follow(sid, status, error, after=0.0)

    def close(self) -> None:
        """Post nothing more."""
        self._postman.close()

    def _routes(self) -> list[Route]:
        at = f"/{speech.API_VERSION}/Accounts/{{account}}/Messages"
        return [
            Route(f"{at}.json", self._create, methods=["POST"]),
            Route(f"{at}.json", self._list, methods=["GET"]),
            Route(f"{at}/{{sid}}.json", self._fetch, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace")))
        if not self._may(request):
            return _no(401, 20003)
        fault = self.faults.next()
        if fault is not None:
            if fault.kind == "429":
                return _no(429, 20429, _retry_after(fault))
            if fault.kind == "hang_before":
                await asyncio.sleep(fault.seconds)
            if fault.kind in _NOT_TAKEN:
                return _no(_NOT_TAKEN[fault.kind], 20500)
            if fault.kind == "refuse":
                return _no(400, fault.code)
            if fault.kind == "late_accept":
                await asyncio.sleep(fault.seconds)
        refused = self._why_not(form)
        if refused:
            return _no(400, refused)
        sms = self._accept(form, fault)
        return await self._answer(sms, fault)

    def _why_not(self, form: dict[str, str]) -> int | None:
        to, body = form.get("To", ""), form.get("Body", "")
        callback = form.get("StatusCallback", "")
        checks = (
            (21604, not to),
            (21211, not _NUMBER.fullmatch(to)),
            (21603, not form.get("From") and not form.get("MessagingServiceSid")),
            (21602, not body),
            (21617, len(body) > 1600),
            (21609, bool(callback) and not callback.startswith(("http://", "https://"))),
            (21610, self.ledger.has_stopped(to)),
        )
        return next((code for code, wrong in checks if wrong), None)

    def _accept(self, form: dict[str, str], fault: Fault | None) -> Sms:
        service = form.get("MessagingServiceSid")
        sms = self.ledger.add(
            form.get("From") or (self.number if service else ""), form["To"], form["Body"],
            direction="outbound-api", status="accepted" if service else "queued",
            service=service, callback=form.get("StatusCallback", ""),
            hidden_until=self._until(fault),
        )  # fmt: skip
        self._send_receipts(sms.sid, fault.kind if fault else "")
        return sms

    def _send_receipts(self, sid: str, fault: str) -> None:
        steps = [] if fault == "no_receipts" else list(self._steps.items())
        if fault == "backward_receipts":
            steps = [(status, self._steps[other]) for status, other in _OTHER.items()]
        for status, after in steps:
            if after is not None:
                for _ in range(_MANY if fault == "many_receipts" else 1):
                    self._follow(sid, status, None, after=after)

    async def _answer(self, sms: Sms, fault: Fault | None) -> Response:
        written = speech.message(sms, self.account_sid)
        if fault is None:
            return JSONResponse(written, 201)
        if fault.is_late:
            await asyncio.sleep(fault.seconds)
        if fault.kind in _TAKEN:
            return _no(_TAKEN[fault.kind], 20500)
        if fault.kind == "drip_after":
            return dripping(written, fault.seconds)
        if fault.kind == "cut_after":
            return CutAnswer(written, 201)
        if fault.kind == "no_sid_after":
            return Response(b"", 201)
        return JSONResponse(written, 201)

    async def _list(self, request: Request) -> Response:
        if not self._may(request):
            return _no(401, 20003)
        if fault := self.faults.next("list"):
            await asyncio.sleep(fault.seconds)
            return _no(503, 20503)
        wanted = asked_for(dict(request.query_params), self._clock())
        if wanted is None:
            return _no(400, 20001)
        found = self.ledger.select(wanted.matches)[::-1]
        return JSONResponse(
            speech.page(found, self.account_sid, wanted.filters, wanted.page, wanted.size)
        )

    async def _fetch(self, request: Request) -> Response:
        if not self._may(request):
            return _no(401, 20003)
        if fault := self.faults.next("list"):
            await asyncio.sleep(fault.seconds)
            return _no(503, 20503)
        sms = self.ledger.get(request.path_params["sid"])
        return JSONResponse(speech.message(sms, self.account_sid)) if sms else _no(404, 20404)

    def _until(self, fault: Fault | None) -> datetime | None:
        """How long what it meets is not listed."""
        hidden = timedelta(seconds=fault.unlisted_for) if fault else None
        return self._clock() + hidden if hidden else None

    def _may(self, request: Request) -> bool:
        said = request.headers.get("authorization", "").removeprefix("Basic ")
        ours = request.path_params["account"] == self.account_sid
        return ours and secrets.compare_digest(said.encode(), self._key.encode())

    def _follow(self, sid: str, status: str, error: int | None, *, after: float) -> None:
        """A step on the message's way, and the receipt that tells of it."""
        moved: list[Sms] = []

        def letter() -> tuple[str, dict[str, str]] | None:
            if not moved:  # posted again, it is not moved again
                sms = self.ledger.move(sid, status, error)
                if sms is None:
                    return None
                moved.append(sms)
            if not moved[0].callback:
                return None
            return moved[0].callback, speech.receipt(moved[0], self.account_sid, status)

        self._postman.post(letter, after=after)


def _no(status: int, code: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(speech.error(status, code), status, headers)


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return body[:_MOST_BYTES]
