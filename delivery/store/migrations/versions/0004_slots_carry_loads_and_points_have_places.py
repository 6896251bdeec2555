"""Slots carry loads, and points have places"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SCARCE = (
    "retired = 0 AND (capacity - taken <= 3 OR coalesce(load_taken * 4 > load_capacity * 3, false))"
)
_NOT_OVERLOADED = (
    "load_taken >= 0 AND (load_capacity IS NULL OR load_taken <= load_capacity + load_over)"
)


def upgrade() -> None:
    with op.batch_alter_table("slot") as slot:
        slot.add_column(_count("over"))
        slot.add_column(sa.Column("load_capacity", sa.Integer()))
        slot.add_column(_count("load_taken"))
        slot.add_column(_count("load_over"))
        slot.add_column(sa.Column("retired", _ROW_ID, server_default="0", nullable=False))
        slot.add_column(sa.Column("scarce", sa.Boolean(), sa.Computed(_SCARCE, persisted=True)))
        slot.drop_constraint(op.f("ck_slot_not_oversold"), type_="check")
        slot.create_check_constraint(
            op.f("ck_slot_not_oversold"), "taken >= 0 AND taken <= capacity + over"
        )
        slot.create_check_constraint(op.f("ck_slot_not_overloaded"), _NOT_OVERLOADED)
        slot.drop_constraint(op.f("uq_slot_service_zone_start_at_end_at"), type_="unique")
        slot.create_unique_constraint(
            op.f("uq_slot_service_zone_start_at_end_at_retired"),
            ["service", "zone", "start_at", "end_at", "retired"],
        )
    # On their own: a batch reads the table as it was, and a computed column is new in it.
    is_scarce = "scarce" if op.get_bind().dialect.name == "postgresql" else "scarce = 1"
    _index("ix_slot_scarce", ["zone", "start_at"], is_scarce)
    _index("ix_slot_load", ["zone", "start_at", "load_capacity"], "load_capacity IS NOT NULL")
    _index("ix_slot_gone", ["zone", "start_at"], "retired != 0")
    for table in ("hold", "booking"):
        op.add_column(table, _count("load"))
    op.create_table(
        "slot_plan",
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service", "day", name=op.f("pk_slot_plan")),
    )


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _index(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "slot", columns, postgresql_where=only, sqlite_where=only)
