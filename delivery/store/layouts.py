"""The slots of a zone, kept in memory: they are only ever added, and only what is taken changes."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select

from delivery.rules.catalogue import Service
from delivery.rules.rounds import Planned, SlotTimes, ZonePlan, plan_zone
from delivery.rules.slot_plans import EVERY_DAY
from delivery.store.engine import Database
from delivery.store.tables import slot, slot_plan

#: New slots are noticed this late at most; they are made two weeks ahead.
BELIEVED_SECONDS = 1.0
# What is over is forgotten by reading anew, this often.
_READ_ANEW = timedelta(hours=24)
_MOST_KEPT = 20_000

_COLUMNS = (slot.c.id, slot.c.start_at, slot.c.end_at, slot.c.within)
_EVERY_OF_ZONE = (
    select(*_COLUMNS)
    .where(
        slot.c.service == bindparam("service"),
        slot.c.zone == bindparam("zone"),
        slot.c.end_at > bindparam("after"),
    )
    .order_by(slot.c.id)
)
# Without those that another took the stead of.
_OF_ZONE = _EVERY_OF_ZONE.where(slot.c.retired <= 0)
_OF_ZONE_THEN = _EVERY_OF_ZONE.where(
    slot.c.id <= bindparam("upto"),
    or_(slot.c.retired <= 0, slot.c.retired >= bindparam("upto")),
)
_ONE = select(*_COLUMNS).where(
    slot.c.id == bindparam("id"),
    slot.c.service == bindparam("service"),
    slot.c.zone == bindparam("zone"),
)
_ROUND = select(*_COLUMNS).where(slot.c.id.in_(bindparam("ids", expanding=True)))
_NEWEST = select(func.coalesce(func.max(slot.c.id), 0))
# Changes whenever windows are made, closed or opened again; not when a locker's day is.
_MADE = select(
    func.count(), func.max(slot_plan.c.at), func.min(slot_plan.c.digest),
    func.max(slot_plan.c.digest),
).where(slot_plan.c.day != EVERY_DAY)  # fmt: skip


class _Read(NamedTuple):
    """The slots of a service in a zone as the database had them."""

    rows: list[SlotTimes]
    upto: int
    at: datetime


class _Plan(NamedTuple):
    service: Service
    of: _Read
    plan: ZonePlan


class Layouts:
    """One plan per service and zone. What is taken is never kept: it is asked each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[tuple[str, str], _Read] = {}
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._newest = 0
        self._made: tuple[object, ...] = ()
        self._believed_until = 0.0
        self._looked_at: datetime | None = None

    def newest(self, now: datetime) -> int:
        """The greatest slot id when windows last changed, looked up at most once a second."""
        if time.monotonic() >= self._believed_until or now != self._looked_at:
            self._look(now)
        return self._newest

    def _look(self, now: datetime) -> None:
        moment = time.monotonic()
        fresh = moment < self._believed_until
        if fresh and self._looked_at and abs(now - self._looked_at) < timedelta(seconds=1):
            return
        self._looked_at = now
        with self._database.read() as conn:
            made = tuple(conn.execute(_MADE).one())
            if made != self._made or not made[0]:
                self._made, self._newest = made, conn.execute(_NEWEST).scalar_one()
                self._read.clear()
        self._believed_until = moment + BELIEVED_SECONDS

    def plan(self, service: Service, zone: str, now: datetime) -> ZonePlan:
        """The windows of a service in a zone that have not ended."""
        key = (service.code, zone)
        read, newest = self._read.get(key), self.newest(now)
        if read is None or read.upto != newest or not read.at <= now < read.at + _READ_ANEW:
            read = self._read_zone(key, newest, now)
        kept = self._plans.get(key)
        if kept is None or kept.service is not service or kept.of is not read:
            # Only the catalogue changed, or nothing is known yet: the rows are planned again.
            kept = self._plans[key] = _Plan(service, read, plan_zone(service, zone, read.rows))
        return kept.plan

    def _read_zone(self, key: tuple[str, str], newest: int, now: datetime) -> _Read:
        asked = {"service": key[0], "zone": key[1], "after": now}
        with self._database.read() as conn:
            rows = [SlotTimes(*row) for row in conn.execute(_OF_ZONE, asked)]
        kept = self._plans.get(key)
        if kept is not None and kept.of.rows == rows:
            # Others' windows changed; the plan made of these stands.
            read = kept.of._replace(upto=newest, at=now)
            self._plans[key] = kept._replace(of=read)
        else:
            read = _Read(rows, newest, now)
        if len(self._read) >= _MOST_KEPT:
            self._read.clear()
            self._plans.clear()
        self._read[key] = read
        return read

    def planned(
        self, conn: Connection, service: Service, zone: str, slot_id: int
    ) -> Planned | None:
        """One window of a service in a zone, however old; None if there is none."""
        kept = self._plans.get((service.code, zone))
        if kept is not None and kept.service is service and slot_id in kept.plan.by_slot:
            return kept.plan.by_slot[slot_id]
        asked = {"service": service.code, "zone": zone, "id": slot_id}
        found = conn.execute(_ONE, asked).first()
        if found is None:
            return None
        around = conn.execute(_ROUND, {"ids": found.within}).all() if found.within else []
        rows = [SlotTimes(*row) for row in (found, *around)]
        return plan_zone(service, zone, rows).by_slot.get(slot_id)

    def plan_at(self, service: Service, zone: str, at: datetime, upto: int) -> ZonePlan:
        """The plan as it was then: no slot that was made later."""
        asked = {"service": service.code, "zone": zone, "after": at, "upto": upto}
        with self._database.read() as conn:
            rows = [SlotTimes(*row) for row in conn.execute(_OF_ZONE_THEN, asked)]
        return plan_zone(service, zone, rows)
