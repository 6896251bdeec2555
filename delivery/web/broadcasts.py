"""Broadcasts for people of the shop: made, confirmed, watched, stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from sqlalchemy import Connection

from delivery.flows import broadcasts as flow
from delivery.house import House
from delivery.store import broadcast_progress, broadcasts
from delivery.store.broadcasts import Broadcast
from delivery.web.broadcast_shapes import (
    BroadcastShape,
    PanicShape,
    broadcast_json,
    person_json,
    progress_json,
)
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import Caller, StaffKey
from delivery.web.once import IdempotencyKey, answered, digest_of, once

router = APIRouter(prefix="/v1", tags=["broadcasts"])

BroadcastId = Annotated[str, Path(pattern=r"^bc_[0-9a-f]{24}$")]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/broadcasts", status_code=201)
def post_broadcast(
    ask: BroadcastShape, house: TheHouse, caller: StaffKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Fix the audience and show what will happen; without `dry_run` it starts as well.

    `Idempotency-Key` is required: a form sent twice must not make two.
    """
    if key is None:
        raise HTTPException(400, "Send an Idempotency-Key: a broadcast is made once.")

    def effect(conn: Connection) -> dict[str, Any]:
        asked = ask.asked(f"key {caller.name}")
        made = flow.make(conn, house, asked, dry_run=ask.dry_run, now=now)
        return broadcast_json(house, made)

    answer = once(house, caller, key, digest_of("POST /v1/broadcasts", ask), effect, now=now)
    answer.status_code = 201
    return answer


@router.get("/broadcasts")
def list_broadcasts(
    house: TheHouse, _key: StaffKey, limit: Limit = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> Response:  # fmt: skip
    """The newest first."""
    with house.database.read() as conn:
        found = broadcasts.page(conn, before=int(cursor or 2**53), most=limit + 1)
        items = [progress_json(conn, house, each) for each in found[:limit]]
    more = str(found[limit - 1].number) if len(found) > limit else None
    return answered({"items": items, "next_cursor": more})


@router.get("/broadcasts/{broadcast_id}")
def get_broadcast(broadcast_id: BroadcastId, house: TheHouse, _key: StaffKey) -> Response:
    """One broadcast with its progress."""
    with house.database.read() as conn:
        return answered(progress_json(conn, house, broadcasts.get(conn, broadcast_id)))


@router.get("/broadcasts/{broadcast_id}/recipients")
def list_recipients(
    broadcast_id: BroadcastId, house: TheHouse, _key: StaffKey, limit: Limit = 100,
    cursor: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
) -> Response:  # fmt: skip
    """Who was meant, and what became of each: who has it, and who never will."""
    with house.database.read() as conn:
        known = broadcasts.get(conn, broadcast_id)
        found = broadcast_progress.people(conn, known, after=cursor, most=limit + 1)
    more = found[limit - 1]["reference"] if len(found) > limit else None
    items = [person_json(house, each) for each in found[:limit]]
    return answered({"items": items, "next_cursor": more})


@router.post("/broadcasts/{broadcast_id}/start")
def start(
    broadcast_id: BroadcastId, house: TheHouse, caller: StaffKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Confirm a draft. Said again it is as it is: it never starts twice."""
    return _moved(house, caller, key, now, f"start {broadcast_id}",
                  lambda conn: flow.start(conn, house, broadcast_id, now=now))  # fmt: skip


@router.post("/broadcasts/{broadcast_id}/pause")
def pause(
    broadcast_id: BroadcastId, house: TheHouse, caller: StaffKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """What has not left stays where it is."""
    by = f"key {caller.name}"
    return _moved(house, caller, key, now, f"pause {broadcast_id}",
                  lambda conn: flow.pause(conn, broadcast_id, by=by, now=now))  # fmt: skip


@router.post("/broadcasts/{broadcast_id}/resume")
def resume(
    broadcast_id: BroadcastId, house: TheHouse, caller: StaffKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Go on where it was paused."""
    return _moved(house, caller, key, now, f"resume {broadcast_id}",
                  lambda conn: flow.resume(conn, broadcast_id, now=now))  # fmt: skip


@router.post("/broadcasts/{broadcast_id}/cancel")
def cancel(
    broadcast_id: BroadcastId, house: TheHouse, caller: StaffKey, now: Now,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """What has not begun never leaves. Promises that were moved stay moved."""
    by = f"key {caller.name}"
    return _moved(house, caller, key, now, f"cancel {broadcast_id}",
                  lambda conn: flow.cancel(conn, broadcast_id, by=by, now=now))  # fmt: skip


@router.post("/messages/panic")
def panic(
    ask: PanicShape, house: TheHouse, caller: StaffKey, now: Now, key: IdempotencyKey = None
) -> Response:
    """Hold everything that has not left, or let it go on; with who has it already, by broadcast."""

    def effect(conn: Connection) -> dict[str, Any]:
        told = flow.panic(conn, stop=ask.stop, by=f"key {caller.name}", now=now)
        running = [
            {"id": each.id, "progress": broadcast_progress.messages_by_state(conn, each)}
            for each in broadcasts.open_ones(conn)
        ]
        return told | {"broadcasts": running}

    return once(house, caller, key, digest_of("panic", ask), effect, now=now)


def _moved(
    house: House, caller: Caller, key: str | None, now: datetime, what: str,
    move: Callable[[Connection], Broadcast],
) -> Response:  # fmt: skip
    def effect(conn: Connection) -> dict[str, Any]:
        return progress_json(conn, house, move(conn))

    return once(house, caller, key, digest_of(what, None), effect, now=now)
