"""What carriers told us, kept once each, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from delivery.store.tables import carrier_event

WAITING, APPLIED, UNMATCHED, IGNORED = "waiting", "applied", "unmatched", "ignored"


@dataclass(frozen=True)
class KeptEvent:
    id: int
    carrier: str
    event_id: str
    body: dict[str, Any]


# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_KEEP = (
    upsert(carrier_event)
    .on_conflict_do_nothing(index_elements=["carrier", "event_id"])
    .returning(carrier_event.c.id)
)
_ANY = select(carrier_event.c.id).where(carrier_event.c.state == WAITING).limit(1)
_NEXT = (
    select(carrier_event.c.id, carrier_event.c.carrier, carrier_event.c.event_id,
           carrier_event.c.body)
    .where(carrier_event.c.state == WAITING)
    .order_by(carrier_event.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)  # fmt: skip
_SETTLE = update(carrier_event).where(carrier_event.c.id == bindparam("number"))
_APPLIED = select(carrier_event.c.body).where(
    carrier_event.c.reference == bindparam("reference"), carrier_event.c.state == APPLIED
)
_UNMATCHED = (
    select(carrier_event)
    .where(carrier_event.c.state == UNMATCHED)
    .order_by(carrier_event.c.id.desc())
    .limit(bindparam("limit"))
)


def keep(
    conn: Connection, carrier: str, event_id: str, body: dict[str, Any], *, now: datetime
) -> bool:
    """Write an event down. False when this carrier told it before."""
    row = {"carrier": carrier, "event_id": event_id, "body": body, "state": WAITING,
           "why": "", "received_at": now}  # fmt: skip
    return conn.execute(_KEEP, row).one_or_none() is not None


def any_waiting(conn: Connection) -> bool:
    return conn.execute(_ANY).first() is not None


def next_waiting(conn: Connection) -> KeptEvent | None:
    """The oldest one that is not yet applied, locked; those another worker has are passed over."""
    row = conn.execute(_NEXT).one_or_none()
    return KeptEvent(**row._mapping) if row else None


def settle(
    conn: Connection, event_id: int, *, state: str, why: str, reference: str | None, now: datetime
) -> None:
    """Write down what became of it, and which booking it was about."""
    values = {"state": state, "why": why[:200], "reference": reference, "settled_at": now}
    conn.execute(_SETTLE.values(**values), {"number": event_id})


def applied_to(conn: Connection, reference: str) -> list[dict[str, Any]]:
    """The bodies of all events that were applied to a booking."""
    return list(conn.scalars(_APPLIED, {"reference": reference}))


def unmatched(conn: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Events that belong to no booking of their carrier, newest first, with the reason."""
    return [dict(row._mapping) for row in conn.execute(_UNMATCHED, {"limit": limit})]
