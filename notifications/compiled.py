"""A statement compiled once, in the words of one driver: what SQLAlchemy does for each row of many,
done once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect

_Binder = Callable[[Any], Any]


class Compiled:
    """A statement as `sql` of one dialect, with what turns our values into the driver's."""

    def __init__(
        self, statement: Any, dialect: Dialect, *, columns: Sequence[str] | None = None
    ) -> None:
        """`columns` are those of an insert that are written as they are given."""
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        self._names = list(names)
        # What each is when nobody gives it.
        self._constants = [compiled.binds[name].value for name in names]
        binders: list[_Binder | None] = [
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            for name in names
        ]
        # Most values are the driver's as they are.
        self._binders = [(place, each) for place, each in enumerate(binders) if each]
        self._positional = compiled.positional

    def bound(self, given: Mapping[str, Any]) -> Sequence[Any] | dict[str, Any]:
        """The values as the driver wants them."""
        values = list(map(given.get, self._names, self._constants))
        for place, binder in self._binders:
            values[place] = binder(values[place])
        return tuple(values) if self._positional else dict(zip(self._names, values, strict=True))
