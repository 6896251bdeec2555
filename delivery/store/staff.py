"""Who may log in to /ops, and who is logged in. Passwords as Argon2 hashes, cookies as SHA-256."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from delivery.ids import digest
from delivery.rules.refusals import NotFound
from delivery.store.tables import session, staff

_HASHER = PasswordHash.recommended()

_FIND = select(staff.c.login, staff.c.name, staff.c.hash).where(staff.c.login == bindparam("who"))
_EVERYBODY = select(staff.c.login, staff.c.name).order_by(staff.c.name, staff.c.login)
_RENEW = update(staff).where(staff.c.login == bindparam("who")).values(
    name=bindparam("called"), hash=bindparam("hashed")
)  # fmt: skip
_OF_SESSION = (
    select(staff.c.login, staff.c.name)
    .join(session, session.c.login == staff.c.login)
    .where(session.c.hash == bindparam("hashed"), session.c.until > bindparam("now"))
)
_CLOSE = delete(session).where(session.c.hash == bindparam("hashed"))
_CLOSE_ALL = delete(session).where(session.c.login == bindparam("who"))
_SWEEP = delete(session).where(session.c.until <= bindparam("now"))


@dataclass(frozen=True)
class Member:
    """Somebody at the desk."""

    login: str
    name: str

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()


def add(conn: Connection, login: str, name: str, password: str, *, now: datetime) -> None:
    """Let somebody in under this login. A login that exists gets the new name and password.

    A password that changed ends every session of its login.
    """
    known = conn.execute(_FIND, {"who": login}).one_or_none()
    if known is None:
        row = {"login": login, "name": name, "hash": _HASHER.hash(password), "created_at": now}
        conn.execute(insert(staff), row)
        return
    if known.name == name and _HASHER.verify(password, known.hash):
        return
    conn.execute(_RENEW, {"who": login, "called": name, "hashed": _HASHER.hash(password)})
    conn.execute(_CLOSE_ALL, {"who": login})


def get(conn: Connection, login: str) -> Member:
    """Who has this login. Raises `NotFound`."""
    known = conn.execute(_FIND, {"who": login}).one_or_none()
    if known is None:
        raise NotFound("There is nobody with this login.")
    return Member(known.login, known.name)


def everybody(conn: Connection) -> list[Member]:
    """All who may log in, by name."""
    return [Member(row.login, row.name) for row in conn.execute(_EVERYBODY)]


@cache
def _nobody() -> str:
    # Checked when there is no such login, so that a wrong name takes as long as a wrong password.
    return _HASHER.hash(secrets.token_hex(16))


def check(conn: Connection, login: str, password: str) -> Member | None:
    """Whoever has this login and this password."""
    known = conn.execute(_FIND, {"who": login}).one_or_none()
    if not _HASHER.verify(password, known.hash if known else _nobody()) or known is None:
        return None
    return Member(known.login, known.name)


def open_session(conn: Connection, login: str, *, now: datetime, hours: float) -> str:
    """A new session's token, kept hashed; sessions that ended are swept out on the way."""
    token = secrets.token_urlsafe(32)
    conn.execute(_SWEEP, {"now": now})
    row = {"hash": digest(token.encode()), "login": login, "until": now + timedelta(hours=hours)}
    conn.execute(insert(session), row)
    return token


def of_session(conn: Connection, token: str, *, now: datetime) -> Member | None:
    """Who is logged in with this token."""
    hashed = digest(token.encode("utf-8", "surrogateescape"))
    row = conn.execute(_OF_SESSION, {"hashed": hashed, "now": now}).one_or_none()
    return Member(row.login, row.name) if row else None


def close_session(conn: Connection, token: str) -> None:
    """Log out."""
    conn.execute(_CLOSE, {"hashed": digest(token.encode("utf-8", "surrogateescape"))})
