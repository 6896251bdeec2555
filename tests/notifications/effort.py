"""What statements cost a database, counted by the database: a clock would count the machine too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from delivery.store.engine import Database


def effort(database: Database, work: Callable[[Connection], Any]) -> int:
    """Steps of SQLite's machine in hundreds, or pages PostgreSQL looks at; `work` is undone."""
    if database.name == "sqlite":
        return _steps(database, work)
    return _pages(database, work)


def _steps(database: Database, work: Callable[[Connection], Any]) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with database.engine.connect() as conn, conn.begin() as transaction:
        raw: Any = conn.connection.driver_connection
        raw.set_progress_handler(count, 100)
        work(conn)
        raw.set_progress_handler(None, 0)
        transaction.rollback()
    return steps


def _pages(database: Database, work: Callable[[Connection], Any]) -> int:
    said: list[tuple[str, Any]] = []

    def listen(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    with database.engine.connect() as conn, conn.begin() as transaction:
        event.listen(database.engine, "before_cursor_execute", listen)
        work(conn)
        event.remove(database.engine, "before_cursor_execute", listen)
        transaction.rollback()
    pages = 0
    with database.engine.connect() as conn:
        for statement, parameters in said:
            explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            (plan,) = conn.exec_driver_sql(explain, parameters).scalar_one()
            pages += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
        conn.rollback()
    return pages
