"""No update is lost and no reader waits: on both databases, through the real engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, Table, create_engine, select, update

from delivery.store.engine import Database, engine_for
from tests.together import at_once

_tables = MetaData()
counter = Table(
    "counter", _tables, Column("id", Integer, primary_key=True), Column("value", Integer)
)

THREADS, ROUNDS = 8, 25


def _count_up(write: Callable[[], AbstractContextManager[Connection]]) -> None:
    """Read, then write one more: the classic that loses updates without a real transaction."""

    def one_thread() -> None:
        for _ in range(ROUNDS):
            with write() as conn:
                value = _read(conn)
                time.sleep(0.0005)  # long enough for another to come between
                conn.execute(update(counter).values(value=value + 1))

    at_once([one_thread] * THREADS)


def _read(conn: Connection) -> int:
    query = select(counter.c.value).with_for_update()
    return int(conn.execute(query).scalar_one())


def _prepared(database: Database) -> Database:
    _tables.create_all(database.engine)
    with database.write() as conn:
        conn.execute(counter.insert().values(id=1, value=0))
    return database


def _value(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(select(counter.c.value)).scalar_one())


def test_no_update_is_lost(database: Database) -> None:
    _prepared(database)
    _count_up(database.write)
    assert _value(database) == THREADS * ROUNDS


def test_without_begin_immediate_updates_are_lost(tmp_path: Path) -> None:
    """The known-bad twin: SQLAlchemy's own SQLite engine, as it comes."""
    database = _prepared(Database(engine_for(f"sqlite:///{tmp_path / 'twin.db'}")))
    naive = create_engine(f"sqlite:///{tmp_path / 'twin.db'}", connect_args={"timeout": 10})
    _count_up(naive.begin)
    naive.dispose()
    assert _value(database) < THREADS * ROUNDS
    database.close()


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    _prepared(database)
    with database.write() as conn:
        conn.execute(update(counter).values(value=7))
        began = time.monotonic()
        assert _value(database) == 0
        assert time.monotonic() - began < 2  # the writer would hold it for ever


def test_what_raises_is_not_kept(database: Database) -> None:
    _prepared(database)
    try:
        with database.write() as conn:
            conn.execute(update(counter).values(value=7))
            raise LookupError
    except LookupError:
        pass
    assert _value(database) == 0
