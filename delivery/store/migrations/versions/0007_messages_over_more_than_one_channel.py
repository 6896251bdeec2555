"""Messages over more than one channel, gates before them, and which database this is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        for name in ("parts", "again"):
            message.add_column(sa.Column(name, sa.JSON(none_as_null=True)))
        for name in ("asleep_from", "awake_at", "looked_up_at"):
            message.add_column(_moment(name))
        message.add_column(sa.Column("gate", sa.String(length=64)))
        message.add_column(sa.Column("states_window", sa.String(length=80)))
        message.add_column(sa.Column("instead_of", _ROW_ID))
        message.add_column(sa.Column("carried_by", sa.String(length=64)))
        message.create_foreign_key(op.f("fk_message_instead_of"), "message", ["instead_of"], ["id"])
    # One line for each gate, channel and lane: those that may not move cost the others nothing.
    op.drop_index("ix_message_due", "message")
    _index("ix_message_due", ["gate", "channel", "lane", "due_at", "id"], "state = 'queued'")
    _index("ix_message_no_receipt", ["sent_at"], "state = 'sent' AND looked_up_at IS NULL")
    _index("ix_message_gate", ["gate", "state"], "gate IS NOT NULL")
    _index("ix_message_instead_of", ["instead_of"], "instead_of IS NOT NULL")
    op.add_column(
        "consent_log", sa.Column("by", sa.String(length=80), server_default="", nullable=False)
    )
    op.create_table(
        "gate",
        sa.Column("name", sa.String(length=64), nullable=False),
        _moment("closed_at", nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gate")),
    )
    op.create_table(
        "breaker",
        sa.Column("sender", sa.String(length=64), nullable=False),
        _moment("opened_at", nullable=False),
        _moment("try_at"),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_breaker")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        _moment("confirmed_at", nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    _tasks()


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        _moment("created_at", nullable=False),
        _moment("done_at"),
        sa.Column("done_by", sa.String(length=80)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_task_dedupe_key")),
    )
    only = sa.text("done_at IS NULL")
    op.create_index(
        "ix_task_open", "task", ["created_at"], postgresql_where=only, sqlite_where=only
    )


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, columns.UtcDateTime(timezone=True), nullable=nullable)


def _index(name: str, names: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "message", names, postgresql_where=only, sqlite_where=only)
