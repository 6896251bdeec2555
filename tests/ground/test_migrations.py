"""Migrations from nothing give exactly the tables the code knows, on both databases."""

from __future__ import annotations

from contextlib import closing

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

from delivery.store.engine import Database, engine_for
from delivery.store.migrate import is_current, migrate
from delivery.store.tables import metadata
from tests.together import at_once


def _checks(database: Database) -> dict[str, set[str | None]]:
    known = inspect(database.engine)
    return {
        table: {check["name"] for check in known.get_check_constraints(table)}
        for table in metadata.tables
    }


def test_up_from_nothing_equals_the_tables(bare_url: str) -> None:
    database = Database(engine_for(bare_url))
    migrate(database)
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert is_current(conn)
    expected = {
        name: {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        for name, table in metadata.tables.items()
    }
    assert _checks(database) == expected
    database.close()


def test_migrating_again_and_from_many_at_once_is_harmless(bare_url: str) -> None:
    def one() -> None:
        with closing(Database(engine_for(bare_url))) as database:
            migrate(database)

    for _ in range(2):
        at_once([one] * 4)


def test_an_empty_database_is_not_ready(bare_url: str) -> None:
    database = Database(engine_for(bare_url))
    with database.read() as conn:
        assert not is_current(conn)
    database.close()
