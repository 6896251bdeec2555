"""Windows without a free place, so that a calendar can show them as full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from delivery.rules.windows import TimeWindow
from delivery.store.tables import slot

_LIKE = select(slot.c.service, slot.c.zone).where(
    slot.c.id.in_(bindparam("ids", expanding=True))
).distinct()  # fmt: skip
_ALL = select(
    slot.c.id, slot.c.service, slot.c.start_at, slot.c.end_at, slot.c.within, slot.c.capacity,
    slot.c.taken,
).where(
    slot.c.zone.in_(bindparam("zones", expanding=True)),
    slot.c.start_at >= bindparam("since"), slot.c.start_at < bindparam("until"),
)  # fmt: skip


def beside(
    conn: Connection, free: Iterable[int], *, since: datetime, until: datetime
) -> Sequence[TimeWindow]:
    """The full windows of the same services and zones as these free slots, in UTC."""
    like = conn.execute(_LIKE, {"ids": list(free)}).all()
    zones, services = {row.zone for row in like}, {row.service for row in like}
    bound = {"zones": sorted(zones), "since": since, "until": until}
    rows = conn.execute(_ALL, bound).all() if zones else []
    # What a newer catalogue closed is not full: it is not there.
    none_left = {row.id for row in rows if row.taken >= row.capacity}
    return [
        TimeWindow(row.start_at, row.end_at)
        for row in rows
        if row.service in services
        and row.capacity
        and not none_left.isdisjoint([row.id, *row.within])
    ]
