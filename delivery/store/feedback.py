"""How it went, in a number and in words, as customers said it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from delivery.store.tables import feedback

_ADD = insert(feedback)
_OF = (
    select(feedback.c.score, feedback.c.words, feedback.c.source, feedback.c.at)
    .where(feedback.c.reference == bindparam("ref"))
    .order_by(feedback.c.id)
)


def add(
    conn: Connection, reference: str, *, score: int | None, words: str, source: str, now: datetime
) -> None:
    """Keep it: `score` from 0 to 10 or None, `words` as written."""
    row = {"reference": reference, "score": score, "words": words, "source": source, "at": now}
    conn.execute(_ADD, row)


def of(conn: Connection, reference: str) -> list[dict[str, Any]]:
    """What was said of one delivery, oldest first: score, words, source, at."""
    return [dict(row._mapping) for row in conn.execute(_OF, {"ref": reference})]
