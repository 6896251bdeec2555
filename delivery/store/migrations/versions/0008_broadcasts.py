"""Broadcasts, a row for each of their recipients, and the times held for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("draft", "starting", "running", "paused", "done", "cancelled")


def upgrade() -> None:
    _broadcasts()
    _recipients()
    op.create_table(
        "broadcast_offer",
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("broadcast", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_broadcast_offer_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_broadcast_offer")),
    )
    op.create_index(op.f("ix_broadcast_offer_reference"), "broadcast_offer", ["reference"])


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        sa.Column("number", _ROW_ID, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("notice", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        _moment("created_at", nullable=False),
        *(_moment(name) for name in ("confirmed_at", "starts_at", "started_at", "ended_at")),
        sa.Column("why", sa.String(length=200), server_default="", nullable=False),
        sa.Column("forgiven", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_broadcast_state")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("id", name=op.f("uq_broadcast_id")),
    )
    _index("ix_broadcast_open", "broadcast", ["number"], "state IN ('starting', 'running')")


def _recipients() -> None:
    op.create_table(
        "broadcast_recipient",
        sa.Column("broadcast", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _no("by_email"),
        _no("asleep"),
        sa.Column("state", sa.String(length=8), nullable=False),
        _no("moved"),
        sa.Column("why", sa.String(length=16), server_default="", nullable=False),
        sa.Column("message_id", _ROW_ID),
        sa.PrimaryKeyConstraint("broadcast", "reference", name=op.f("pk_broadcast_recipient")),
        sqlite_with_rowid=False,
    )
    _index(
        "ix_broadcast_recipient_pending", "broadcast_recipient", ["broadcast", "reference"],
        "state = 'pending'",
    )  # fmt: skip


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, columns.UtcDateTime(), nullable=nullable)


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def _index(name: str, table: str, keys: list[str], where: str) -> None:
    op.create_index(name, table, keys, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
