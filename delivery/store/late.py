"""Which bookings a late van carries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from delivery.store.tables import booking, slot

_ROOTS = select(slot.c.zone, slot.c.start_at, slot.c.end_at, slot.c.id).where(
    slot.c.id.in_(bindparam("ids", expanding=True))
)
_INSIDE = select(slot.c.id, slot.c.within).where(
    slot.c.zone == bindparam("zone"),
    slot.c.start_at >= bindparam("start"),
    slot.c.end_at <= bindparam("end"),
)
_IN_SLOTS = (
    select(booking.c.reference)
    .where(booking.c.slot_id.in_(bindparam("ids", expanding=True)))
    .order_by(booking.c.reference)
)


def references_in(conn: Connection, slot_ids: Sequence[int]) -> list[str]:
    """Every booking in these slots or in a window within one of them, by reference."""
    ids = set(slot_ids)
    for root in conn.execute(_ROOTS, {"ids": list(slot_ids)}).all():
        span = {"zone": root.zone, "start": root.start_at, "end": root.end_at}
        inside = conn.execute(_INSIDE, span)
        ids |= {each.id for each in inside if root.id in each.within}
    return list(conn.scalars(_IN_SLOTS, {"ids": sorted(ids)}))
