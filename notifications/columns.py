"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Goes in aware, in any zone; comes out aware, in UTC.

    SQLite keeps no zone, so a plain `DateTime` would give naive times back.
    A naive time going in raises `ValueError`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        made = super().bind_processor(dialect)
        if made is None or dialect.name != "sqlite":
            return made
        # It wants text, and most rows of a transaction have its `now`, several times each. Only
        # of UTC: the two half past three of a night in October count as equal.
        known = lru_cache(256)(made)
        return lambda at: known(at) if at is not None and at.tzinfo is UTC else made(at)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        known: datetime = value
        return known.replace(tzinfo=UTC) if known.tzinfo is None else known.astimezone(UTC)
