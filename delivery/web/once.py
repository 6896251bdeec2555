"""`Idempotency-Key`: one effect and one answer, however often a request is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Header, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from delivery.house import House
from delivery.ids import digest
from delivery.store import idempotency
from delivery.store.idempotency import Answer
from delivery.web.keys import Caller

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[\x21-\x7e]+$")
]


def answered(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def digest_of(what: str, body: BaseModel | None) -> str:
    """Tells the same request from another, whatever the order of its fields."""
    return digest(f"{what}\n{body.model_dump_json() if body else ''}".encode())


def once(
    house: House,
    caller: Caller,
    key: str | None,
    asked: str,
    effect: Callable[[Connection], Any],
    *,
    now: datetime,
) -> Response:
    """Do `effect` in one transaction with its answer. A refusal leaves no trace and no answer."""
    with house.database.write() as conn:
        if key is None:
            return answered(effect(conn))
        known = idempotency.claim(conn, caller.name, key, asked, now=now)
        if known is None:
            known = Answer(200, orjson.dumps(effect(conn)))
            idempotency.settle(conn, caller.name, key, known)
    return Response(known.body, known.status, media_type="application/json")
