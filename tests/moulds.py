"""Databases made once and handed out to tests: empty tables, and the demo town at NOW.

On SQLite each test gets a copy of a file. Copying a PostgreSQL database takes longer than most
tests, so there a used one is cleaned and handed out again, once it is seen to be as it was.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from delivery.store.engine import Database, engine_for
from delivery.store.migrate import migrate
from delivery.store.seeds import seed
from delivery.store.tables import metadata
from tests.postgres import drop_database, make_database
from tests.times import NOW

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
# What must be as it was: tables, limits and indexes (known-bad twins take some away) ...
_SHAPE = text(
    "SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'),"
    " (SELECT sum(hashtext(conname || pg_get_constraintdef(oid))::bigint) FROM pg_constraint),"
    " (SELECT sum(hashtext(indexdef)::bigint) FROM pg_indexes WHERE schemaname = 'public'),"
    " (SELECT count(*) FROM pg_trigger)"
)
# ... and every slot to the letter; a test may have added some, such as the days of points.
_SUM = text("SELECT coalesce(max(id), 0), count(*), sum(hashtext(slot::text)::bigint) FROM slot")
# Parts of later versions stay: nothing names them any more.
_KEPT = ("slot", "catalogue", "catalogue_part")
_EMPTY = "; ".join(
    f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)
    if table.name not in _KEPT
)  # fmt: skip
#: The newest version that a mould has.
_VERSIONS = {"empty": 0, "town": 1}

Looks = tuple[tuple[Any, ...], tuple[Any, ...]]


class Moulds:
    """`kind` is "empty" (the tables) or "town" (the demo town besides)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run = uuid.uuid4().hex[:8]
        self._made: dict[str, Looks] = {}
        self._clean: dict[str, list[str]] = {"empty": [], "town": []}

    def sqlite(self, kind: str, copy: Path) -> str:
        mould = self._folder / f"{kind}.db"
        if not mould.exists():
            _fill(f"sqlite:///{mould}", kind)
        shutil.copy(mould, copy)
        return f"sqlite:///{copy}"

    @contextmanager
    def postgresql(self, kind: str, server: str) -> Iterator[str]:
        url = self._clean[kind].pop() if self._clean[kind] else self._copy(kind, server)
        yield url
        if _cleaned(url, self._made[kind], _VERSIONS[kind]):
            self._clean[kind].append(url)
        else:
            drop_database(server, url.rpartition("/")[2])

    def _copy(self, kind: str, server: str) -> str:
        mould = f"perille_{self._run}_{kind}"
        if kind not in self._made:
            looks = _fill(make_database(server, mould), kind)
            assert looks is not None
            self._made[kind] = looks
        return make_database(server, f"perille_{uuid.uuid4().hex[:12]}", template=mould)

    def drop(self, server: str) -> None:
        for url in (each for kind in self._clean.values() for each in kind):
            drop_database(server, url.rpartition("/")[2])
        for kind in self._made:
            drop_database(server, f"perille_{self._run}_{kind}")


def _fill(url: str, kind: str) -> Looks | None:
    database = Database(engine_for(url))
    migrate(database)
    if kind == "town":
        seed(database, now=NOW)
    with database.engine.connect() as conn:
        if database.name == "sqlite":
            conn.exec_driver_sql("COMMIT")
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            looks = None
        else:
            looks = _looks(conn)
    database.close()
    return looks


def _cleaned(url: str, looked: Looks, version: int) -> bool:
    """Take out what a test left; False when it is not as it was, or somebody is still there."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        if conn.execute(_OTHERS).scalar_one() or _shape(conn) != looked[0]:
            return False
        # In one go: each statement is a trip, and there are many.
        conn.exec_driver_sql(
            f"{_EMPTY}; DELETE FROM slot WHERE id > {looked[1][0]};"
            " UPDATE slot SET taken = 0, load_taken = 0 WHERE taken > 0;"
            f" DELETE FROM catalogue WHERE version > {version}"
        )
        return _looks(conn) == looked


def _looks(conn: Connection) -> Looks:
    return _shape(conn), tuple(conn.execute(_SUM).one())


def _shape(conn: Connection) -> tuple[Any, ...]:
    return tuple(conn.execute(_SHAPE).one())
