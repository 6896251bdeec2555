"""Many rows read in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select


class BulkSelect:
    """A query for many rows, made where other threads have much to do.

    SQLite's driver lets them run before each row: beside a loop that sends, a hundred rows take
    longer to be handed over than to be found. There they come as one JSON.
    """

    def __init__(self, rows: Select[Any]) -> None:
        self._rows = rows
        found = rows.subquery("found")
        self._as_json = select(func.json_group_array(func.json_array(*found.c)))

    def all(self, conn: Connection, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows in their order. A time is as the database keeps it: see `instant`; JSON may be
        the text of it."""
        if conn.dialect.name == "sqlite":
            rows: list[list[Any]] = orjson.loads(conn.execute(self._as_json, given).scalar_one())
            return rows
        return conn.execute(self._rows, given).all()


def instant(kept: datetime | str | None) -> datetime | None:
    """A time of such a row, aware and in UTC."""
    return _read(kept) if isinstance(kept, str) else kept


@lru_cache(256)  # most of a broadcast are useful until the same time
def _read(kept: str) -> datetime:
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)
