"""Making slots what the catalogue says: what is missing is added, what has changed is aligned.

A window that the catalogue no longer has is closed, and one whose places are fewer now is filled
no further; nobody who has a place loses it. Numbers are never used again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.catalogue import Service
from delivery.rules.slot_plans import (
    CLOSED,
    EVERY_DAY,
    Room,
    SlotPlan,
    Times,
    Window,
    nothing_of,
    plans_of,
)
from delivery.store import slots
from delivery.store.tables import slot, slot_plan

#: Values of `slot.retired`; any other is the greatest id there was when it was replaced.
IN_FORCE, SHUT = 0, -1
# Numbers in one statement.
_AT_ONCE = 1000

# Both databases speak this ON CONFLICT.
_ADD = insert(slot).on_conflict_do_nothing(
    index_elements=["service", "zone", "start_at", "end_at", "retired"]
)
_MADE = insert(slot_plan)
_CLAIM = _MADE.on_conflict_do_update(
    index_elements=["service", "day"],
    set_={"digest": _MADE.excluded.digest, "at": _MADE.excluded["at"]},
    where=slot_plan.c.digest != _MADE.excluded.digest,
).returning(slot_plan.c.service)
_PLANS = select(slot_plan.c.service, slot_plan.c.day, slot_plan.c.digest)
_FORGET = delete(slot_plan).where(slot_plan.c.service == bindparam("gone"))
_FORGET_DAYS = delete(slot_plan).where(
    slot_plan.c.day < bindparam("before"), slot_plan.c.day != EVERY_DAY
)
_KNOWN = select(
    slot.c.id, slot.c.zone, slot.c.start_at, slot.c.end_at, slot.c.within, slot.c.capacity,
    slot.c.taken, slot.c.load_capacity, slot.c.load_taken, slot.c.retired,
).where(
    slot.c.service == bindparam("service"),
    slot.c.start_at >= bindparam("since"),
    slot.c.start_at < bindparam("until"),
    slot.c.id > bindparam("after"),
)  # fmt: skip
_NEWEST = select(func.max(slot.c.id))
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_BEYOND = case((slot.c.taken > bindparam("places"), slot.c.taken - bindparam("places")), else_=0)
_LOAD_BEYOND = case(
    (slot.c.load_taken > bindparam("units"), slot.c.load_taken - bindparam("units")), else_=0
)
_ALIGN = (
    update(slot)
    .where(slot.c.id.in_(_IDS))
    .values(
        capacity=bindparam("places"), over=_BEYOND,
        load_capacity=bindparam("units"), load_over=_LOAD_BEYOND, retired=bindparam("stands"),
    )
)  # fmt: skip
_REPLACE = (
    update(slot)
    .where(slot.c.id.in_(_IDS))
    .values(capacity=0, over=slot.c.taken, retired=bindparam("newest"))
)


class _Row(NamedTuple):
    id: int
    within: tuple[int, ...]
    has: Room
    taken: int
    load_taken: int
    is_shut: bool


class _Slots:
    """The slots of a plan's service and day that are in force or shut, by zone and times."""

    def __init__(self, conn: Connection, plan: SlotPlan, now: datetime) -> None:
        self._conn = conn
        # Of the points' days only those to come: there may be years of them.
        since = max(plan.since, now) if plan.day == EVERY_DAY else plan.since
        self._asked = {"service": plan.service, "since": since, "until": plan.until}
        self._greatest = 0
        self.by_zone: dict[str, dict[Times, _Row]] = defaultdict(dict)
        #: What is taken in rows that were replaced, by zone and times.
        self._elsewhere: Counter[tuple[str, Times]] = Counter()
        self._load_elsewhere: Counter[tuple[str, Times]] = Counter()
        self.read_new()

    def read_new(self) -> None:
        """Read those with a greater number than any that was read."""
        found = self._conn.execute(_KNOWN, {**self._asked, "after": self._greatest})
        for id, zone, start, end, within, places, taken, units, load, retired in found:
            times = start.timestamp(), end.timestamp()
            room = Room(places, units)
            self.by_zone[zone][times] = _Row(id, tuple(within), room, taken, load, retired == SHUT)
            if retired > 0:
                self.drop(zone, times)
            self._greatest = max(self._greatest, id)

    def drop(self, zone: str, times: Times) -> None:
        """A row that is replaced: the next one for its window has what it leaves."""
        row = self.by_zone[zone].pop(times)
        self._elsewhere[zone, times] += row.taken
        self._load_elsewhere[zone, times] += row.load_taken

    def around(self, zone: str, window: Window) -> tuple[int, ...] | None:
        """The numbers of the windows around one; None when one of them is not there."""
        rows = [self.by_zone[zone].get(times) for times in window.within]
        return None if None in rows else tuple(row.id for row in rows if row is not None)

    def left_of(self, zone: str, times: Times, room: Room) -> Room:
        """A window's room without what is taken in rows that stood for it before."""
        places = max(0, room.places - self._elsewhere[zone, times])
        if room.units is None:
            return Room(places)
        return Room(places, max(0, room.units - self._load_elsewhere[zone, times]))


