"""A database that is a copy sends nothing; this says so until somebody has decided."""

from __future__ import annotations

import structlog

from delivery.store.engine import Database
from notifications import identity

log = structlog.get_logger()


def say_when_a_copy(database: Database) -> bool:
    """One line in the log when nothing is sent because this database is a copy."""
    with database.read() as conn:
        copied = identity.copy_of(conn)
    if copied is not None:
        log.error(
            "this database is a copy or was restored: nothing is sent",
            to_let_it="perille confirm-restore",
            its_original_was_confirmed=copied.confirmed_at.isoformat(),
        )
    return False
