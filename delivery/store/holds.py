"""Holds: places kept for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.holds import EXPIRED, OPEN, Hold
from delivery.rules.refusals import NotFound
from delivery.store.tables import hold

_COLUMNS = (hold.c.id, hold.c.quote_id, hold.c.option_id, hold.c.option, hold.c.slot_id,
            hold.c.state, hold.c.origin, hold.c.extensions, hold.c.created_at,
            hold.c.expires_at, hold.c.load)  # fmt: skip
_FIND = select(*_COLUMNS).where(hold.c.id == bindparam("hold"))
_LOCK = _FIND.with_for_update()
# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_ADD = insert(hold).on_conflict_do_nothing().returning(hold.c.id)
_CHANGE_OPTION = (
    update(hold)
    .where(hold.c.id == bindparam("hold"))
    .values(
        quote_id=bindparam("quote"), option_id=bindparam("wanted"), option=bindparam("shown"),
        slot_id=bindparam("slot"), load=bindparam("units"), origin=bindparam("how"),
        expires_at=bindparam("until"),
    )
)  # fmt: skip
_EXTEND = (
    update(hold)
    .where(hold.c.id == bindparam("hold"))
    .values(expires_at=bindparam("until"), extensions=hold.c.extensions + 1)
)
_CLOSE = update(hold).where(hold.c.id == bindparam("hold")).values(state=bindparam("to"))
# Rows another worker or a booking has in hand are left to it.
_DUE = (
    select(*_COLUMNS)
    .where(hold.c.state == OPEN, hold.c.expires_at <= bindparam("now"))
    .order_by(hold.c.expires_at, hold.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_EXPIRE = (
    update(hold)
    .where(hold.c.id.in_(bindparam("ids", expanding=True)), hold.c.state == OPEN)
    .values(state=EXPIRED)
)


def add(conn: Connection, new: Hold) -> bool:
    """Write a new hold down. False when its id was used before."""
    return conn.execute(_ADD, vars(new)).one_or_none() is not None


def find(conn: Connection, hold_id: str) -> Hold | None:
    return _read(conn.execute(_FIND, {"hold": hold_id}).one_or_none())


def get(conn: Connection, hold_id: str) -> Hold:
    """The hold with this id. Raises `NotFound`."""
    return _found(find(conn, hold_id))


def find_locked(conn: Connection, hold_id: str) -> Hold | None:
    """The hold if there is one, kept from every other writer until this transaction ends."""
    return _read(conn.execute(_LOCK, {"hold": hold_id}).one_or_none())


def lock(conn: Connection, hold_id: str) -> Hold:
    """The hold, kept from every other writer until this transaction ends."""
    return _found(find_locked(conn, hold_id))


def change_option(conn: Connection, new: Hold) -> None:
    """Let an open hold keep another option, with its place, quote, origin and end."""
    conn.execute(_CHANGE_OPTION, {
        "hold": new.id, "quote": new.quote_id, "wanted": new.option_id, "shown": new.option,
        "slot": new.slot_id, "units": new.load, "how": new.origin, "until": new.expires_at,
    })  # fmt: skip


def extend(conn: Connection, hold_id: str, *, until: datetime) -> None:
    conn.execute(_EXTEND, {"hold": hold_id, "until": until})


def close(conn: Connection, hold_id: str, state: str) -> None:
    """Book, release or expire a hold."""
    conn.execute(_CLOSE, {"hold": hold_id, "to": state})


def due(conn: Connection, *, now: datetime, limit: int) -> list[Hold]:
    """Open holds whose time is over, locked; those that others have in hand are left out."""
    rows = conn.execute(_DUE, {"now": now, "limit": limit})
    return [_hold(row) for row in rows]


def expire(conn: Connection, ids: list[str]) -> None:
    conn.execute(_EXPIRE, {"ids": ids})


def _hold(row: Any) -> Hold:
    return Hold(*row)


def _read(row: Any) -> Hold | None:
    return None if row is None else _hold(row)


def _found(known: Hold | None) -> Hold:
    if known is None:
        raise NotFound("There is no such hold.")
    return known
