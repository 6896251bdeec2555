"""Answers kept under the key their caller gave: asked again, we say the same again.

The claim, the effect and the answer are one transaction: a crash leaves all of them or none.
While it runs, PostgreSQL refuses a second one at once by an advisory lock; SQLite has one
writer, so there the second waits its turn and then finds the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.refusals import KeyUsedOtherwise, StillRunning
from delivery.store.tables import idempotency


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_CLAIM = insert(idempotency).on_conflict_do_nothing().returning(idempotency.c.key)
_OF = (idempotency.c.caller == bindparam("who")) & (idempotency.c.key == bindparam("under"))
_FIND = select(idempotency.c.digest, idempotency.c.status, idempotency.c.answer).where(_OF)
_SETTLE = update(idempotency).where(_OF).values(status=bindparam("code"), answer=bindparam("body"))
_ALONE = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


def claim(conn: Connection, caller: str, key: str, digest: str, *, now: datetime) -> Answer | None:
    """The answer given before under this key; None when it is ours to give now.

    Raises `StillRunning`, and `KeyUsedOtherwise` for another request under the same key.
    """
    if not _alone(conn, f"{caller}\n{key}"):
        raise StillRunning
    row = {"caller": caller, "key": key, "digest": digest, "at": now}
    if conn.execute(_CLAIM, row).one_or_none() is not None:
        return None
    known = conn.execute(_FIND, {"who": caller, "under": key}).one()
    if known.digest != digest:
        raise KeyUsedOtherwise
    if known.status is None:
        raise StillRunning
    return Answer(known.status, known.answer)


def settle(conn: Connection, caller: str, key: str, answer: Answer) -> None:
    """Keep the answer, in the transaction of its effect."""
    kept = {"who": caller, "under": key, "code": answer.status, "body": answer.body}
    conn.execute(_SETTLE, kept)


def _alone(conn: Connection, name: str) -> bool:
    if conn.dialect.name != "postgresql":
        return True
    return bool(conn.execute(_ALONE, {"name": name}).scalar_one())
