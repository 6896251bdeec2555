"""Carrier events over real HTTP: who may post, what is refused, what is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import func, select

from delivery.house import House
from delivery.store.tables import carrier_event
from tests.carrier import signed
from tests.conftest import CARRIER_SECRET
from tests.loopback import Api
from tests.times import NOW

GOOD = {"booking": "P-1", "type": "in_transit", "occurred_at": "2026-03-10T11:58:00+02:00"}


def kept(house: House) -> int:
    with house.database.read() as conn:
        return conn.scalar(select(func.count()).select_from(carrier_event)) or 0


def post(api: Api, event: Any = None, *, carrier: str = "own_van", **signing: Any) -> Any:
    body = event if isinstance(event, bytes) else orjson.dumps(GOOD if event is None else event)
    given: dict[str, Any] = {"event_id": "evt_1", "at": NOW} | signing
    headers = signed(body, given["event_id"], given["at"], given.get("secret", CARRIER_SECRET))
    headers |= given.get("headers", {})
    return api.post(f"/v1/carriers/{carrier}/events", key=None, data=body, headers=headers)


def test_a_signed_event_is_kept_once(api: Api, house: House) -> None:
    assert [post(api).status_code for _ in range(3)] == [202, 202, 202]
    other = post(api, GOOD | {"type": "delivered"})  # another body under the same id
    assert other.status_code == 202
    assert kept(house) == 1
    assert post(api, event_id="evt_2").status_code == 202
    assert kept(house) == 2


FORGED: list[dict[str, Any]] = [
    {"secret": "whsec_" + "b3RoZXItc2VjcmV0LW9mLXNvbWVib2R5LWVsc2U="},
    {"headers": {"webhook-id": "evt_other"}},
    {"headers": {"webhook-signature": "v1,AAAA"}},
    {"headers": {"webhook-signature": ""}},
    {"headers": {"webhook-signature": "v2," + "A" * 44}},
    {"headers": {"webhook-timestamp": "1e9"}},
    {"headers": {"webhook-timestamp": "-5"}},
    {"headers": {"webhook-timestamp": "9" * 30}},
    {"at": NOW - timedelta(minutes=5, seconds=1)},
    {"at": NOW + timedelta(minutes=5, seconds=1)},
    {"carrier": "nobody"},
    {"carrier": "parcel_line"},
]


def test_who_cannot_sign_is_not_heard(api: Api, house: House) -> None:
    for signing in FORGED:
        answer = post(api, **signing)
        assert answer.status_code == 401, signing
        assert answer.json()["code"] == "unauthorized"
    assert kept(house) == 0


def test_a_changed_body_is_not_heard(api: Api, house: House) -> None:
    headers = signed(orjson.dumps(GOOD), "evt_1", NOW)
    for changed in (orjson.dumps(GOOD | {"type": "lost"}), orjson.dumps(GOOD) + b" ", b"\xff\xfe"):
        answer = api.post("/v1/carriers/own_van/events", key=None, data=changed, headers=headers)
        assert answer.status_code == 401
    assert kept(house) == 0


def test_without_the_signature_being_looked_at_anybody_would_be_heard(api: Api) -> None:
    # The known-bad twin: the same forged request is heard once its signature is right.
    forged = {"headers": {"webhook-signature": "v1,AAAA"}}
    assert (post(api, **forged).status_code, post(api).status_code) == (401, 202)


def test_four_minutes_and_several_signatures_are_fine(api: Api) -> None:
    assert post(api, at=NOW - timedelta(minutes=4, seconds=59)).status_code == 202
    right = signed(orjson.dumps(GOOD), "evt_9", NOW)["webhook-signature"]
    rotated = {"webhook-signature": f"v1,AAAA {right}"}
    assert post(api, event_id="evt_9", headers=rotated).status_code == 202


def test_what_is_no_json_is_400(api: Api) -> None:
    for body in (b"", b"not json", b"{"):
        assert post(api, body).status_code == 400


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"type": "teleported"}, "/type"),
    ({"type": None}, "/type"),
    ({"occurred_at": "2026-03-10T11:58:00"}, "/occurred_at"),
    ({"occurred_at": "yesterday"}, "/occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59+00:00"}, "/occurred_at"),
    ({"booking": "x" * 65}, "/booking"),
    ({"booking": None}, ""),
    ({"booking": "P\u0000"}, "/booking"),
    ({"tracking_number": ""}, "/tracking_number"),
    ({"expected_window": {"start": "2026-03-10T17:00:00+02:00"}}, "/expected_window/end"),
    ({"expected_window": {"start": "2026-03-10T17:00:00", "end": "2026-03-10T19:00:00"}},
     "/expected_window/start"),
    ({"expected_window": {"start": "2026-03-10T19:00:00+02:00",
                          "end": "2026-03-10T17:00:00+02:00"}}, "/expected_window"),
    ({"expected_window": {"start": "0001-01-01T00:00:00+14:00",
                          "end": "0001-01-01T01:00:00+14:00"}}, "/expected_window"),
    ({"reason": "x" * 161}, "/reason"),
    ({"reason": {"fi": "x\u0000"}}, "/reason"),
    ({"minutes": 0}, "/minutes"),
]  # fmt: skip


def test_nonsense_is_refused_by_name(api: Api, house: House) -> None:
    for change, pointer in NONSENSE:
        answer = post(api, {**GOOD, **change})
        assert answer.status_code == 422, answer.text
        assert any(each["pointer"] == pointer for each in answer.json()["errors"]), answer.text
    assert kept(house) == 0


def test_something_else_than_an_object_is_refused(api: Api) -> None:
    for event in ([], "text", 7, None):
        assert post(api, json.dumps(event).encode()).status_code == 422


def test_a_body_above_64_kb_is_too_big(api: Api, house: House) -> None:
    assert post(api, GOOD | {"more": "x" * 70_000}).status_code == 413
    assert kept(house) == 0
