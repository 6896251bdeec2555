"""Many values as one parameter: JSON that the database unfolds into rows.

A parameter for each row costs more than the row itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Text,
    TypeDecorator,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine


class json_pairs(GenericFunction[Any]):  # noqa: N801  SQL functions are written small
    """The members of a JSON object as rows of (key, value), both text."""

    name = "json_pairs"
    inherit_cache = True


@compiles(json_pairs, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(json_pairs, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_each_text(CAST({compiler.process(element.clauses, **kw)} AS json))"


def pairs(parameter: str) -> Any:
    """A table with columns `key` and `value`, from the parameter of this name."""
    return json_pairs(bindparam(parameter, type_=Text)).table_valued("key", "value", name=parameter)


def as_pairs(members: dict[str, str]) -> str:
    return orjson.dumps(members).decode()


class _Numbers(TypeDecorator[Sequence[int]]):
    """Whole numbers as one parameter: an array, or JSON where there are no arrays."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        arrays = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(BigInteger) if arrays else Text())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else orjson.dumps(value).decode()


class among(ColumnElement[bool]):  # noqa: N801  reads as an operator
    """Whether the column is one of the numbers in the parameter of this name, a list."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  SQLAlchemy reads it of the class
        ("column", InternalTraversal.dp_clauseelement),
        ("numbers", InternalTraversal.dp_clauseelement),
    ]
    type = Boolean()

    def __init__(self, column: ColumnElement[int], parameter: str) -> None:
        self.column = column
        self.numbers = bindparam(parameter, type_=_Numbers())

    def self_group(self, against: Any = None) -> among:
        # SQLAlchemy would add `= 1` where there are no booleans, and SQLite look at every row.
        return self


@compiles(among, "sqlite")
def _sqlite_among(element: Any, compiler: Any, **kw: Any) -> str:
    column, numbers = (compiler.process(each, **kw) for each in (element.column, element.numbers))
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(among, "postgresql")
def _postgresql_among(element: Any, compiler: Any, **kw: Any) -> str:
    # A list would be planned anew for each length, and a join may be done row by row.
    column, numbers = (compiler.process(each, **kw) for each in (element.column, element.numbers))
    return f"{column} = ANY ({numbers})"


def hidden(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same text, for which no index is used: where rows are known by their keys.

    An index of all that are in some state looks small to a database that has not counted them.
    """
    return column.concat("")


_BY_KEYS = select(
    func.set_config("plan_cache_mode", "force_custom_plan", True),
    *(
        func.set_config(name, "off", True)
        for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
    ),
)


def by_keys(conn: Connection) -> None:
    """Till this transaction ends, rows are looked up by their keys and tables not read through.

    PostgreSQL would keep the plan it made when a table was small, and does not know how few pairs
    come: with the table each statement would take longer. So each is planned anew.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_BY_KEYS)
