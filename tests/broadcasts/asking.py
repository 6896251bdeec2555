"""What ops do with a broadcast over HTTP, and what the worker does, in one call each."""

from __future__ import annotations

import itertools
from typing import Any

import requests
from sqlalchemy import select, update

from delivery.flows import broadcast_feeding
from delivery.house import House
from delivery.store import broadcast_audit, broadcasts
from notifications.tables import message
from tests.loopback import Api
from tests.times import SettableClock

_keys = itertools.count(1)
LATE = {"minutes": 90, "reason": {"fi": "tiet ovat jäässä", "en": "the roads are icy"}}


def post(api: Api, key: str | None = None, **body: Any) -> requests.Response:
    asked = {"audience": {"carriers": ["own_van"]}, "notice": "delayed", "fields": LATE} | body
    headers = {"Idempotency-Key": key or f"b-{next(_keys)}"}
    return api.post("/v1/broadcasts", json=asked, key="staff", headers=headers)


def draft(api: Api, **body: Any) -> dict[str, Any]:
    answer = post(api, dry_run=True, **body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def do(api: Api, made: dict[str, Any], word: str) -> requests.Response:
    return api.post(f"/v1/broadcasts/{made['id']}/{word}", key="staff")


def look(api: Api, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/broadcasts/{made['id']}", key="staff").json()
    return found


def work(house: House, clock: SettableClock, *, turns: int = 50) -> None:
    """The worker's job until it has nothing to do, after the start delay."""
    clock.forward(seconds=11)
    for _ in range(turns):
        if not broadcast_feeding.feed_next(house, now=clock()):
            return
    raise AssertionError("it never ends")


def messages(house: House, made: dict[str, Any]) -> list[Any]:
    with house.database.read() as conn:
        gated = select(message).where(message.c.gate == f"broadcast:{made['id']}")
        return list(conn.execute(gated.order_by(message.c.about)))


def send_all(house: House, made: dict[str, Any]) -> None:
    """As if the sender had been there."""
    with house.database.write() as conn:
        gate = message.c.gate == f"broadcast:{made['id']}"
        conn.execute(update(message).where(gate, message.c.state == "queued").values(state="sent"))


def missing(house: House, made: dict[str, Any]) -> list[str]:
    with house.database.read() as conn:
        return broadcast_audit.missing(conn, broadcasts.get(conn, made["id"]))
