"""Windows within one another, and the count of what may be taken in them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from delivery.store import slots
from delivery.store.slots import Slot
from delivery.store.tables import booking, hold, slot


def a_slot(
    conn: Connection,
    start: datetime,
    hours: int,
    *,
    capacity: int,
    within: tuple[int, ...] = (),
    load: int | None = None,
) -> Slot:
    """A van's window as a row."""
    row = {
        "service": "van", "zone": f"z{hours}", "start_at": start, "capacity": capacity,
        "end_at": start + timedelta(hours=hours), "within": list(within), "taken": 0,
        "load_capacity": load,
    }  # fmt: skip
    made = conn.execute(insert(slot).returning(slot.c.id), row).scalar_one()
    return slots.get(conn, made)


def a_nest(
    conn: Connection,
    start: datetime,
    capacities: tuple[int, int, int],
    loads: tuple[int | None, int | None, int | None] = (None, None, None),
) -> tuple[Slot, ...]:
    """A 4 h window, two of 2 h in it, and one of 1 h in the first of those."""
    (four, two, one), (load, half, hours) = capacities, loads
    wide = a_slot(conn, start, 4, capacity=four, load=load)
    later, within = start + timedelta(hours=2), (wide.id,)
    first = a_slot(conn, start, 2, capacity=two, within=within, load=half)
    second = a_slot(conn, later, 2, capacity=two, within=within, load=half)
    hour = a_slot(conn, start, 1, capacity=one, within=(wide.id, first.id), load=hours)
    return wide, first, second, hour


def taken(conn: Connection, *nest: Slot) -> list[int]:
    return [slots.get(conn, each.id).taken for each in nest]


def loads(conn: Connection, *nest: Slot) -> list[int]:
    return [slots.get(conn, each.id).load_taken for each in nest]


def wrong_counts(conn: Connection) -> list[tuple[int, int, int]]:
    """Slots whose places or loads are not those of their open holds and live bookings.

    Also those with more than there is, beyond what a newer catalogue found taken already.
    """
    rows = conn.execute(select(slot)).all()
    chains = {row.id: (*row.within, row.id) for row in rows}
    occupied: Counter[int] = Counter()
    loaded: Counter[int] = Counter()
    holding = select(hold.c.slot_id, hold.c.load).where(
        hold.c.state == "open", hold.c.slot_id.is_not(None)
    )
    living = select(booking.c.slot_id, booking.c.load).where(
        booking.c.state != "cancelled", booking.c.slot_id.is_not(None)
    )
    for statement in (holding, living):
        for slot_id, load in conn.execute(statement):
            occupied.update(chains[slot_id])
            loaded.update(dict.fromkeys(chains[slot_id], load))
    return [
        (row.id, row.taken, occupied[row.id])
        for row in rows
        if row.taken != occupied[row.id]
        or row.load_taken != loaded[row.id]
        or row.taken > row.capacity + row.over
        or (row.load_capacity is not None and row.load_taken > row.load_capacity + row.load_over)
    ]
