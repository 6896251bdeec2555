"""Open questions, what the desk did, how it went, and what replies meant"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ACTIONS = (
    "claimed", "assigned", "handed_over", "answered", "noted", "offered_times", "refunded",
    "goodwill", "call_back", "escalated", "closed", "corrected",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("conversation") as talk:
        talk.add_column(sa.Column("question", sa.String(length=12)))
        talk.add_column(sa.Column("held", sa.String(length=64)))
        talk.add_column(sa.Column("pending", _ROW_ID))
        talk.add_column(sa.Column("assignee", sa.String(length=100)))
        for name in ("asked_at", "thanked_at", "answer_by", "escalated_at", "assigned_at"):
            talk.add_column(_moment(name))
        talk.create_foreign_key(op.f("fk_conversation_held"), "hold", ["held"], ["id"])
        talk.create_foreign_key(op.f("fk_conversation_pending"), "reply", ["pending"], ["id"])
        talk.create_foreign_key(op.f("fk_conversation_assignee"), "staff", ["assignee"], ["login"])
    only = sa.text("state = 'waiting'")
    op.create_index(
        "ix_conversation_waiting", "conversation", ["answer_by"],
        postgresql_where=only, sqlite_where=only,
    )  # fmt: skip
    # What digits meant until now: every menu was one of times.
    op.execute("UPDATE conversation SET question = 'times', asked_at = changed_at "
               "WHERE menu_until IS NOT NULL")  # fmt: skip
    op.execute("UPDATE conversation SET answer_by = waiting_since WHERE state = 'waiting'")
    op.add_column("booking", sa.Column("leave_with", sa.JSON(none_as_null=True)))
    op.add_column("booking", sa.Column("charges", sa.JSON(), server_default="[]", nullable=False))
    op.create_index("ix_receipt_attempt_id", "receipt", ["attempt_id"])
    op.create_index("ix_reply_about", "reply", ["about", "id"])
    _desk()
    _words()


def _desk() -> None:
    op.create_table(
        "desk_action",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("amount", sa.Integer()),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("waited", sa.Integer()),
        _moment("at", nullable=False),
        sa.CheckConstraint(f"kind IN {_ACTIONS}", name=op.f("ck_desk_action_kind")),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_desk_action_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_action")),
    )
    op.create_index(op.f("ix_desk_action_reference"), "desk_action", ["reference"])
    op.create_index("ix_desk_action_at", "desk_action", ["at"])


def _words() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        _moment("at", nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name=op.f("ck_feedback_score")),
        sa.ForeignKeyConstraint(
            ["reference"], ["booking.reference"], name=op.f("fk_feedback_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_reference"), "feedback", ["reference"])
    op.create_table(
        "example",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("reply_id", _ROW_ID),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("meant", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        _moment("at", nullable=False),
        sa.Column("decided_by", sa.String(length=100)),
        _moment("decided_at"),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'refused')", name=op.f("ck_example_state")
        ),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_example_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example")),
    )


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, columns.UtcDateTime(timezone=True), nullable=nullable)
