"""Which database this is. A restored or copied one holds what its original has sent or will send:
nothing leaves it until a person has said that it may.

Whoever first claims messages writes down how the database can be told from its copies: a file by
its place in a file system, a PostgreSQL database by its cluster and its number there. A file that
was overwritten by an older one keeps its place, so a mark is counted up in it and beside it: one
that stands behind the mark beside it was restored.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications import marks
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
_COUNT_UP = update(identity).where(identity.c.id == _ONLY)
_FILE = text("SELECT file FROM pragma_database_list WHERE name = 'main'")
_NUMBER = text("SELECT oid FROM pg_database WHERE datname = current_database()")
_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
_CLUSTER = text("SELECT system_identifier FROM pg_control_system()")
_CACHE, _COUNTED = "notifications.identity", "notifications.identity.counted"
#: What was sent in the last minute before a backup may not be seen in the mark.
_MARK_EVERY = timedelta(minutes=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
    if known is None:
        row = {"id": _ONLY, "fingerprint": _marked(conn, fingerprint(conn)), "confirmed_at": now,
               "confirmed_by": "first worker"}  # fmt: skip
        conn.execute(_FIRST, row)
        return True
    if not _is_it(conn, known.fingerprint):
        return False
    if conn.dialect.name == "sqlite" and now - conn.info.get(_COUNTED, _LONG_AGO) > _MARK_EVERY:
        conn.info[_COUNTED] = now
        # Beside it what stands in it for sure, in it the next.
        marks.write(_path(conn), _mark(known.fingerprint))
        conn.execute(_COUNT_UP, {"fingerprint": _marked(conn, known.fingerprint)})
    return True


def copy_of(conn: Connection) -> Copy | None:
    """What this database is a copy of; None when messages may leave it."""
    known = conn.execute(_KNOWN).one_or_none()
    if known is None or _is_it(conn, known.fingerprint):
        return None
    return Copy(known.confirmed_at, known.confirmed_by)


def confirm(conn: Connection, *, by: str, now: datetime) -> None:
    """From now on this database is the one that sends."""
    row = {"id": _ONLY, "fingerprint": _marked(conn, fingerprint(conn)), "confirmed_at": now,
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
    alike = [name for name in ("device", "inode", "system") if one.get(name) == other.get(name)]
    return alike[:2] == ["device", "inode"] or (
        alike == ["inode", "system"] and bool(one.get("system"))
    )


def _is_it(conn: Connection, known: str) -> bool:
    if not same(known, fingerprint(conn)):
        return False
    return conn.dialect.name != "sqlite" or marks.read(_path(conn)) <= _mark(known)


def _mark(fingerprint: str) -> int:
    return int(_parts(fingerprint).get("mark", 0))


def _marked(conn: Connection, fingerprint: str) -> str:
    """With a mark above that in it and that beside it; only files have one."""
    if conn.dialect.name != "sqlite":
        return fingerprint
    bare = fingerprint.partition(" mark=")[0]
    return f"{bare} mark={max(_mark(fingerprint), marks.read(_path(conn))) + 1}"


def _path(conn: Connection) -> str:
    if _CACHE not in conn.info:
        conn.info[_CACHE] = conn.execute(_FILE).scalar() or ""
    return str(conn.info[_CACHE])


def _of_file(conn: Connection) -> str:
    path = _path(conn)
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
