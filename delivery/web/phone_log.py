"""What happened to one delivery and because of what, in one list, newest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from markupsafe import Markup
from sqlalchemy import Connection

from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.tracking import in_language
from delivery.store import bookings, carrier_events, conversations
from delivery.web.views_phone import Happened

Say = Callable[..., Markup]
_MOST = 40


def what_happened(conn: Connection, booking: Booking, lang: str, say: Say) -> tuple[Happened, ...]:
    """Messages, promises, replies, milestones and what carriers said."""
    zone = booking.window.start.tzinfo
    found = [
        *_promised(conn, booking, lang, say),
        *_said(conn, booking, say),
        *_reached(conn, booking, say),
        *_told(conn, booking, say),
    ]
    # Of one moment, what was caused stands above its cause.
    found.sort(key=lambda each: (each[0], each[1]), reverse=True)
    return tuple(Happened(_second(at, zone), what, why) for at, _, what, why in found[:_MOST])


Line = tuple[datetime, int, str, str]


def _promised(conn: Connection, booking: Booking, lang: str, say: Say) -> list[Line]:
    lines = []
    for made in bookings.promises(conn, booking.reference):
        reason = in_language(made.reason, lang)
        why = ": ".join(part for part in (str(say(f"cause_{made.cause}")), reason) if part)
        when = phrases.when(made.window, lang)
        lines.append((made.at, 2, str(say("happened_promise", when=when)), why))
    return lines


def _said(conn: Connection, booking: Booking, say: Say) -> list[Line]:
    lines = []
    for each in conversations.thread(conn, booking.reference):
        if each["who"] == "we":
            what = say("happened_message", notice=each["notice"])
            lines.append(
                (each["at"], 3, str(what), str(say("happened_state", state=each["state"])))
            )
        else:
            what = say("happened_reply", text=each["text"][:80])
            lines.append((each["at"], 1, str(what), str(say(f"reply_state_{each['state']}"))))
    return lines


def _reached(conn: Connection, booking: Booking, say: Say) -> list[Line]:
    return [
        (each.at, 2, str(say("happened_milestone", milestone=each.milestone)), "")
        for each in bookings.milestones(conn, booking.reference)
    ]


def _told(conn: Connection, booking: Booking, say: Say) -> list[Line]:
    return [
        (datetime.fromisoformat(body["occurred_at"]), 1,
         str(say("happened_event", carrier=booking.carrier, event=body["type"])),
         str(say("happened_minutes", minutes=body["minutes"])) if body.get("minutes") else "")
        for body in carrier_events.applied_to(conn, booking.reference)
    ]  # fmt: skip


def _second(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%H:%M:%S")
