"""Slots and their places. The database decides who gets the last one.

A place taken in a window is taken in every wider one around it too, so a full 4 h window has
no free hour inside; a load is taken with it, where the van's load is limited. Whoever touches a
nest of windows updates its widest first: that row is the nest's door, and two takers never wait
for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

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
    #: Load units; None where nothing limits them.
    load_capacity: int | None = None
    load_taken: int = 0

    @property
    def chain(self) -> tuple[int, ...]:
        """Every slot in which one place here takes a place: the widest first, itself last."""
        return (*self.within, self.id)


COLUMNS = (slot.c.id, slot.c.service, slot.c.zone, slot.c.start_at, slot.c.end_at,
            slot.c.within, slot.c.capacity, slot.c.taken, slot.c.load_capacity,
            slot.c.load_taken)  # fmt: skip
_GET = select(*COLUMNS).where(slot.c.id == bindparam("slot"))
_INSIDE = (
    select(*COLUMNS)
    .where(
        slot.c.service == bindparam("service"),
        slot.c.zone == bindparam("zone"),
        slot.c.start_at >= bindparam("start"),
        slot.c.end_at <= bindparam("end"),
        slot.c.retired == 0,
    )
    .order_by(slot.c.start_at, slot.c.id)
)
_LOCK = (
    select(slot.c.id)
    .where(slot.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(slot.c.id)
    .with_for_update(key_share=True)
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_UNITS: BindParameter[int] = bindparam("units")
_INNER = slot.alias()
_NO_LOAD_LEFT = _INNER.c.load_taken + _UNITS > _INNER.c.load_capacity


def _none(full: ColumnElement[bool]) -> ColumnElement[bool]:
    # All of them or none: one full window keeps the rest from being taken.
    return ~select(_INNER.c.id).where(_INNER.c.id.in_(_IDS), full).exists()


_MORE = {"taken": slot.c.taken + 1, "load_taken": slot.c.load_taken + _UNITS}
_TAKE = (
    update(slot)
    .where(
        slot.c.id == bindparam("slot"),
        slot.c.taken < slot.c.capacity,
        or_(slot.c.load_capacity.is_(None), slot.c.load_taken + _UNITS <= slot.c.load_capacity),
    )
    .values(_MORE)
)
_TAKE_ALL = (
    update(slot)
    .where(slot.c.id.in_(_IDS), _none(or_(_INNER.c.taken >= _INNER.c.capacity, _NO_LOAD_LEFT)))
    .values(_MORE)
)
_LESS_LOAD = case((slot.c.load_taken > _UNITS, slot.c.load_taken - _UNITS), else_=0)
_GIVE_BACK = (
    update(slot)
    .where(slot.c.id.in_(_IDS), slot.c.taken > 0)
    .values(taken=slot.c.taken - 1, load_taken=_LESS_LOAD)
)
_LOAD_MORE = (
    update(slot)
    .where(slot.c.id.in_(_IDS), _none(and_(_INNER.c.load_capacity.is_not(None), _NO_LOAD_LEFT)))
    .values(load_taken=slot.c.load_taken + _UNITS)
)
_LOAD_LESS = update(slot).where(slot.c.id.in_(_IDS)).values(load_taken=_LESS_LOAD)


def get(conn: Connection, slot_id: int) -> Slot:
    """The slot with this id. Raises `NotFound`."""
    row = conn.execute(_GET, {"slot": slot_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such slot.")
    return read(row)


def inside(conn: Connection, around: Slot) -> list[Slot]:
    """The slots in force that lie within one, earliest first."""
    asked = {"service": around.service, "zone": around.zone,
             "start": around.window.start, "end": around.window.end}  # fmt: skip
    found = [read(row) for row in conn.execute(_INSIDE, asked)]
    return [each for each in found if around.id in each.within]


def read(row: Any) -> Slot:
    """A slot from a row of `COLUMNS`."""
    window = TimeWindow(row.start_at, row.end_at)
    return Slot(
        row.id, row.service, row.zone, window, tuple(row.within), row.capacity, row.taken,
        row.load_capacity, row.load_taken,
    )  # fmt: skip


def take_place(conn: Connection, wanted: Slot, load: int = 0) -> bool:
    """Take one place and `load` units in a slot and in all around it, or in none of them."""
    door, *inner = wanted.chain
    if conn.execute(_TAKE, {"slot": door, "units": load}).rowcount != 1:
        return False
    if not inner or _changed(conn, _TAKE_ALL, inner, load):
        return True
    _changed(conn, _GIVE_BACK, [door], load)
    return False


def give_back_place(conn: Connection, held: Slot, load: int = 0) -> None:
    """Give one place and its load back in a slot and in all around it; never below none taken."""
    door, *inner = held.chain
    _changed(conn, _GIVE_BACK, [door], load)
    if inner:
        _changed(conn, _GIVE_BACK, inner, load)


def move_place(conn: Connection, old: Slot, new: Slot, *, was: int = 0, load: int = 0) -> bool:
    """Take a place and `load` units in `new` for the place and `was` units in `old`.

    False when there is no room; then everything is as it was. Windows around both keep the place
    they have, so a move within a full van works.
    """
    leaving = [each for each in old.chain if each not in new.chain]
    entering = [each for each in new.chain if each not in old.chain]
    staying = [each for each in new.chain if each in old.chain]
    lock(conn, (old.chain[0], new.chain[0]))
    if load > was and staying and not _changed(conn, _LOAD_MORE, staying, load - was):
        return False
    if entering and not _changed(conn, _TAKE_ALL, entering, load):
        if load > was and staying:
            _changed(conn, _LOAD_LESS, staying, load - was)
        return False
    if load < was and staying:
        _changed(conn, _LOAD_LESS, staying, was - load)
    if leaving:
        _changed(conn, _GIVE_BACK, leaving, was)
    return True


def lock(conn: Connection, ids: Iterable[int]) -> None:
    """Make other takers of these wait for us; lowest id first, as two moves may cross."""
    conn.execute(_LOCK, {"ids": sorted(set(ids))}).all()


def _changed(conn: Connection, change: Update, ids: list[int], units: int) -> bool:
    """Whether every one of these was changed."""
    return conn.execute(change, {"ids": ids, "units": units}).rowcount == len(ids)