def plans(conn: Connection) -> dict[tuple[str, str], str]:
    """The digest of the plan from which slots were last made, by service and day."""
    return {(service, day): digest for service, day, digest in conn.execute(_PLANS)}


def fill(conn: Connection, service: Service, *, now: datetime) -> int:
    """Make a service's slots what its catalogue says for two weeks; how many were added.

    No slot is looked at while the plan of its day is the one it was last made from.
    """
    return sum(apply(conn, plan, now=now) for plan in plans_of(service, now))


def apply(conn: Connection, plan: SlotPlan, *, now: datetime) -> int:
    """Make the slots of one plan what it says; how many were added."""
    claim = {"service": plan.service, "day": plan.day, "digest": plan.digest, "at": now}
    # Another process that makes the same slots waits here until we are done, and has none to make.
    if conn.execute(_CLAIM, claim).first() is None:
        return 0
    known = _Slots(conn, plan, now)
    _replace(conn, plan, known, now)
    _align(conn, plan, known, now)
    return sum(_add(conn, plan, known, depth) for depth in range(plan.depth))


def shut(conn: Connection, service: str, *, now: datetime) -> None:
    """Let nobody new into the slots of a service that the catalogue no longer has."""
    plan = nothing_of(service)
    _align(conn, plan, _Slots(conn, plan, now), now)
    conn.execute(_FORGET, {"gone": service})


def forget_days(conn: Connection, *, before: date) -> None:
    """Forget what the slots of days long over were made from."""
    conn.execute(_FORGET_DAYS, {"before": before.isoformat()})


def _replace(conn: Connection, plan: SlotPlan, known: _Slots, now: datetime) -> None:
    """Take windows that lie within others now out of force, whoever is in them."""
    gone: list[_Row] = []
    for zone, windows in plan.windows.items():
        for window in windows:
            row = known.by_zone[zone].get(window.times)
            if row is None or window.start <= now or row.within == known.around(zone, window):
                continue
            gone.append(row)
            known.drop(zone, window.times)
    if gone:
        _lock(conn, gone)
        newest = conn.execute(_NEWEST).scalar_one()
        for ids in _some(row.id for row in gone):
            conn.execute(_REPLACE, {"ids": ids, "newest": newest})


def _align(conn: Connection, plan: SlotPlan, known: _Slots, now: datetime) -> None:
    changes: dict[tuple[Room, bool], list[_Row]] = defaultdict(list)
    for zone, rows in known.by_zone.items():
        rooms = plan.rooms(zone)
        for times, row in rows.items():
            room = plan.points.get(zone) or rooms.get(times)
            wanted = CLOSED if room is None else known.left_of(zone, times, room)
            same = wanted == row.has and row.is_shut == (room is None)
            if not same and times[0] > now.timestamp():
                changes[wanted, room is None].append(row)
    _lock(conn, chain.from_iterable(changes.values()))
    for (wanted, gone), changed in changes.items():
        bound = {"places": wanted.places, "units": wanted.units}
        bound["stands"] = SHUT if gone else IN_FORCE
        for ids in _some(row.id for row in changed):
            conn.execute(_ALIGN, {"ids": ids, **bound})


def _add(conn: Connection, plan: SlotPlan, known: _Slots, depth: int) -> int:
    """Add the windows that lie within so many others; how many were not there."""
    missing = [
        _row(plan.service, zone, window, known)
        for zone, windows in plan.windows.items()
        for window in windows
        if len(window.within) == depth and window.times not in known.by_zone[zone]
    ]
    if missing:
        conn.execute(_ADD, missing)
        known.read_new()
    return len(missing)


def _row(service: str, zone: str, window: Window, known: _Slots) -> dict[str, Any]:
    room = known.left_of(zone, window.times, window.room)
    return {
        "service": service,
        "zone": zone,
        "start_at": window.start,
        "end_at": window.end,
        "within": list(known.around(zone, window) or ()),
        "capacity": room.places,
        "load_capacity": room.units,
    }


def _lock(conn: Connection, rows: Iterable[_Row]) -> None:
    """The doors of these, lowest first, before what lies within them."""
    for ids in _some(sorted({row.within[0] if row.within else row.id for row in rows})):
        slots.lock(conn, ids)


def _some(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
