"""Windows within one another, and the count of what may be taken in them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from delivery.store import slots
from delivery.store.slots import Slot
from delivery.store.tables import booking, hold, slot


def a_slot(
    conn: Connection, start: datetime, hours: int, *, capacity: int, within: tuple[int, ...] = ()
) -> Slot:
    """A van's window as a row."""
    row = {
        "service": "van", "zone": f"z{hours}", "start_at": start, "capacity": capacity,
        "end_at": start + timedelta(hours=hours), "within": list(within), "taken": 0,
    }  # fmt: skip
    made = conn.execute(insert(slot).returning(slot.c.id), row).scalar_one()
    return slots.get(conn, made)


def a_nest(conn: Connection, start: datetime, capacities: tuple[int, int, int]) -> tuple[Slot, ...]:
    """A 4 h window, two of 2 h in it, and one of 1 h in the first of those."""
    four, two, one = capacities
    wide = a_slot(conn, start, 4, capacity=four)
    first = a_slot(conn, start, 2, capacity=two, within=(wide.id,))
    second = a_slot(conn, start + timedelta(hours=2), 2, capacity=two, within=(wide.id,))
    hour = a_slot(conn, start, 1, capacity=one, within=(wide.id, first.id))
    return wide, first, second, hour


def taken(conn: Connection, *nest: Slot) -> list[int]:
    return [slots.get(conn, each.id).taken for each in nest]


def wrong_counts(conn: Connection) -> list[tuple[int, int, int]]:
    """Slots whose count is not that of their open holds and live bookings, or above capacity."""
    rows = conn.execute(select(slot.c.id, slot.c.within, slot.c.taken, slot.c.capacity)).all()
    chains = {row.id: (*row.within, row.id) for row in rows}
    occupied: Counter[int] = Counter()
    holding = select(hold.c.slot_id).where(hold.c.state == "open", hold.c.slot_id.is_not(None))
    living = select(booking.c.slot_id).where(
        booking.c.state != "cancelled", booking.c.slot_id.is_not(None)
    )
    for statement in (holding, living):
        for slot_id in conn.execute(statement).scalars():
            occupied.update(chains[slot_id])
    return [
        (row.id, row.taken, occupied[row.id])
        for row in rows
        if row.taken != occupied[row.id] or row.taken > row.capacity
    ]
