"""Bring a database to the tables of this version; harmless to repeat and to run at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from delivery.store.engine import Database

#: Any number will do; it is the same in every process of ours.
_ADVISORY_LOCK = 7_365_127


def config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(database: Database) -> None:
    """Run what is missing, in one transaction, one process at a time."""
    with _alone(database) as conn:
        settings = config()
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    if database.name == "sqlite":
        with _without_references(database) as conn:
            yield conn
        return
    with database.write() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        # Rather fail than queue behind a long query and make everybody else queue behind us.
        conn.execute(text("SET LOCAL lock_timeout = '5s'"))
        yield conn


@contextmanager
def _without_references(database: Database) -> Iterator[Connection]:
    """A table is changed by making it anew, which SQLite refuses where others refer to it."""
    with database.engine.connect() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with conn.begin():
                yield conn
                assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def is_current(conn: Connection) -> bool:
    """Whether the tables are those of this version."""
    if not inspect(conn).has_table("alembic_version"):
        return False
    return MigrationContext.configure(conn).get_current_revision() == head()


@lru_cache
def head() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()
