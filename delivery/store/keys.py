"""API keys: shown once, kept hashed, revoked for good."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from delivery.ids import digest, new_id
from delivery.store.tables import api_key


@dataclass(frozen=True)
class Key:
    id: str
    scope: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


_KEY = select(
    api_key.c.id, api_key.c.scope, api_key.c.name, api_key.c.created_at, api_key.c.revoked_at
)
_FIND = _KEY.where(api_key.c.hash == bindparam("hashed"), api_key.c.revoked_at.is_(None))
_ALL = _KEY.order_by(api_key.c.created_at, api_key.c.id)
_REVOKE = (
    update(api_key)
    .where(api_key.c.id == bindparam("key"), api_key.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


def create(conn: Connection, *, scope: str, name: str, now: datetime) -> str:
    """A new key: the secret itself, which is kept nowhere and cannot be shown again."""
    secret = f"perille_{scope}_{secrets.token_urlsafe(24)}"
    row = {"id": new_id("key")[:24], "scope": scope, "name": name, "created_at": now}
    conn.execute(insert(api_key), row | {"hash": digest(secret.encode())})
    return secret


def find(conn: Connection, hashed: str) -> Key | None:
    """The key with this hash, unless it was revoked."""
    row = conn.execute(_FIND, {"hashed": hashed}).one_or_none()
    return Key(*row) if row else None


def every(conn: Connection) -> list[Key]:
    """Every key ever made, oldest first."""
    return [Key(*row) for row in conn.execute(_ALL)]


def revoke(conn: Connection, key_id: str, *, now: datetime) -> bool:
    """Make a key worthless. False when there is no such key or it was revoked before."""
    return conn.execute(_REVOKE, {"key": key_id, "at": now}).rowcount == 1
