"""Which database this is. A restored or copied one holds what its original has sent or will send:
nothing leaves it until a person has said that it may.

Whoever first claims messages writes down how the database can be told from its copies: a file by
its place in a file system, a PostgreSQL database by its cluster and its number there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.tables import identity

_ONLY = 1
_KNOWN = select(identity.c.fingerprint, identity.c.confirmed_at, identity.c.confirmed_by).where(
    identity.c.id == _ONLY
)
_ADD = upsert(identity)
_FIRST = _ADD.on_conflict_do_nothing(index_elements=["id"])
_CONFIRM = _ADD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _ADD.excluded[name] for name in ("fingerprint", "confirmed_at", "confirmed_by")},
)
_FILE = text("SELECT file FROM pragma_database_list WHERE name = 'main'")
_NUMBER = text("SELECT oid FROM pg_database WHERE datname = current_database()")
_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
_CLUSTER = text("SELECT system_identifier FROM pg_control_system()")
_CACHE = "notifications.identity"


@dataclass(frozen=True)
class Copy:
    """This database is not the one that was confirmed, then and by whom."""

    confirmed_at: datetime
    confirmed_by: str


def cleared(conn: Connection, *, now: datetime) -> bool:
    """Whether messages may leave this database; a fresh one is known from now on.

    Needs a connection that may write.
    """
    known = conn.execute(_KNOWN).one_or_none()
    mine = fingerprint(conn)
    if known is not None:
        return same(known.fingerprint, mine)
    row = {"id": _ONLY, "fingerprint": mine, "confirmed_at": now, "confirmed_by": "first worker"}
    conn.execute(_FIRST, row)
    return True


def copy_of(conn: Connection) -> Copy | None:
    """What this database is a copy of; None when messages may leave it."""
    known = conn.execute(_KNOWN).one_or_none()
    if known is None or same(known.fingerprint, fingerprint(conn)):
        return None
    return Copy(known.confirmed_at, known.confirmed_by)


def confirm(conn: Connection, *, by: str, now: datetime) -> None:
    """From now on this database is the one that sends."""
    row = {"id": _ONLY, "fingerprint": fingerprint(conn), "confirmed_at": now,
           "confirmed_by": by[:80]}  # fmt: skip
    conn.execute(_CONFIRM, row)


def fingerprint(conn: Connection) -> str:
    """What tells this database from its copies, as `kind name=value name=value`."""
    if conn.dialect.name == "sqlite":
        return _of_file(conn)
    if _CACHE not in conn.info:
        # Not everybody may ask for it; within one cluster the number alone is enough.
        cluster = conn.execute(_CLUSTER).scalar_one() if conn.execute(_MAY_ASK).scalar() else ""
        number = conn.execute(_NUMBER).scalar_one()
        conn.info[_CACHE] = f"postgresql cluster={cluster} database={number}"
    return str(conn.info[_CACHE])


def same(known: str, mine: str) -> bool:
    """Whether two fingerprints are of one database.

    A device's number may change when a machine starts anew or a volume is mounted elsewhere; the
    file system's own number then still says that it is the same.
    """
    if known == mine:
        return True
    one, other = _parts(known), _parts(mine)
    if one[""] != other[""]:
        return False
    if one[""] == "postgresql":
        unknown = not one.get("cluster") or not other.get("cluster")
        return unknown and one.get("database") == other.get("database")
    system = one.get("system")
    return one.get("inode") == other.get("inode") and bool(system) and system == other.get("system")


def _of_file(conn: Connection) -> str:
    if _CACHE not in conn.info:
        conn.info[_CACHE] = conn.execute(_FILE).scalar() or ""
    path = conn.info[_CACHE]
    if not path:
        return "sqlite memory"
    try:
        found = os.stat(path)
    except OSError:  # taken away under our hands
        return "sqlite gone"
    return f"sqlite device={found.st_dev} inode={found.st_ino} system={_system(path)}"


def _system(path: str) -> str:
    try:
        number = os.statvfs(path).f_fsid
    except (AttributeError, OSError):  # Windows; its device numbers last
        return ""
    return f"{number:x}" if number else ""


def _parts(fingerprint: str) -> dict[str, str]:
    kind, *rest = fingerprint.split(" ")
    return {"": kind} | dict(each.partition("=")[::2] for each in rest)
