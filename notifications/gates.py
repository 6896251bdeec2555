"""Gates: what stands behind a closed one stays where it is, and goes on where it was once it opens.

A message has one gate at the most, a broadcast's say; `EVERYTHING` is before all of them. Closing
one takes effect with its transaction: claims pass it by, and what is claimed already is asked
about once more right before its call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import gate, message

#: The gate before every message.
EVERYTHING = "*"

#: For the WHERE of a statement on messages: nothing closed is before this one.
ALL_OPEN = and_(
    ~exists().where(gate.c.name == EVERYTHING).correlate(None),
    or_(message.c.gate.is_(None), ~exists().where(gate.c.name == message.c.gate)),
)

_CLOSE = (
    upsert(gate).on_conflict_do_nothing(index_elements=["name"]).returning(gate.c.name)
)  # fmt: skip
_OPEN = delete(gate).where(gate.c.name == bindparam("which")).returning(gate.c.name)
_CLOSED = select(gate.c.name, gate.c.closed_at, gate.c.by, gate.c.why).order_by(
    gate.c.closed_at, gate.c.name
)


@dataclass(frozen=True)
class Closed:
    """A closed gate: since when, who closed it, and what for."""

    name: str
    closed_at: datetime
    by: str
    why: str


def close(conn: Connection, name: str, *, by: str, why: str = "", now: datetime) -> bool:
    """Nothing behind it leaves any more. False when it was closed already, and stays as it was."""
    row = {"name": name, "closed_at": now, "by": by[:80], "why": why[:200]}
    return conn.execute(_CLOSE, row).first() is not None


def open_(conn: Connection, name: str) -> bool:
    """What waits behind it leaves again. False when it was open already."""
    return conn.execute(_OPEN, {"which": name}).first() is not None


def closed(conn: Connection) -> list[Closed]:
    """All that are closed, the longest first."""
    return [Closed(*row) for row in conn.execute(_CLOSED)]
