"""One look at what is free: the only thing a quote asks of the database before it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from delivery.flows.finding import Search
from delivery.rules.facts import Facts
from delivery.store.tables import slot

_FEW = 3
_SCARCE = select(slot.c.id, slot.c.zone, slot.c.start_at, slot.c.capacity - slot.c.taken).where(
    slot.c.zone.in_(bindparam("zones", expanding=True)),
    slot.c.start_at > bindparam("after"),
    slot.c.capacity - slot.c.taken <= _FEW,
)


class Scarce(NamedTuple):
    id: int
    zone: str
    start_at: datetime
    left: int


def look(conn: Connection, found: Search, slots: int) -> Facts:
    """The facts for one request. `slots` is the greatest slot id its plans were made from."""
    if not found.zones:
        return Facts(slots, {})
    bound = {"zones": found.zones, "after": found.moment.now - timedelta(hours=24)}
    return facts_of(found, slots, [Scarce(*row) for row in conn.execute(_SCARCE, bound)])


def facts_of(found: Search, slots: int, rows: list[Scarce]) -> Facts:
    """Of the scarce places of many zones those that concern this request."""
    zones = set(found.zones)
    return Facts(slots, {row.id: row.left for row in rows if row.zone in zones})
