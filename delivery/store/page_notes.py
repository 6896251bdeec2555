"""What a customer tells us on their own page: that a new time is fine, or anything in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from delivery.rules.bookings import Booking
from delivery.store import bookings
from delivery.store.tables import note

WRITTEN, ACCEPTED = "page", "page_yes"

_OF = (
    select(note.c.text, note.c.at)
    .where(note.c.reference == bindparam("ref"), note.c.source == bindparam("source"))
    .order_by(note.c.at, note.c.id)
)


@dataclass(frozen=True)
class PageNote:
    text: str
    at: datetime


def write(conn: Connection, booking: Booking, text: str, *, now: datetime) -> None:
    """Keep a message in the customer's own words."""
    bookings.add_note(conn, booking.reference, WRITTEN, text, now)


def written(conn: Connection, reference: str) -> list[PageNote]:
    """What the customer wrote on the page, oldest first."""
    return _all(conn, reference, WRITTEN)


def accept(conn: Connection, booking: Booking, *, now: datetime) -> None:
    """Keep that the window promised now is fine; once for each window."""
    if not accepted(conn, booking):
        bookings.add_note(conn, booking.reference, ACCEPTED, _window(booking), now)


def accepted(conn: Connection, booking: Booking) -> bool:
    """Whether the customer said that the window promised now is fine."""
    return any(each.text == _window(booking) for each in _all(conn, booking.reference, ACCEPTED))


def _window(booking: Booking) -> str:
    return f"{booking.window.start.isoformat()}/{booking.window.end.isoformat()}"


def _all(conn: Connection, reference: str, source: str) -> list[PageNote]:
    rows = conn.execute(_OF, {"ref": reference, "source": source})
    return [PageNote(row.text, row.at) for row in rows]
