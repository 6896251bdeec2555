"""Who is calling: `Authorization: Bearer …`, and what that key may do."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from delivery.house import House
from delivery.ids import digest
from delivery.store import keys

# How long a key that was found is believed without looking again; so long a revoked one
# may still pass.
BELIEVED_SECONDS = 2.0
_MOST_REMEMBERED = 1000

bearer = HTTPBearer(auto_error=False, scheme_name="key", description="`perille keys create`")


@dataclass(frozen=True)
class Caller:
    """Whoever holds a key: its scope, and its name for records and idempotency."""

    scope: str
    name: str


class KeyRing:
    """Keys by their hash, found in the database and believed for a moment."""

    def __init__(self, house: House) -> None:
        self._database = house.database
        given = {"shop": house.settings.shop_key, "staff": house.settings.staff_key}
        self._given = [
            (Caller(scope, "environment"), digest(key.get_secret_value().encode()))
            for scope, key in given.items()
            if key.get_secret_value()
        ]
        self._found: dict[str, tuple[float, Caller]] = {}

    async def caller(self, presented: str) -> Caller | None:
        """Whose key this is, or None."""
        hashed = digest(presented.encode("utf-8", "surrogateescape"))
        for caller, expected in self._given:
            if hmac.compare_digest(hashed, expected):
                return caller
        believed = self._found.get(hashed)
        if believed is not None and time.monotonic() < believed[0]:
            return believed[1]
        return await run_in_threadpool(self._look_up, hashed)

    def _look_up(self, hashed: str) -> Caller | None:
        with self._database.read() as conn:
            key = keys.find(conn, hashed)
        if key is None:
            self._found.pop(hashed, None)
            return None
        if len(self._found) >= _MOST_REMEMBERED:
            self._found.clear()
        caller = Caller(key.scope, key.id)
        self._found[hashed] = (time.monotonic() + BELIEVED_SECONDS, caller)
        return caller


def _ring(request: Request) -> KeyRing:
    state = request.app.state
    ring: KeyRing | None = getattr(state, "key_ring", None)
    if ring is None:
        ring = state.key_ring = KeyRing(state.house)
    return ring


Presented = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def caller_of(request: Request, scope: str) -> Caller:
    """Who sent this. Raises `HTTPException` 401 without a key of ours, 403 with another scope's."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    caller = await _ring(request).caller(key.strip()) if kind.lower() == "bearer" else None
    if caller is None:
        raise HTTPException(401, "Send a key: Authorization: Bearer …",
                            {"WWW-Authenticate": "Bearer"})  # fmt: skip
    if caller.scope != scope:
        raise HTTPException(403, f"This key has not the scope {scope}.")
    return caller


def _key_of(scope: str) -> object:
    # `async`: a plain `def` dependency costs a hop to another thread. What the bearer scheme
    # presents is only asked for so that /openapi.json says which endpoints want a key.
    async def check(request: Request, _presented: Presented) -> Caller:
        return await caller_of(request, scope)

    return check


ShopKey = Annotated[Caller, Depends(_key_of("shop"))]
StaffKey = Annotated[Caller, Depends(_key_of("staff"))]
