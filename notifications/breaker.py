"""Breakers: a sender whose account or number is not in order is not used until that is mended.

Only what is wrong with *us* opens one. A provider that is slow, busy or down (429, 5xx, time-outs)
never does. A breaker stands under a sender's name; under `<sender>/<country>` where only one
country is closed to it; and under a channel's name when no single sender is at fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications import tasks
from notifications.countries import country_of
from notifications.failures import Failure
from notifications.tables import breaker

#: One message is tried again after the time it has been open already, within these bounds.
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Broken:
    """An open breaker. `try_at` is None when a person has to say that it is mended."""

    sender: str
    opened_at: datetime
    try_at: datetime | None
    error: str


_COLUMNS = tuple(getattr(breaker.c, name) for name in Broken.__dataclass_fields__)
_ALL = select(*_COLUMNS).order_by(breaker.c.sender)
_OPEN = (
    upsert(breaker)
    .values({name: bindparam(name) for name in Broken.__dataclass_fields__})
    .on_conflict_do_nothing(index_elements=["sender"])
)
_ONE = select(*_COLUMNS).where(breaker.c.sender == bindparam("which"))
_STILL = (
    update(breaker)
    .where(breaker.c.sender == bindparam("which"))
    .values(try_at=bindparam("then"), error=bindparam("why"))
)
_TRY = (
    update(breaker)
    .where(breaker.c.sender == bindparam("which"), breaker.c.try_at <= bindparam("now"))
    .values(try_at=bindparam("then"))
    .returning(breaker.c.sender)
)
_TRY_NOW = (
    update(breaker).where(breaker.c.sender == bindparam("which")).values(try_at=bindparam("now"))
)
_CLOSE = delete(breaker).where(breaker.c.sender == bindparam("which")).returning(breaker.c.sender)


def all_open(conn: Connection) -> dict[str, Broken]:
    """Every open breaker by its name."""
    return {row.sender: Broken(**row._mapping) for row in conn.execute(_ALL)}


def open_(
    conn: Connection, name: str, failure: Failure, *, now: datetime, by_itself: bool = True
) -> Broken:
    """Open it, with a task that says why; again, its next try is put off.

    `by_itself` = a message is tried again after a while; else only once a person says so.
    """
    then = now + SHORTEST if by_itself else None
    row = {"sender": name, "opened_at": now, "try_at": then, "error": failure.code}
    if not conn.execute(_OPEN, row).rowcount:
        known = conn.execute(_ONE, {"which": name}).one()
        then = now + _pause(now - known.opened_at) if by_itself else None
        conn.execute(_STILL, {"which": name, "then": then, "why": failure.code})
    tasks.add(
        conn, kind="sender", about=name[:64], dedupe_key=_key(name), now=now,
        text=_words(name, failure, by_itself),
    )  # fmt: skip
    return Broken(name, now, then, failure.code)


def report(conn: Connection, name: str, failure: Failure | None, *, to: str, now: datetime) -> bool:
    """A receipt said why a message of this sender (or channel) to `to` failed; whether that
    opened one.

    A handed-over message proves nothing then: it is tried again once a person says so.
    """
    if failure is None or failure.kind != "configuration":
        return False
    route = f"{name}/{country_of(to)}" if failure.one_route else name
    open_(conn, route, failure, now=now, by_itself=False)
    return True


def take_try(conn: Connection, name: str, *, now: datetime) -> bool:
    """Whether the caller may try one message now. Nobody else may, for a while."""
    row = {"which": name, "now": now, "then": now + SHORTEST}
    return conn.execute(_TRY, row).first() is not None


def try_now(conn: Connection, name: str, *, now: datetime) -> None:
    """A person says it is mended: the next message is the proof."""
    conn.execute(_TRY_NOW, {"which": name, "now": now})


def close(conn: Connection, name: str, *, now: datetime) -> bool:
    """It works again; False when it was closed already. Its task is done with it."""
    tasks.settled(conn, _key(name), by="itself", now=now)
    return conn.execute(_CLOSE, {"which": name}).first() is not None


def _pause(so_far: timedelta) -> timedelta:
    return min(max(so_far, SHORTEST), LONGEST)


def _key(name: str) -> str:
    return f"sender:{name}"


def _words(name: str, failure: Failure, by_itself: bool) -> str:
    goes_on = "tried again by itself" if by_itself else "waiting until you say it is mended"
    return (
        f"Messages by {name} are held, none is lost: {failure.words} (Code {failure.code}.) "
        f"It is {goes_on}."
    )
