"""One engine for SQLite and PostgreSQL, and the two ways to use it: to write and to read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError

# One for each thread that answers. Beyond them a second one for a look at the catalogue while
# the first is in use: without it, sixteen full windows at once wait for each other in vain.
POOL_SIZE = 16
POOL_SPARE = 24
POOL_TIMEOUT_SECONDS = 5
SQLITE_BUSY_MS = 5_000
TURN_SECONDS = 10


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def engine_for(url: str) -> Engine:
    """An engine on which `Database.write` and `Database.read` keep their promises."""
    parsed = make_url(url)
    options: dict[str, Any] = {
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # an error's text must not quote a customer
    }
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(
            create_engine(parsed, pool_size=POOL_SIZE, max_overflow=POOL_SPARE, **options)
        )
    return create_engine(
        parsed, pool_size=POOL_SIZE, max_overflow=POOL_SPARE, pool_timeout=POOL_TIMEOUT_SECONDS,
        connect_args={"application_name": "perille"}, **options,
    )  # fmt: skip


def _sqlite(engine: Engine) -> Engine:
    """Real transactions: the driver's own begin late and lose updates (reliability.md, 1)."""

    @event.listens_for(engine, "connect")
    def _open(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        # FULL: what we acknowledged is still there after a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       f"busy_timeout={SQLITE_BUSY_MS}"):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


class Database:
    """Where facts are kept. `write()` is one transaction, committed before it returns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.dialect.name
        reading: dict[str, Any] = {"reading": True}
        if self.name == "postgresql":
            reading["isolation_level"] = "AUTOCOMMIT"  # saves BEGIN and ROLLBACK round trips
        self._reader = engine.execution_options(**reading)
        # SQLite has one writer. Waiting here is first come, first served; its own busy
        # handler sleeps and starves.
        self._turn = threading.Lock() if self.name == "sqlite" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Raises SQLAlchemy's `TimeoutError` or `OperationalError` when its turn does not come.
        """
        with self.turn(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to write: of one at a time where the database has one writer.

        Raises SQLAlchemy's `TimeoutError` when it does not come.
        """
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise TimeoutError("other writers took too long")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """For queries only. Never waits for a writer; on PostgreSQL each query stands alone."""
        with self._reader.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()
