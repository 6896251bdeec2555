"""The tables as the first version has them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('shop', 'staff')", name=op.f("ck_api_key_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_table(
        "carrier_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=200), server_default="", nullable=False),
        sa.Column("received_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_event")),
        sa.UniqueConstraint("carrier", "event_id", name=op.f("uq_carrier_event_carrier_event_id")),
    )
    with op.batch_alter_table("carrier_event", schema=None) as batch_op:
        batch_op.create_index("ix_carrier_event_reference", ["reference"], unique=False)
        batch_op.create_index(
            "ix_carrier_event_waiting",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "catalogue",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue")),
    )
    op.create_table(
        "consent_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=200), server_default="", nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_log")),
    )
    with op.batch_alter_table("consent_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_log_recipient"), ["recipient"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("notice", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), server_default="sms", nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="queued", nullable=False),
        sa.Column("lane", sa.Integer(), server_default="1", nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_after", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_by", sa.String(length=64), nullable=True),
        sa.Column("lease_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("in_call", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("misses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unsure', 'suppressed', 'expired', 'replaced')",
            name=op.f("ck_message_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message_dedupe_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_about", ["about", "id"], unique=False)
        batch_op.create_index(
            "ix_message_due",
            ["lane", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index("ix_message_recipient", ["recipient", "id"], unique=False)
        batch_op.create_index(
            "ix_message_unsettled",
            ["lease_until"],
            unique=False,
            postgresql_where=sa.text("state IN ('sending', 'unsure')"),
            sqlite_where=sa.text("state IN ('sending', 'unsure')"),
        )

    op.create_table(
        "pace",
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_pace")),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("about", sa.String(length=64), nullable=True),
        sa.Column("received_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_reply_provider_id")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index("ix_reply_sender", ["sender", "id"], unique=False)
        batch_op.create_index(
            "ix_reply_waiting",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("within", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_slot_forward")),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_slot_not_oversold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint(
            "service",
            "zone",
            "start_at",
            "end_at",
            name=op.f("uq_slot_service_zone_start_at_end_at"),
        ),
    )
    op.create_table(
        "staff",
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_staff")),
    )
    op.create_table(
        "suppression",
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("since", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_suppression")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attempt_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_attempt_message_id_number")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_message_id"), ["message_id"], unique=False)

    op.create_table(
        "quote",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("valid_until", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue_version"], ["catalogue.version"], name=op.f("fk_quote_catalogue_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index("ix_quote_valid_until", ["valid_until"], unique=False)

    op.create_table(
        "session",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("until", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["staff.login"], name=op.f("fk_session_login")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("quote_id", sa.String(length=40), nullable=False),
        sa.Column("option_id", sa.String(length=120), nullable=False),
        sa.Column("option", sa.JSON(), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'booked', 'released', 'expired')", name=op.f("ck_hold_state")
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_hold_quote_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_hold_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hold_expiring",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_hold_slot", ["slot_id"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("received_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_receipt_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("provider_id", "status", name=op.f("uq_receipt_provider_id_status")),
    )
    op.create_table(
        "booking",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("quote_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="booked", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("option", sa.JSON(), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tracking_number", sa.String(length=64), nullable=True),
        sa.Column("window_start", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("window_end", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("zone_name", sa.String(length=40), nullable=False),
        sa.Column("destination", sa.JSON(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("given_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("family_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("link_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('booked', 'on_the_way', 'ready_for_pickup', 'delivered', 'failed', 'lost', 'cancelled', 'returned')",
            name=op.f("ck_booking_state"),
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_booking_hold_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_booking_quote_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_booking_slot_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_booking")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_booking_hold_id")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_booking_link_hash")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_phone", ["phone", "created_at"], unique=False)
        batch_op.create_index("ix_booking_slot", ["slot_id"], unique=False)
        batch_op.create_index("ix_booking_tracking", ["carrier", "tracking_number"], unique=False)
        batch_op.create_index("ix_booking_window", ["window_start"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("menu", sa.JSON(), nullable=False),
        sa.Column("menu_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undo", sa.JSON(), nullable=True),
        sa.Column("undo_until", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("unclear", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting_since", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=100), nullable=True),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_conversation_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("reference", name=op.f("uq_conversation_reference")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_phone"), ["phone"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("milestone", sa.String(length=24), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_milestone_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_reference"), ["reference"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_note_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_reference"), ["reference"], unique=False)

    op.create_table(
        "promise",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("zone_name", sa.String(length=40), nullable=False),
        sa.Column("tzdata", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_promise_reference")
        ),
        sa.PrimaryKeyConstraint("reference", "version", name=op.f("pk_promise")),
    )


def downgrade() -> None:
    op.drop_table("promise")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_reference"))

    op.drop_table("note")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_reference"))

    op.drop_table("milestone")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_phone"))

    op.drop_table("conversation")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_window")
        batch_op.drop_index("ix_booking_tracking")
        batch_op.drop_index("ix_booking_slot")
        batch_op.drop_index("ix_booking_phone")

    op.drop_table("booking")
    op.drop_table("receipt")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ix_hold_slot")
        batch_op.drop_index(
            "ix_hold_expiring",
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.drop_table("hold")
    op.drop_table("session")
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.drop_index("ix_quote_valid_until")

    op.drop_table("quote")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_message_id"))

    op.drop_table("attempt")
    op.drop_table("suppression")
    op.drop_table("staff")
    op.drop_table("slot")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reply_waiting",
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_reply_sender")

    op.drop_table("reply")
    op.drop_table("pace")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_unsettled",
            postgresql_where=sa.text("state IN ('sending', 'unsure')"),
            sqlite_where=sa.text("state IN ('sending', 'unsure')"),
        )
        batch_op.drop_index("ix_message_recipient")
        batch_op.drop_index(
            "ix_message_due",
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index("ix_message_about")

    op.drop_table("message")
    op.drop_table("lease")
    op.drop_table("idempotency")
    with op.batch_alter_table("consent_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_log_recipient"))

    op.drop_table("consent_log")
    op.drop_table("catalogue")
    with op.batch_alter_table("carrier_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_carrier_event_waiting",
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_carrier_event_reference")

    op.drop_table("carrier_event")
    op.drop_table("api_key")
