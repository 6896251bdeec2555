"""One index less of attempts: that of their messages and numbers finds them by message, too"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_attempt_message_id", "attempt")
