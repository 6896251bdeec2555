"""Carriers tell us what happened: checked, kept, answered. The work comes after."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook

from delivery.flows import tracking
from delivery.house import House
from delivery.web.carrier_shapes import EventShape
from delivery.web.deps import Now, TheHouse

router = APIRouter(tags=["carriers"])

MOST_BYTES = 64 * 1024
#: How far a carrier's clock may be from ours, either way.
TOLERANCE = timedelta(minutes=5)
_EVENT_ID = re.compile(r"[\x21-\x7e]{1,200}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"An event has at most {MOST_BYTES} bytes.")
    return bytes(body)


_SHAPE = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": EventShape.model_json_schema()}},
    }
}


@router.post("/v1/carriers/{code}/events", status_code=202, openapi_extra=_SHAPE)
def receive_event(
    code: str, request: Request, body: Annotated[bytes, Depends(_body)], house: TheHouse, now: Now
) -> dict[str, str]:
    """Keep a signed event. The same `webhook-id` again is answered the same, without effect."""
    event_id = _signed_by(house, code, request.headers, body, now)
    event = _read(body, now)
    with house.database.write() as conn:
        tracking.keep_event(conn, house, code, event_id, event, now=now)
    return {"state": "kept"}


def _signed_by(
    house: House, code: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The event's id, once the signature is the carrier's and fresh.

    An unknown carrier, a wrong signature and an old one are answered alike.
    """
    event_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    carrier = house.settings.carriers.get(code)
    secret = carrier.secret.get_secret_value() if carrier else ""
    right = _EVENT_ID.fullmatch(event_id) and _TIMESTAMP.fullmatch(sent) and secret
    if not right or not _fresh(int(sent), now):
        raise _unsigned()
    expected = _signature(secret, event_id, int(sent), body)
    given = headers.get("webhook-signature", "").encode("latin-1", "replace").split(b" ")
    if expected is None or not any([hmac.compare_digest(expected, each) for each in given]):
        raise _unsigned()
    return event_id


def _unsigned() -> HTTPException:
    return HTTPException(401, "The signature is missing, wrong or more than five minutes old.")


def _fresh(sent: int, now: datetime) -> bool:
    return abs(sent - now.timestamp()) <= TOLERANCE.total_seconds()


def _signature(secret: str, event_id: str, sent: int, body: bytes) -> bytes | None:
    # The library's `verify` looks at its own clock; ours is an argument.
    try:
        text = body.decode()
        moment = datetime.fromtimestamp(sent, UTC)
        return Webhook(secret).sign(event_id, moment, text).encode()
    except ValueError:
        return None  # not UTF-8, so not what a carrier signed


def _read(body: bytes, now: datetime) -> dict[str, Any]:
    """The event as it is kept. 400 when it is no JSON, 422 with pointers when it says nonsense."""
    try:
        shape = EventShape.model_validate_json(body, context={"now": now})
    except ValidationError as wrong:
        found = wrong.errors(include_context=False, include_input=False, include_url=False)
        raise RequestValidationError(
            [each | {"loc": _where(each["loc"])} for each in found]
        ) from None
    return shape.model_dump(mode="json", exclude_none=True)


def _where(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    # A reason is a text or texts by language; pydantic names the reading it tried, too.
    readings = ("constrained-str", "dict[")
    return ("body", *(step for step in location if not str(step).startswith(readings)))
