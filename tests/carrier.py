"""A carrier that posts signed events, and the worker's turns called by hand."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import orjson
import requests
from sqlalchemy import update
from standardwebhooks.webhooks import Webhook

from delivery.flows import replies, tracking
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.store import bookings
from notifications import inbox, outbox
from notifications.tables import message
from tests.conftest import CARRIER_SECRET
from tests.loopback import Api

PHONE = "+358401234567"
_numbers = itertools.count(1)


def signed(
    body: bytes, event_id: str, at: datetime, secret: str = CARRIER_SECRET
) -> dict[str, str]:
    """The headers of a Standard Webhook."""
    signature = Webhook(secret).sign(event_id, at.astimezone(UTC), body.decode())
    return {"webhook-id": event_id, "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature, "content-type": "application/json"}  # fmt: skip


def says(
    api: Api, reference: str, kind: str, *, at: datetime, event_id: str | None = None, **more: Any
) -> requests.Response:
    """The shop's drivers post an event."""
    event = {"booking": reference, "type": kind, "occurred_at": at.isoformat(), **more}
    body = orjson.dumps(event)
    headers = signed(body, event_id or f"evt_{next(_numbers)}", at)
    return api.post("/v1/carriers/own_van/events", key=None, data=body, headers=headers)


def writes(house: House, text: str, sender: str = PHONE, media: int = 0) -> None:
    """A customer's reply comes in."""
    with house.database.write() as conn:
        inbox.keep_reply(
            conn, provider_id=f"SM{next(_numbers):032}", sender=sender, recipient="+358401000000",
            body=text, media=media, now=house.clock(),
        )  # fmt: skip


def work(house: House) -> None:
    """All the worker's turns of this side, until nothing waits."""
    while tracking.apply_next_event(house, now=house.clock()):
        pass
    while replies.answer_next_reply(house, now=house.clock()):
        pass


def leave(house: House) -> None:
    """Everything that waits to be sent has been: what the sender writes down."""
    with house.database.write() as conn:
        conn.execute(
            update(message)
            .where(message.c.state == "queued")
            .values(state="sent", sent_at=house.clock(), changed_at=house.clock())
        )


def told(house: House, reference: str) -> list[tuple[str, str]]:
    """Every message about a booking that was not replaced: its notice and its text."""
    with house.database.read() as conn:
        return [
            (each["notice"], each["body"]) for each in outbox.history(conn, reference)
            if each["state"] != "replaced"
        ]  # fmt: skip


def booking_of(house: House, reference: str) -> Booking:
    with house.database.read() as conn:
        return bookings.get(conn, reference)
