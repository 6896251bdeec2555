"""Holds whose time is over give their places back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from delivery.store import holds, slots
from delivery.store.engine import Database

#: Holds in one transaction: few enough that nobody waits long behind it.
BATCH = 200


def release_expired_holds(database: Database, *, now: datetime) -> int:
    """Give every expired hold's place back, each exactly once. Returns how many there were."""
    released = 0
    while True:
        with database.write() as conn:
            ended = _release_batch(conn, now)
        released += ended
        if ended < BATCH:
            return released


def _release_batch(conn: Connection, now: datetime) -> int:
    due = holds.due(conn, now=now, limit=BATCH)
    held = [(slots.get(conn, each.slot_id), each.load) for each in due if each.slot_id is not None]
    if held:
        slots.lock(conn, (place.chain[0] for place, _ in held))
    for place, load in held:
        slots.give_back_place(conn, place, load)
    if due:
        holds.expire(conn, [each.id for each in due])
    return len(due)
