"""Beside Twilio's API: the phones of its customers, and the levers for trouble."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notifications.stand_in.faults import Fault
from notifications.stand_in.ledger import Sms

if TYPE_CHECKING:
    from notifications.stand_in.server import StandIn

_MOST_BYTES = 64 * 1024
_LONGEST = 1600


def controls(stand_in: StandIn) -> list[Route]:
    """Routes under /stand-in."""

    async def phones(_request: Request) -> Response:
        return JSONResponse({"phones": _phones(stand_in)})

    async def phone(request: Request) -> Response:
        number = request.path_params["number"]
        thread = stand_in.ledger.select(lambda sms: number in (sms.to, sms.sender))
        return JSONResponse(
            {"number": number, "stopped": stand_in.ledger.has_stopped(number),
             "messages": [_bubble(each) for each in thread]}
        )  # fmt: skip

    async def replies(request: Request) -> Response:
        return await _with_json(request, lambda given: _reply(stand_in, given))

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            return await _with_json(request, lambda given: _fault(stand_in, given))
        if request.method == "DELETE":
            stand_in.faults.clear()
        return JSONResponse({"faults": stand_in.faults.as_json()})

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return [
        Route("/stand-in/health", health, methods=["GET"]),
        Route("/stand-in/phones", phones, methods=["GET"]),
        Route("/stand-in/phones/{number}", phone, methods=["GET"]),
        Route("/stand-in/replies", replies, methods=["POST"]),
        Route("/stand-in/faults", faults, methods=["GET", "POST", "DELETE"]),
    ]


def _bubble(sms: Sms) -> dict[str, Any]:
    return {
        "sid": sms.sid,
        "direction": "in" if sms.direction == "inbound" else "out",
        "from": sms.sender,
        "to": sms.to,
        "body": sms.body,
        "segments": sms.num_segments,
        "status": sms.status,
        "at": sms.created_at.isoformat(),
    }


def _phones(stand_in: StandIn) -> list[dict[str, Any]]:
    """Each phone with its latest message, the most recent phone first."""
    latest: dict[str, Sms] = {}
    for sms in stand_in.ledger.select(lambda _: True):
        number = sms.sender if sms.direction == "inbound" else sms.to
        latest.pop(number, None)
        latest[number] = sms
    return [{"number": number, "last": _bubble(sms)} for number, sms in reversed(latest.items())]


def _reply(stand_in: StandIn, given: dict[str, Any]) -> Response:
    sender, body = given.get("from"), given.get("body")
    if not isinstance(sender, str) or not 3 <= len(sender) <= 32:
        return _no("from is a phone number")
    if not isinstance(body, str) or len(body) > _LONGEST:
        return _no(f"body is a text of at most {_LONGEST} characters")
    # Half a surrogate pair and NUL cannot be typed on a phone.
    text = body.replace("\x00", "").encode("utf-8", "ignore").decode()
    return JSONResponse({"sid": stand_in.reply(sender, text)}, 202)


def _fault(stand_in: StandIn, given: dict[str, Any]) -> Response:
    try:
        stand_in.faults.add(Fault(**given))
    except (TypeError, ValueError) as error:
        return _no(str(error))
    return JSONResponse({"faults": stand_in.faults.as_json()}, 201)


async def _with_json(request: Request, use: Callable[[dict[str, Any]], Response]) -> Response:
    # Only JSON: no page of another site can post that without asking first.
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return JSONResponse({"detail": "Only JSON is read here."}, 415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return JSONResponse({"detail": "Too long."}, 413)
    try:
        given = json.loads(body)
    except ValueError:
        return JSONResponse({"detail": "This is not JSON."}, 400)
    return use(given) if isinstance(given, dict) else _no("an object is expected")


def _no(why: str) -> Response:
    return JSONResponse({"detail": why}, 422)
