"""Bookings, the promises made for them and where they have been."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from delivery.rules import links
from delivery.rules.bookings import Booking, Milestone, Note, Promise
from delivery.rules.refusals import NotFound, Outdated
from delivery.rules.windows import TimeWindow
from delivery.store.tables import booking, milestone, note, promise

_BOOKING = select(booking)
_GET = _BOOKING.where(booking.c.reference == bindparam("reference"))
_LOCK = _GET.with_for_update(key_share=True)
_BY_LINK = _BOOKING.where(booking.c.link_hash == bindparam("hashed"))
_OF_TRACKING = _BOOKING.where(
    booking.c.carrier == bindparam("carrier"), booking.c.tracking_number == bindparam("number")
).order_by(booking.c.created_at.desc())
_OF_PHONE = _BOOKING.where(booking.c.phone == bindparam("phone")).order_by(
    booking.c.created_at.desc(), booking.c.reference
)
_PROMISES = (
    select(promise).where(promise.c.reference == bindparam("reference")).order_by(promise.c.version)
)
_MILESTONES = (
    select(milestone.c.milestone, milestone.c.at)
    .where(milestone.c.reference == bindparam("reference"))
    .order_by(milestone.c.at, milestone.c.id)
)
_NOTES = (
    select(note.c.source, note.c.text, note.c.at)
    .where(note.c.reference == bindparam("reference"), note.c.source.in_(("shop", "reply")))
    .order_by(note.c.id)
)
# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_ADD = upsert(booking).on_conflict_do_nothing().returning(booking.c.reference)
_ADD_PROMISE = insert(promise)
_ADD_MILESTONE = insert(milestone)
_ADD_NOTE = insert(note)


def add(conn: Connection, new: Booking) -> bool:
    """Write a new booking down. False when its reference or its hold was used before."""
    row = dataclasses.asdict(new) | _spelt({"window": new.window})
    return conn.execute(_ADD, row).one_or_none() is not None


def find(conn: Connection, reference: str) -> Booking | None:
    return _one(conn, _GET, reference=reference)


def get(conn: Connection, reference: str) -> Booking:
    """The booking with this reference. Raises `NotFound`."""
    return _found(find(conn, reference), reference)


def lock(conn: Connection, reference: str) -> Booking:
    """The booking, kept from every other writer until this transaction ends."""
    return _found(_one(conn, _LOCK, reference=reference), reference)


def by_link(conn: Connection, secret: str, token: str) -> Booking | None:
    """The booking whose link this is, unless the link was revoked."""
    known = _one(conn, _BY_LINK, hashed=links.link_hash(token))
    if known is None or not links.opens(secret, known.reference, known.link_version, token):
        return None
    return known


def of_tracking_number(conn: Connection, carrier: str, number: str) -> Booking | None:
    row = conn.execute(_OF_TRACKING, {"carrier": carrier, "number": number}).first()
    return read(row) if row else None


def latest_of_phone(conn: Connection, phone: str) -> list[Booking]:
    """Every booking of a phone, newest first."""
    return [read(row) for row in conn.execute(_OF_PHONE, {"phone": phone})]


def save(conn: Connection, known: Booking, *, was: int, **changes: Any) -> Booking:
    """Change a booking that is still at version `was`, and raise it by one.

    Raises `Outdated` when somebody else was faster. `window` is changed by that name.
    """
    changed = conn.execute(
        update(booking)
        .where(booking.c.reference == known.reference, booking.c.version == was)
        .values(version=was + 1, **_spelt(changes))
    )
    if changed.rowcount != 1:
        raise Outdated
    return dataclasses.replace(known, version=was + 1, **changes)


def promises(conn: Connection, reference: str) -> list[Promise]:
    """Every window we promised, oldest first; the last one stands."""
    found = []
    for row in conn.execute(_PROMISES, {"reference": reference}):
        window = TimeWindow(row.start_at, row.end_at).into(ZoneInfo(row.zone_name))
        found.append(
            Promise(
                row.version, window, row.cause, row.reason, row.at, row.words, row.zone_name,
                row.tzdata,
            )
        )  # fmt: skip
    return found


def add_promise(conn: Connection, reference: str, made: Promise) -> None:
    row = {"reference": reference, "version": made.version, "zone_name": made.zone_name,
           "tzdata": made.tzdata,
           "start_at": made.window.start, "end_at": made.window.end, "cause": made.cause,
           "reason": made.reason, "words": made.words, "at": made.at}  # fmt: skip
    conn.execute(_ADD_PROMISE, row)


def milestones(conn: Connection, reference: str) -> list[Milestone]:
    """Where the parcel has been, oldest first."""
    found = conn.execute(_MILESTONES, {"reference": reference})
    return [Milestone(row.milestone, row.at) for row in found]


def add_milestone(conn: Connection, reference: str, reached: str, at: datetime) -> None:
    conn.execute(_ADD_MILESTONE, {"reference": reference, "milestone": reached, "at": at})


def add_note(conn: Connection, reference: str, source: str, text: str, at: datetime) -> None:
    conn.execute(_ADD_NOTE, {"reference": reference, "source": source, "text": text, "at": at})


def notes(conn: Connection, reference: str) -> list[Note]:
    """What the driver should know, oldest first."""
    rows = conn.execute(_NOTES, {"reference": reference})
    return [Note(row.source, row.text, row.at) for row in rows]


def _one(conn: Connection, statement: Any, **bound: Any) -> Booking | None:
    row = conn.execute(statement, bound).one_or_none()
    return read(row) if row else None


def _found(known: Booking | None, reference: str) -> Booking:
    if known is None:
        raise NotFound(f"There is no booking {reference}.")
    return known


def _spelt(changes: dict[str, Any]) -> dict[str, Any]:
    columns = dict(changes)
    window = columns.pop("window", None)
    if window is not None:
        columns |= {"window_start": window.start, "window_end": window.end}
    return columns


_PLAIN: Iterable[str] = tuple(
    each.name for each in dataclasses.fields(Booking) if each.name != "window"
)


def read(row: Row[Any]) -> Booking:
    """A booking from a whole row."""
    window = TimeWindow(row.window_start, row.window_end).into(ZoneInfo(row.zone_name))
    return Booking(window=window, **{name: getattr(row, name) for name in _PLAIN})
