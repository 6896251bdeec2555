"""Many pairs as one parameter: a JSON object that the database unfolds into rows.

Per-row parameters cost more than the rows themselves: here 64 outcomes take one statement.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


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
