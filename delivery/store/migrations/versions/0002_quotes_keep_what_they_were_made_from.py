"""Quotes keep what they were made from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "quote", sa.Column("record_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("quote", sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
