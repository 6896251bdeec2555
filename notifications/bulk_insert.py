"""Many rows written by one insert that looks at each: as one parameter, or row after row by the
driver, whichever the database does faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    Table,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from notifications.compiled import Compiled

#: Columns worked out from what stands beside the copied ones: `given.name`.
_WorkedOut = Callable[[Any], dict[str, ColumnElement[Any]]]


class BulkInsert:
    """An insert of rows handed over, of which some columns are `copied` and others worked out of
    texts that stand `beside` them. What conflicts in the columns `once` is left as it is.

    PostgreSQL gets all rows as one JSON and unfolds them itself: each sent by itself costs it half
    as much again, and us ten times as much. SQLite unfolds JSON more slowly than its driver runs
    one statement again and again.
    """

    def __init__(
        self, table: Table, *, copied: Sequence[str], beside: Sequence[str],
        worked_out: _WorkedOut, once: Sequence[str], returning: Sequence[str],
    ) -> None:  # fmt: skip
        each = SimpleNamespace(**{name: bindparam(name, type_=Text) for name in beside})
        rows = _unfolded(table, copied, beside)
        values = {name: rows[name] for name in copied} | worked_out(rows)
        self._copied = list(copied)
        self._for_each: Insert = (
            insert(table).values(worked_out(each)).on_conflict_do_nothing(index_elements=once)
        )
        self._for_all: Insert = (
            insert(table)
            .from_select(list(values), select(*values.values()))
            .on_conflict_do_nothing(index_elements=once)
        )
        columns = [table.c[name] for name in returning]
        self._one_for_each = self._for_each.returning(*columns)
        self._one_for_all = self._for_all.returning(*columns)
        self._compiled: Compiled | None = None

    def one(self, conn: Connection, row: Mapping[str, Any]) -> Row[Any] | None:
        """Write it; what was written, or None where it was there already."""
        if conn.dialect.name == "postgresql":
            return conn.execute(self._one_for_all, {"rows": _as_json([row])}).one_or_none()
        return conn.execute(self._one_for_each, dict(row)).one_or_none()

    def all(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write them, in their order."""
        if conn.dialect.name == "postgresql":
            conn.execute(self._for_all, {"rows": _as_json(rows)})
            return
        if self._compiled is None:
            self._compiled = Compiled(self._for_each, conn.dialect, columns=self._copied)
        conn.exec_driver_sql(self._compiled.sql, [self._compiled.bound(row) for row in rows])


def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def _unfolded(table: Table, copied: Sequence[str], beside: Sequence[str]) -> Any:
    # Lengths are for the table to check.
    types = {name: table.c[name].type for name in copied} | {name: Text() for name in beside}
    columns = [column(name, Text() if isinstance(of, String) else of) for name, of in types.items()]
    rows = func.json_to_recordset(func.json(bindparam("rows", type_=Text)))
    return rows.table_valued(*columns, name="given").render_derived(with_types=True).c
