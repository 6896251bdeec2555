"""A booking in the contract's words."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.house import House
from delivery.rules import links
from delivery.rules.bookings import Booking, Promise
from delivery.store import bookings
from notifications import outbox


def booking_json(conn: Connection, house: House, booking: Booking) -> dict[str, Any]:
    """What the shop sees of a booking: promise, milestones and messages, oldest first."""
    zone = ZoneInfo(booking.zone_name)
    promises = bookings.promises(conn, booking.reference)
    milestones = bookings.milestones(conn, booking.reference)
    return {
        "reference": booking.reference,
        "state": booking.state,
        "option": booking.option,
        "promise": {
            "window": booking.window.as_json(),
            "versions": [_version(each, booking, zone) for each in promises],
        },
        "milestones": [
            {"milestone": each.milestone, "at": each.at.astimezone(zone).isoformat()}
            for each in milestones
        ],
        "leave_with": booking.leave_with,
        "notes": [
            {"source": each.source, "text": each.text, "at": each.at.astimezone(zone).isoformat()}
            for each in bookings.notes(conn, booking.reference)
        ],
        "charges": booking.charges,
        "messages": [_message(each, zone) for each in outbox.history(conn, booking.reference)],
        "links": {"my": link_of(house, booking)},
    }


def link_of(house: House, booking: Booking) -> str:
    """The address at which the customer sees this booking."""
    secret = house.settings.server.secret.get_secret_value()
    token = links.link_token(secret, booking.reference, booking.link_version)
    return f"{house.settings.server.public_url}/my/{token}"


def _version(made: Promise, booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    said = made.reason.get(booking.locale) or next(iter(made.reason.values()), None)
    return {
        "window": made.window.as_json(),
        "at": made.at.astimezone(zone).isoformat(),
        "cause": made.cause,
        "reason": said,
        "zone": made.zone_name,
        "words": made.words,
    }


def _message(told: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "notice": told["notice"],
        "channel": told["channel"],
        "state": told["state"],
        "at": told["at"].astimezone(zone).isoformat(),
        "body": told["body"],
    }
