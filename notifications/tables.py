"""Rows of the messaging side, with the limits the database keeps for us."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
)

from notifications.columns import UtcDateTime

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

# SQLite numbers rows by itself only when the key is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

MESSAGE_STATES = (
    "queued", "sending", "sent", "delivered", "failed",
    "unsure", "suppressed", "expired", "replaced",
)  # fmt: skip

#: 0 = an answer to a person, 1 = news of a delivery, 2 = bulk.
LANES = (0, 1, 2)

message = Table(
    "message",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("notice", String(40), nullable=False),
    Column("channel", String(10), nullable=False, server_default="sms"),
    Column("recipient", String(320), nullable=False),
    Column("locale", String(12), nullable=False),
    Column("body", Text, nullable=False),
    # An e-mail has more: {"subject", "html", "calendar"}; null for an SMS.
    Column("parts", JSON(none_as_null=True)),
    # Of an SMS; 0 for an e-mail.
    Column("segments", Integer, nullable=False),
    # What it says by name, and where else its reader can be reached: {"fields", "addresses"};
    # null where there is no other channel.
    Column("again", JSON(none_as_null=True)),
    # What the message is about, in its owner's words: here a booking's reference.
    Column("about", String(64), nullable=False),
    Column("state", String(12), nullable=False, server_default="queued"),
    # One of LANES.
    Column("lane", Integer, nullable=False, server_default="1"),
    # One message for one cause, however often the cause is told.
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime),
    # The reader sleeps from then until then; null for what may wake people.
    Column("asleep_from", UtcDateTime),
    Column("awake_at", UtcDateTime),
    # Neither is claimed nor begun while this gate is closed: a broadcast's id.
    Column("gate", String(64)),
    # The window it states, as `start/end` in UTC; null where it states none.
    Column("states_window", String(80)),
    # The message in whose place this one is sent, over another channel.
    Column("instead_of", RowId, ForeignKey("message.id")),
    # Which of our senders carried it, where there is more than one.
    Column("carried_by", String(64)),
    Column("lease_by", String(64)),
    # While `sending`: the claim's end. While `unsure`: when to ask the provider again;
    # null = never, there is nothing more to be done.
    Column("lease_until", UtcDateTime),
    # An attempt row stands and its outcome is not written down: a call may be out.
    Column("in_call", Boolean, nullable=False, server_default=false()),
    # How often the provider, asked for an unsure one, did not know it.
    Column("misses", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("provider_id", String(64), unique=True),
    Column("error", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    # When the provider was asked what became of it, since no receipt came.
    Column("looked_up_at", UtcDateTime),
    CheckConstraint(f"state IN {MESSAGE_STATES}", name="state"),
)
Index(
    "ix_message_due",
    message.c.gate,
    message.c.channel,
    message.c.lane,
    message.c.due_at,
    message.c.id,
    postgresql_where=message.c.state == "queued",
    sqlite_where=message.c.state == "queued",
)
Index(
    "ix_message_unsettled",
    message.c.lease_until,
    postgresql_where=message.c.state.in_(("sending", "unsure")),
    sqlite_where=message.c.state.in_(("sending", "unsure")),
)
Index(
    "ix_message_no_receipt",
    message.c.sent_at,
    postgresql_where=and_(message.c.state == "sent", message.c.looked_up_at.is_(None)),
    sqlite_where=and_(message.c.state == "sent", message.c.looked_up_at.is_(None)),
)
Index(
    "ix_message_gate",
    message.c.gate,
    message.c.state,
    postgresql_where=message.c.gate.is_not(None),
    sqlite_where=message.c.gate.is_not(None),
)
# Without it every row that is deleted would look through all of them for its successor.
Index(
    "ix_message_instead_of",
    message.c.instead_of,
    postgresql_where=message.c.instead_of.is_not(None),
    sqlite_where=message.c.instead_of.is_not(None),
)
Index("ix_message_about", message.c.about, message.c.id)
Index("ix_message_recipient", message.c.recipient, message.c.id)

attempt = Table(
    "attempt",
    metadata,
    # Rides in the receipt's address, so that a receipt finds its message
    # even when the provider's answer never reached us.
    Column("id", String(32), primary_key=True),
    Column("message_id", RowId, ForeignKey("message.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # accepted | refused | later | unknown; null while the call is out
    Column("outcome", String(12)),
    Column("provider_id", String(64)),
    Column("error", String(64)),
    # Its index finds the attempts of a message as well as one of messages alone would.
    UniqueConstraint("message_id", "number"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("attempt_id", String(32), ForeignKey("attempt.id"), nullable=False, index=True),
    Column("provider_id", String(64), nullable=False),
    Column("status", String(24), nullable=False),
    Column("error", String(64)),
    Column("received_at", UtcDateTime, nullable=False),
    # (id, status): deduping on the id alone would swallow `delivered` after `sent`.
    UniqueConstraint("provider_id", "status"),
)

reply = Table(
    "reply",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider_id", String(64), nullable=False, unique=True),
    Column("sender", String(32), nullable=False),
    Column("recipient", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("media", Integer, nullable=False, server_default="0"),
    # waiting | answered | with_person | keyword (STOP, START, HELP: the provider answers)
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("about", String(64)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)
Index(
    "ix_reply_waiting",
    reply.c.id,
    postgresql_where=reply.c.state == "waiting",
    sqlite_where=reply.c.state == "waiting",
)
Index("ix_reply_sender", reply.c.sender, reply.c.id)
Index("ix_reply_about", reply.c.about, reply.c.id)

suppression = Table(
    "suppression",
    metadata,
    Column("recipient", String(320), primary_key=True),
    # stopped | bad_number
    Column("reason", String(24), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

consent_log = Table(
    "consent_log",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("recipient", String(320), nullable=False, index=True),
    Column("allowed", Boolean, nullable=False),
    # Where the word came from: reply, provider, page, desk.
    Column("source", String(24), nullable=False),
    Column("words", String(200), nullable=False, server_default=""),
    # Whose word it was, where somebody else wrote it down; empty = the person's own.
    Column("by", String(80), nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("sender", String(64), primary_key=True),
    # From when the next segment may leave, in microseconds since 1970: one UPDATE that adds
    # to it means the same on both databases.
    Column("free_at", BigInteger, nullable=False),
)

# Closed gates: what stands behind one stays where it is. "*" is everything.
gate = Table(
    "gate",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", String(200), nullable=False, server_default=""),
)

# Senders whose breaker is open: their queue is held, or another sender takes over.
breaker = Table(
    "breaker",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    # When one message is tried again; null = not before a person says so.
    Column("try_at", UtcDateTime),
    Column("error", String(64), nullable=False),
)

# Which database this is. A copy finds another one written here, and sends nothing.
identity = Table(
    "identity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String(200), nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("confirmed_by", String(80), nullable=False),
)

# What a person has to do, since no machine can: somebody who cannot be reached, a broken sender.
task = Table(
    "task",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("about", String(64), nullable=False),
    Column("text", String(500), nullable=False),
    # One task for one cause.
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("done_by", String(80)),
)
Index(
    "ix_task_open",
    task.c.created_at,
    postgresql_where=task.c.done_at.is_(None),
    sqlite_where=task.c.done_at.is_(None),
)
