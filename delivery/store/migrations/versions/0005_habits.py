"""Choices people made themselves, and what was learnt from them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("quote_id", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("traits", sa.JSON(), nullable=False),
        sa.Column("learnt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_choice_quote_id")),
    )
    op.create_index("ix_choice_customer", "choice", ["customer_id", "id"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    waiting = sa.text("NOT learnt" if is_postgresql else "learnt = 0")
    op.create_index(
        "ix_choice_waiting", "choice", ["id"], postgresql_where=waiting, sqlite_where=waiting
    )
    op.create_table(
        "habit",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_habit")),
    )
    op.create_table(
        "taste_prior",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mean", sa.JSON(), nullable=False),
        sa.Column("covariance", sa.JSON(), nullable=False),
        sa.Column("until", _ROW_ID, nullable=False),
        sa.Column("choices", sa.Integer(), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_taste_prior")),
    )
