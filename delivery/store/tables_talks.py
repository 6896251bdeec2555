"""Rows of conversations: what is open with whom, what the desk did, how it went, what was meant."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from notifications.columns import UtcDateTime
from notifications.tables import RowId, metadata

ACTIONS = (
    "claimed", "assigned", "handed_over", "answered", "noted", "offered_times", "refunded",
    "goodwill", "call_back", "escalated", "closed", "corrected",
)  # fmt: skip
EXAMPLE_STATES = ("proposed", "approved", "refused")

conversation = Table(
    "conversation",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reference", String(64), ForeignKey("booking.reference"), nullable=False, unique=True),
    Column("phone", String(32), nullable=False, index=True),
    # quiet (nothing open) | asked (a question is open) | waiting (for a person) | closed
    Column("state", String(10), nullable=False),
    # What we asked last: times | confirm | places | which | cancel | feedback; null = nothing.
    Column("question", String(12)),
    # The numbered lines we last texted, each with what it does, and until when digits mean them.
    Column("menu", JSON, nullable=False),
    Column("menu_until", UtcDateTime),
    # When the question was asked: of two open ones the later is meant.
    Column("asked_at", UtcDateTime),
    # The place that is held while we wait for a yes.
    Column("held", String(64), ForeignKey("hold.id")),
    # The reply that waits for an answer to "which delivery?".
    Column("pending", RowId, ForeignKey("reply.id")),
    # What `0` would bring back, and until when.
    Column("undo", JSON),
    Column("undo_until", UtcDateTime),
    Column("unclear", Integer, nullable=False, server_default="0"),
    Column("thanked_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),
    # A person answers by then; said to the customer where it is said at all.
    Column("answer_by", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    # Who signs; and whose it is at the desk, by login, from when on.
    Column("agent", String(100)),
    Column("assignee", String(100), ForeignKey("staff.login")),
    Column("assigned_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
)
Index(
    "ix_conversation_waiting",
    conversation.c.answer_by,
    postgresql_where=conversation.c.state == "waiting",
    sqlite_where=conversation.c.state == "waiting",
)

# What people at the desk did, in their order; never changed.
desk_action = Table(
    "desk_action",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reference", String(64), ForeignKey("booking.reference"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    # A login; empty for what happened by itself.
    Column("by", String(100), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    # Of a refund or a gesture, in minor units.
    Column("amount", Integer),
    Column("currency", String(3)),
    # Of an answer: how long the customer had waited, in working minutes.
    Column("waited", Integer),
    Column("at", UtcDateTime, nullable=False),
    CheckConstraint(f"kind IN {ACTIONS}", name="kind"),
)
Index("ix_desk_action_at", desk_action.c.at)

feedback = Table(
    "feedback",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reference", String(64), ForeignKey("booking.reference"), nullable=False, index=True),
    # 0-10; null where there are only words.
    Column("score", Integer),
    Column("words", Text, nullable=False, server_default=""),
    # sms | page
    Column("source", String(12), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    CheckConstraint("score BETWEEN 0 AND 10", name="score"),
)

# What a reply meant, by somebody who knows: ships as data once it is approved.
example = Table(
    "example",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("reply_id", RowId, ForeignKey("reply.id")),
    Column("text", Text, nullable=False),
    Column("locale", String(12), nullable=False),
    # {"now", "context", "intent", "date", "from", "to", "target", "rating"} as in the contract
    Column("meant", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_by", String(100)),
    Column("decided_at", UtcDateTime),
    CheckConstraint(f"state IN {EXAMPLE_STATES}", name="state"),
)
