"""The working days that services are learnt to need"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("track_record", sa.Column("days", sa.JSON(), nullable=True))
