"""Times held for a booking that may move: theirs alone until they choose or the hold ends.

Those that a broadcast offered, and the one we asked a yes for by SMS.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, insert, select, union_all

from delivery.rules.bookings import Booking
from delivery.rules.holds import OPEN, RELEASED, Hold
from delivery.rules.options import DeliveryOption
from delivery.store import holds, slots
from delivery.store.tables import broadcast_offer, conversation, hold

_THEIRS = union_all(
    select(broadcast_offer.c.hold_id).where(broadcast_offer.c.reference == bindparam("whose")),
    select(conversation.c.held).where(
        conversation.c.reference == bindparam("whose"), conversation.c.held.is_not(None)
    ),
)
_HELD = (
    select(hold.c.id, hold.c.option, hold.c.slot_id, hold.c.load, hold.c.expires_at)
    .where(hold.c.id.in_(_THEIRS), hold.c.state == OPEN)
    .order_by(hold.c.slot_id)
)
_LOCK = _HELD.with_for_update(of=hold)
_ADD_HOLD = insert(hold)
_ADD = insert(broadcast_offer)


def keep(conn: Connection, number: int, held: Sequence[tuple[str, Hold]]) -> None:
    """Write holds down whose places were taken, each with the booking it is for."""
    if not held:
        return
    conn.execute(_ADD_HOLD, [dict(vars(each)) for _, each in held])
    conn.execute(_ADD, [
        {"hold_id": each.id, "reference": reference, "broadcast": number}
        for reference, each in held
    ])  # fmt: skip


def options_for(conn: Connection, booking: Booking, *, now: datetime) -> list[DeliveryOption]:
    """The times that are held for this booking: free for it, and for nobody else."""
    rows = conn.execute(_HELD, {"whose": booking.reference})
    zone = ZoneInfo(booking.zone_name)
    return [DeliveryOption.from_json(row.option, zone) for row in rows if now < row.expires_at]


def give_back(conn: Connection, reference: str) -> None:
    """Let go of whatever is held for this booking, in the transaction in which it moves."""
    held = conn.execute(_LOCK, {"whose": reference}).all()
    if not held:
        return
    places = [(slots.get(conn, row.slot_id), row.load) for row in held]
    slots.lock(conn, (place.chain[0] for place, _ in places))
    for place, load in places:
        slots.give_back_place(conn, place, load)
    for row in held:
        holds.close(conn, row.id, RELEASED)
