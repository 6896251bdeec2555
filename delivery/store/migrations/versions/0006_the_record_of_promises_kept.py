"""The record of promises kept, and the words of each promise"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track_record",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_track_record")),
    )
    op.add_column("promise", sa.Column("words", sa.Text(), nullable=False, server_default=""))
