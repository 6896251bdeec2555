"""Slots and their places. The database decides who gets the last one.

A place taken in a window is taken in every wider one around it too, so a full 4 h window has
no free hour inside. Whoever touches a nest of windows updates its widest first: that row is
the nest's door, and two takers never wait for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from delivery.rules.refusals import NotFound
from delivery.rules.windows import TimeWindow
from delivery.store.tables import slot


@dataclass(frozen=True)
class Slot:
    id: int
    service: str
    zone: str
    #: In UTC.
    window: TimeWindow
    #: The slots it lies within, widest first; empty for the widest.
    within: tuple[int, ...]
    capacity: int
    taken: int

    @property
    def chain(self) -> tuple[int, ...]:
        """Every slot in which one place here takes a place: the widest first, itself last."""
        return (*self.within, self.id)


_COLUMNS = (slot.c.id, slot.c.service, slot.c.zone, slot.c.start_at, slot.c.end_at,
            slot.c.within, slot.c.capacity, slot.c.taken)  # fmt: skip
_GET = select(*_COLUMNS).where(slot.c.id == bindparam("slot"))
_LOCK = (
    select(slot.c.id)
    .where(slot.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(slot.c.id)
    .with_for_update(key_share=True)
)
_TAKE = (
    update(slot)
    .where(slot.c.id == bindparam("slot"), slot.c.taken < slot.c.capacity)
    .values(taken=slot.c.taken + 1)
)
_INNER = slot.alias()
# All of them or none: one full window keeps the rest from being taken.
_TAKE_ALL = (
    update(slot)
    .where(
        slot.c.id.in_(bindparam("ids", expanding=True)),
        ~select(_INNER.c.id)
        .where(
            _INNER.c.id.in_(bindparam("ids", expanding=True)),
            _INNER.c.taken >= _INNER.c.capacity,
        )
        .exists(),
    )
    .values(taken=slot.c.taken + 1)
)
_GIVE_BACK = (
    update(slot)
    .where(slot.c.id.in_(bindparam("ids", expanding=True)), slot.c.taken > 0)
    .values(taken=slot.c.taken - 1)
)


def get(conn: Connection, slot_id: int) -> Slot:
    """The slot with this id. Raises `NotFound`."""
    row = conn.execute(_GET, {"slot": slot_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such slot.")
    window = TimeWindow(row.start_at, row.end_at)
    return Slot(row.id, row.service, row.zone, window, tuple(row.within), row.capacity, row.taken)


def take_place(conn: Connection, wanted: Slot) -> bool:
    """Take one place in a slot and in all around it, or in none of them."""
    door, *inner = wanted.chain
    if conn.execute(_TAKE, {"slot": door}).rowcount != 1:
        return False
    if not inner or conn.execute(_TAKE_ALL, {"ids": inner}).rowcount == len(inner):
        return True
    conn.execute(_GIVE_BACK, {"ids": [door]})
    return False


def give_back_place(conn: Connection, held: Slot) -> None:
    """Give one place back in a slot and in all around it; never below none taken."""
    door, *inner = held.chain
    conn.execute(_GIVE_BACK, {"ids": [door]})
    if inner:
        conn.execute(_GIVE_BACK, {"ids": inner})


def move_place(conn: Connection, old: Slot, new: Slot) -> bool:
    """Take a place in `new` for the one in `old`, or leave everything as it was.

    Windows around both keep the place they have, so a move within a full van works.
    """
    leaving = [each for each in old.chain if each not in new.chain]
    entering = [each for each in new.chain if each not in old.chain]
    lock(conn, (old.chain[0], new.chain[0]))
    if entering and conn.execute(_TAKE_ALL, {"ids": entering}).rowcount != len(entering):
        return False
    if leaving:
        conn.execute(_GIVE_BACK, {"ids": leaving})
    return True


def lock(conn: Connection, ids: Iterable[int]) -> None:
    """Make other takers of these wait for us; lowest id first, as two moves may cross."""
    conn.execute(_LOCK, {"ids": sorted(set(ids))}).all()
