"""Rows of broadcasts: one each, one for every recipient, and the times held for them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    false,
)

from notifications.columns import UtcDateTime
from notifications.tables import RowId, metadata

BROADCAST_STATES = ("draft", "starting", "running", "paused", "done", "cancelled")

broadcast = Table(
    "broadcast",
    metadata,
    Column("number", RowId, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    # As they were asked for; whom the audience means stands in `broadcast_recipient`.
    Column("audience", JSON, nullable=False),
    Column("notice", String(40), nullable=False),
    Column("fields", JSON, nullable=False),
    # What was shown before it was confirmed: counts, segments, cost, samples, consequences.
    Column("shown", JSON, nullable=False),
    Column("by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    # While `starting`: when the first one leaves.
    Column("starts_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # Why it is paused, in words; empty when a person paused it.
    Column("why", String(200), nullable=False, server_default=""),
    # Refused messages that were there when a person said "go on": only newer ones pause it again.
    Column("forgiven", Integer, nullable=False, server_default="0"),
    CheckConstraint(f"state IN {BROADCAST_STATES}", name="state"),
)
Index(
    "ix_broadcast_open",
    broadcast.c.number,
    postgresql_where=broadcast.c.state.in_(("starting", "running")),
    sqlite_where=broadcast.c.state.in_(("starting", "running")),
)

# Without foreign keys: a hundred thousand rows are written while somebody looks on. Bookings are
# never deleted, broadcasts only as drafts nobody confirmed.
broadcast_recipient = Table(
    "broadcast_recipient",
    metadata,
    Column("broadcast", RowId, primary_key=True, autoincrement=False),
    Column("reference", String(64), primary_key=True),
    Column("locale", String(12), nullable=False),
    # tell | already_told | in_conversation | no_phone | opted_out, as it was when it was fixed
    Column("kind", String(16), nullable=False),
    # Those without a phone, or who do not want SMS, are written to where that is allowed.
    Column("by_email", Boolean, nullable=False, server_default=false()),
    Column("asleep", Boolean, nullable=False, server_default=false()),
    # pending | posted | skipped
    Column("state", String(8), nullable=False),
    # Whether the promise was moved for it.
    Column("moved", Boolean, nullable=False, server_default=false()),
    # Why it was skipped: nothing (its kind says it), over, changed, cancelled, stopped.
    Column("why", String(16), nullable=False, server_default=""),
    Column("message_id", RowId),
    sqlite_with_rowid=False,
)
Index(
    "ix_broadcast_recipient_pending",
    broadcast_recipient.c.broadcast,
    broadcast_recipient.c.reference,
    postgresql_where=broadcast_recipient.c.state == "pending",
    sqlite_where=broadcast_recipient.c.state == "pending",
)

# Times that are held for one recipient, for a while; the hold says until when.
broadcast_offer = Table(
    "broadcast_offer",
    metadata,
    Column("hold_id", String(64), ForeignKey("hold.id"), primary_key=True),
    Column("reference", String(64), nullable=False, index=True),
    Column("broadcast", RowId, nullable=False),
)
