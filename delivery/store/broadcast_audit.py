"""What must be true of every broadcast, asked of the rows: nobody missing, nobody twice."""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, exists, func, select

from delivery.store.broadcasts import Broadcast
from delivery.store.tables import broadcast_recipient
from notifications.tables import message

_R = broadcast_recipient.c
_OF = _R.broadcast == bindparam("of")
_COUNT = select(func.count()).select_from(broadcast_recipient).where(_OF)
_LEFT = _COUNT.where(_R.state == "pending")
_WITHOUT = (
    select(_R.reference)
    .where(_OF, _R.state == "posted", ~exists().where(message.c.id == _R.message_id))
    .order_by(_R.reference)
)
_STRAYS = (
    select(message.c.id)
    .where(
        message.c.gate == bindparam("name"), message.c.instead_of.is_(None),
        ~exists().where(and_(_OF, _R.reference == message.c.about, _R.message_id == message.c.id)),
    )
    .order_by(message.c.id)
)  # fmt: skip


def missing(conn: Connection, known: Broadcast) -> list[str]:
    """Everything that is wrong with the rows of a broadcast; empty when nothing is.

    Rows that are not as many as were shown, recipients marked as written to without a message,
    messages without their recipient, and recipients left over once it is done.
    """
    asked = {"of": known.number, "name": known.gate}
    counted = conn.execute(_COUNT, {"of": known.number}).scalar_one()
    shown = known.shown["counts"]["recipients"]
    wrong = [] if counted == shown else [f"{counted} rows for {shown} recipients"]
    wrong += [f"{each} has no message" for each in conn.scalars(_WITHOUT, {"of": known.number})]
    wrong += [f"message {each} has no recipient" for each in conn.scalars(_STRAYS, asked)]
    if known.state in ("done", "cancelled"):
        left = conn.execute(_LEFT, {"of": known.number}).scalar_one()
        wrong += [f"{left} left over"] if left else []
    return wrong
