"""Rows of the delivery side, with the limits the database keeps for us."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from delivery.store.tables_broadcasts import broadcast, broadcast_offer, broadcast_recipient
from delivery.store.tables_catalogue import catalogue, catalogue_part
from delivery.store.tables_habits import choice, habit, taste_prior
from delivery.store.tables_records import track_record
from delivery.store.tables_slots import slot, slot_plan
from delivery.store.tables_talks import conversation, desk_action, example, feedback
from notifications.columns import UtcDateTime
from notifications.tables import RowId, metadata

__all__ = [
    "api_key", "booking", "broadcast", "broadcast_offer", "broadcast_recipient", "carrier_event",
    "catalogue", "catalogue_part", "choice", "conversation", "desk_action", "example", "feedback",
    "habit", "hold", "idempotency", "lease", "metadata", "milestone", "note", "promise", "quote",
    "session", "slot", "slot_plan", "staff", "taste_prior", "track_record",
]  # fmt: skip

HOLD_STATES = ("open", "booked", "released", "expired")
BOOKING_STATES = (
    "booked", "on_the_way", "ready_for_pickup", "delivered",
    "failed", "lost", "cancelled", "returned",
)  # fmt: skip

quote = Table(
    "quote",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("valid_until", UtcDateTime, nullable=False),
    Column("catalogue_version", Integer, ForeignKey("catalogue.version"), nullable=False),
    Column("record_version", Integer, nullable=False, server_default="0"),
    # What was free then, and what was known of the customer's habits.
    Column("facts", JSON, nullable=False, server_default="{}"),
    # What was asked, as checked; with all of the above it gives every option again.
    Column("request", JSON, nullable=False),
    # What was answered, byte for byte.
    Column("answer", LargeBinary, nullable=False),
)
Index("ix_quote_valid_until", quote.c.valid_until)

hold = Table(
    "hold",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("quote_id", String(40), ForeignKey("quote.id"), nullable=False),
    Column("option_id", String(120), nullable=False),
    # The option as it was shown: title, price and window do not move any more.
    Column("option", JSON, nullable=False),
    Column("slot_id", RowId, ForeignKey("slot.id")),
    # Load units taken with the place.
    Column("load", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("origin", String(12), nullable=False),
    # How often a paying customer asked for more time.
    Column("extensions", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    CheckConstraint(f"state IN {HOLD_STATES}", name="state"),
)
Index(
    "ix_hold_expiring",
    hold.c.expires_at,
    postgresql_where=hold.c.state == "open",
    sqlite_where=hold.c.state == "open",
)
Index("ix_hold_slot", hold.c.slot_id)

booking = Table(
    "booking",
    metadata,
    Column("reference", String(64), primary_key=True),
    # Of the PUT that made it: the same again is answered the same, another is refused.
    Column("digest", String(64), nullable=False),
    Column("hold_id", String(64), ForeignKey("hold.id"), nullable=False, unique=True),
    Column("quote_id", String(40), ForeignKey("quote.id"), nullable=False),
    Column("state", String(20), nullable=False, server_default="booked"),
    # Raised by every change; a writer that read an older one has lost.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("option", JSON, nullable=False),
    Column("carrier", String(40), nullable=False),
    Column("service", String(40), nullable=False),
    Column("slot_id", RowId, ForeignKey("slot.id")),
    Column("load", Integer, nullable=False, server_default="0"),
    Column("tracking_number", String(64)),
    # The promise that stands now; every one we gave is in `promise`.
    Column("window_start", UtcDateTime, nullable=False),
    Column("window_end", UtcDateTime, nullable=False),
    Column("zone_name", String(40), nullable=False),
    Column("destination", JSON, nullable=False),
    Column("customer_id", String(64)),
    Column("given_name", String(200), nullable=False, server_default=""),
    Column("family_name", String(200), nullable=False, server_default=""),
    Column("phone", String(32)),
    Column("email", String(320)),
    Column("locale", String(12), nullable=False),
    # Whom or where it may be left with, if nobody opens: {"kind", "text"}.
    Column("leave_with", JSON(none_as_null=True)),
    # Fees of moves that were agreed to, and what the desk gave: [{"code", "amount", "at"}].
    Column("charges", JSON, nullable=False, server_default="[]"),
    Column("consent", JSON, nullable=False),
    Column("link_version", Integer, nullable=False, server_default="1"),
    Column("link_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint(f"state IN {BOOKING_STATES}", name="state"),
)
Index("ix_booking_slot", booking.c.slot_id)
Index("ix_booking_window", booking.c.window_start)
Index("ix_booking_phone", booking.c.phone, booking.c.created_at)
Index("ix_booking_tracking", booking.c.carrier, booking.c.tracking_number)

promise = Table(
    "promise",
    metadata,
    Column("reference", String(64), ForeignKey("booking.reference"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("zone_name", String(40), nullable=False),
    Column("tzdata", String(12), nullable=False),
    # booked | delayed | eta_changed | rescheduled | narrowed | undone | relocated
    Column("cause", String(20), nullable=False),
    Column("reason", JSON, nullable=False),
    # As the customer was told it, in their language.
    Column("words", Text, nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
)

milestone = Table(
    "milestone",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reference", String(64), ForeignKey("booking.reference"), nullable=False, index=True),
    Column("milestone", String(24), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reference", String(64), ForeignKey("booking.reference"), nullable=False, index=True),
    # shop | reply | page | desk
    Column("source", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

carrier_event = Table(
    "carrier_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("carrier", String(40), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("body", JSON, nullable=False),
    Column("reference", String(64)),
    # waiting | applied | unmatched | ignored
    Column("state", String(12), nullable=False),
    Column("why", String(200), nullable=False, server_default=""),
    Column("received_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("carrier", "event_id"),
)
Index(
    "ix_carrier_event_waiting",
    carrier_event.c.id,
    postgresql_where=carrier_event.c.state == "waiting",
    sqlite_where=carrier_event.c.state == "waiting",
)

Index("ix_carrier_event_reference", carrier_event.c.reference)

idempotency = Table(
    "idempotency",
    metadata,
    # Who asked, what, and under which key: one answer for good.
    Column("caller", String(64), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    # null while the first request is still running
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("at", UtcDateTime, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("scope", String(12), nullable=False),
    Column("name", String(100), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("scope IN ('shop', 'staff')", name="scope"),
)

staff = Table(
    "staff",
    metadata,
    Column("login", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("hash", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("login", String(100), ForeignKey("staff.login"), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("fence", Integer, nullable=False),
)
