"""The days of pickup points: rows of the slots, made when the first parcel comes."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.wall_clock import moment_at
from delivery.rules.windows import TimeWindow
from delivery.store import slots
from delivery.store.slots import Slot
from delivery.store.tables import slot

_FIND = select(*slots.COLUMNS).where(
    slot.c.service == bindparam("service"),
    slot.c.zone == bindparam("zone"),
    slot.c.start_at == bindparam("start_at"),
    slot.c.end_at == bindparam("end_at"),
    slot.c.retired <= 0,
)
# Both databases speak this ON CONFLICT.
_ADD = insert(slot).on_conflict_do_nothing(
    index_elements=["service", "zone", "start_at", "end_at", "retired"]
)


def find_or_make(
    conn: Connection, service: str, point_id: str, day: date, zone: ZoneInfo, capacity: int
) -> Slot:
    """The places of a point on a day of its clock in `zone`: `capacity` parcels arriving.

    Made when it is not there; of several that make it at once one does. A parcel takes a unit of
    its load, so a basket of three leaves room for three fewer.
    """
    window = day_at(day, zone)
    key = {"service": service, "zone": point_id, "start_at": window.start, "end_at": window.end}
    found = conn.execute(_FIND, key).one_or_none()
    if found is None:
        conn.execute(_ADD, {**key, "within": [], "capacity": capacity, "load_capacity": capacity})
        found = conn.execute(_FIND, key).one()
    return slots.read(found)


def day_at(day: date, zone: ZoneInfo) -> TimeWindow:
    """From midnight to midnight in a zone: 23 to 25 hours, in UTC."""
    begins = moment_at(day, time(), zone)
    ends = moment_at(day + timedelta(days=1), time(), zone)
    return TimeWindow(begins.astimezone(UTC), ends.astimezone(UTC))
