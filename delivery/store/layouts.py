"""The slots of a zone, kept in memory: they are only ever added, and only `taken` changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from delivery.rules.catalogue import Service
from delivery.rules.rounds import Planned, SlotTimes, ZonePlan, plan_zone
from delivery.store.tables import slot

# New slots are noticed this late at most; they are made two weeks ahead.
BELIEVED_FOR = timedelta(seconds=30)
#: A window with so few places left is said to have few.
FEW_PLACES = 3
_MOST_KEPT = 500

_OF_ZONE = (
    select(slot.c.id, slot.c.start_at, slot.c.end_at, slot.c.within)
    .where(
        slot.c.service == bindparam("service"),
        slot.c.zone == bindparam("zone"),
        slot.c.end_at > bindparam("after"),
    )
    .order_by(slot.c.id)
)
_ONE = select(slot.c.id, slot.c.start_at, slot.c.end_at, slot.c.within).where(
    slot.c.id == bindparam("id"),
    slot.c.service == bindparam("service"),
    slot.c.zone == bindparam("zone"),
)
_ROUND = select(slot.c.id, slot.c.start_at, slot.c.end_at, slot.c.within).where(
    slot.c.id.in_(bindparam("ids", expanding=True))
)
_SCARCE = select(slot.c.id, slot.c.capacity - slot.c.taken).where(
    slot.c.service == bindparam("service"),
    slot.c.zone == bindparam("zone"),
    slot.c.start_at > bindparam("after"),
    slot.c.capacity - slot.c.taken <= FEW_PLACES,
)
# A round may have begun while an hour in it has not.
_LONGEST_ROUND = timedelta(hours=24)


class _Kept(NamedTuple):
    service: Service
    read_at: datetime
    plan: ZonePlan


class Layouts:
    """One plan per service and zone. Capacity is never kept: `scarce` asks each time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def plan(self, conn: Connection, service: Service, zone: str, now: datetime) -> ZonePlan:
        """The windows of a service in a zone that have not ended."""
        key = (service.code, zone)
        kept = self._kept.get(key)
        fresh = (
            kept is not None
            and kept.service is service
            and kept.read_at <= now < kept.read_at + BELIEVED_FOR
        )
        if kept is None or not fresh:
            kept = _Kept(service, now, read_plan(conn, service, zone, now))
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = kept
        return kept.plan

    def planned(
        self, conn: Connection, service: Service, zone: str, slot_id: int
    ) -> Planned | None:
        """One window of a service in a zone, however old; None if there is none."""
        kept = self._kept.get((service.code, zone))
        if kept is not None and kept.service is service and slot_id in kept.plan.by_slot:
            return kept.plan.by_slot[slot_id]
        asked = {"service": service.code, "zone": zone, "id": slot_id}
        found = conn.execute(_ONE, asked).first()
        if found is None:
            return None
        around = conn.execute(_ROUND, {"ids": found.within}).all() if found.within else []
        return plan_zone(service, [SlotTimes(*row) for row in (found, *around)]).by_slot[slot_id]


def read_plan(conn: Connection, service: Service, zone: str, after: datetime) -> ZonePlan:
    """The windows of a service in a zone that end later than `after`, as the database has them."""
    asked = {"service": service.code, "zone": zone, "after": after}
    rows = conn.execute(_OF_ZONE, asked)
    return plan_zone(service, [SlotTimes(*row) for row in rows])


def scarce(conn: Connection, service: str, zone: str, now: datetime) -> dict[int, int]:
    """Places left by slot, for those with few or none: the only ones that need a look."""
    asked = {"service": service, "zone": zone, "after": now - _LONGEST_ROUND}
    return {slot_id: left for slot_id, left in conn.execute(_SCARCE, asked)}
