"""What a person has to do because no machine can: listed until somebody has done it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import task

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `about` is what it concerns in its owner's words: a booking, a sender."""

    id: int
    kind: str
    about: str
    text: str
    dedupe_key: str
    created_at: datetime


_COLUMNS = tuple(getattr(task.c, name) for name in Task.__dataclass_fields__)
_ADD = upsert(task)
# An open one stays as it is; one that was done and is not done after all is opened again.
_ADD_ONCE = _ADD.on_conflict_do_update(
    index_elements=["dedupe_key"],
    set_={
        "text": _ADD.excluded.text, "created_at": _ADD.excluded.created_at,
        "done_at": None, "done_by": None,
    },
    where=task.c.done_at.is_not(None),
)  # fmt: skip
_OPEN = (
    select(*_COLUMNS)
    .where(task.c.done_at.is_(None))
    .order_by(task.c.created_at, task.c.id)
    .limit(bindparam("most"))
)
_ENDS: dict[str, Any] = {"done_at": bindparam("now"), "done_by": bindparam("who")}
_DONE = (
    update(task)
    .where(task.c.id == bindparam("number"), task.c.done_at.is_(None))
    .values(_ENDS)
    .returning(*_COLUMNS)
)
_SETTLED = (
    update(task)
    .where(task.c.dedupe_key == bindparam("key"), task.c.done_at.is_(None))
    .values(_ENDS)
)


def add(
    conn: Connection, *, kind: str, about: str, text: str, dedupe_key: str, now: datetime
) -> None:
    """Somebody has to do this. One cause is one task, however often it is found."""
    row = {"kind": kind, "about": about, "text": text[:_LONGEST], "dedupe_key": dedupe_key,
           "created_at": now}  # fmt: skip
    conn.execute(_ADD_ONCE, row)


def list_open(conn: Connection, *, most: int = 50) -> list[Task]:
    """What is still to be done, the oldest first."""
    return [Task(**row._mapping) for row in conn.execute(_OPEN, {"most": most})]


def done(conn: Connection, number: int, *, by: str, now: datetime) -> Task | None:
    """`by` has done it. None when it was done before, or never was."""
    row = conn.execute(_DONE, {"number": number, "who": by, "now": now}).one_or_none()
    return None if row is None else Task(**row._mapping)


def settled(conn: Connection, dedupe_key: str, *, by: str, now: datetime) -> None:
    """What the task was about is over by itself."""
    conn.execute(_SETTLED, {"key": dedupe_key, "who": by, "now": now})
