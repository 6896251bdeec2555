"""Broadcasts over HTTP: made, counted, started, paused, called off; on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.flows import broadcast_feeding
from delivery.house import House
from notifications import gates
from tests.broadcasts.asking import LATE, do, draft, look, messages, missing, post, work
from tests.crowds import a_crowd
from tests.loopback import Api
from tests.times import NOW, SettableClock


def test_a_draft_fixes_its_audience_and_shows_what_will_happen(api: Api, house: House) -> None:
    a_crowd(house, 8, now=NOW)
    a_crowd(house, 1, now=NOW, prefix="N", phone=None)
    a_crowd(house, 1, now=NOW, prefix="M", phone=None, email="a@example.com")
    a_crowd(house, 1, now=NOW, prefix="D", state="delivered")
    a_crowd(house, 1, now=NOW, prefix="O", consent={"sms": False, "email": True}, phone="+358501")
    made = draft(api)
    assert made["id"].startswith("bc_")
    assert made["state"] == "draft"
    assert made["counts"] == {
        "recipients": 11, "already_told": 0, "asleep": 0, "no_phone": 2, "email_instead": 1,
        "opted_out": 1, "in_conversation": 0,
    }  # fmt: skip
    assert made["cost"] == {"amount": made["segments"] * 8, "currency": "EUR"}
    assert made["segments"] >= 8
    assert {each["locale"] for each in made["samples"]} == {"fi", "sv", "en", "el"}
    assert all("•" in each["to"] and each["body"] for each in made["samples"])
    dearest = made["samples"][0]
    assert dearest["segments"] == max(each["segments"] for each in made["samples"])
    assert messages(house, made) == []
    a_crowd(house, 3, now=NOW, prefix="L")
    assert look(api, made)["counts"]["recipients"] == 11


def test_a_reason_is_said_in_the_readers_language_else_the_shops(api: Api, house: House) -> None:
    a_crowd(house, 8, now=NOW)
    bodies = {each["locale"]: each["body"] for each in draft(api)["samples"]}
    assert "Tiet ovat jäässä." in bodies["fi"]
    assert "The roads are icy." in bodies["sv"]
    consequences = draft(api)["consequences"]
    assert consequences["without_own_language"] == {"sv": 1, "el": 1}


def test_paused_nothing_leaves_and_resumed_it_goes_on(
    api: Api, house: House, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast_feeding, "BATCH", 3)
    a_crowd(house, 8, now=NOW)
    made = post(api).json()
    clock.forward(seconds=11)
    broadcast_feeding.feed_next(house, now=clock())
    broadcast_feeding.feed_next(house, now=clock())
    assert do(api, made, "pause").json()["state"] == "paused"
    assert do(api, made, "pause").status_code == 200
    work(house, clock)
    assert len(messages(house, made)) == 3
    with house.database.read() as conn:
        assert [each.name for each in gates.closed(conn)] == [f"broadcast:{made['id']}"]
    assert do(api, made, "resume").json()["state"] == "running"
    with house.database.read() as conn:
        assert gates.closed(conn) == []
    work(house, clock)
    assert len(messages(house, made)) == 8


def test_cancelled_what_has_not_begun_never_leaves(
    api: Api, house: House, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast_feeding, "BATCH", 3)
    a_crowd(house, 8, now=NOW)
    made = post(api).json()
    clock.forward(seconds=11)
    broadcast_feeding.feed_next(house, now=clock())
    broadcast_feeding.feed_next(house, now=clock())
    gone = do(api, made, "cancel").json()
    assert gone["state"] == "cancelled"
    assert gone["progress"] == {"suppressed": 3}
    assert gone["recipients"] == {"pending": 0, "posted": 3, "skipped": 5}
    assert gone["promises_moved"] == 3
    assert do(api, made, "cancel").status_code == 200
    for word, code in (("start", "broadcast_cancelled"), ("resume", "broadcast_cancelled")):
        refused = do(api, made, word)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    work(house, clock)
    assert missing(house, made) == []


def test_stopped_while_it_starts_costs_nothing(
    api: Api, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 4, now=NOW)
    made = post(api).json()
    assert do(api, made, "cancel").json()["promises_moved"] == 0
    work(house, clock)
    assert messages(house, made) == []


def test_a_key_is_required_and_makes_one(api: Api, house: House) -> None:
    a_crowd(house, 2, now=NOW)
    body = {"audience": {"carriers": ["own_van"]}, "notice": "delayed", "fields": LATE}
    assert api.post("/v1/broadcasts", json=body, key="staff").status_code == 400
    one, same = post(api, key="x"), post(api, key="x")
    assert (one.status_code, one.json()) == (same.status_code, same.json())
    other = post(api, key="x", fields={"minutes": 30})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(api.get("/v1/broadcasts", key="staff").json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"audience": {}}, "/audience"),
        ({"audience": {"zones": ["atlantis"]}}, "/audience/zones/0"),
        ({"audience": {"postcodes": ["00530", "9*9"]}}, "/audience/postcodes/1"),
        ({"audience": {"postcodes": ["zz*"]}}, "/audience/postcodes/0"),
        ({"audience": {"services": ["x"]}}, "/audience/services/0"),
        ({"audience": {"carriers": ["x"]}}, "/audience/carriers/0"),
        ({"audience": {"states": ["cancelled"]}}, "/audience/states/0"),
        ({"audience": {"slots": [999999999]}}, "/audience/slots/0"),
        ({"audience": {"routes": [999999999]}}, "/audience/routes/0"),
        ({"audience": {"references": ["nobody"]}}, "/audience/references/0"),
        ({"audience": {"day": "tomorrow"}}, "/audience/day"),
        ({"notice": "booking_confirmed", "fields": {}}, "/notice"),
        ({"fields": {}}, "/fields"),
        ({"fields": {"minutes": 0}}, "/fields/minutes"),
        ({"fields": {"minutes": True}}, "/fields/minutes"),
        ({"fields": {"minutes": 30, "colour": "red"}}, "/fields/colour"),
        ({"fields": {"minutes": 30, "reason": {"fi": "a\nb"}}}, "/fields/reason/fi"),
        ({"fields": {"window": {"start": "2026-03-01T10:00:00+02:00",
                                "end": "2026-03-01T12:00:00+02:00"}}}, "/fields/window"),
        ({"notice": "apology_goodwill", "fields": {"goodwill": {"fi": "5 e"}}}, "/fields/goodwill"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(api: Api, house: House, body: dict[str, Any], pointer: str) -> None:
    answer = post(api, **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_panic_holds_everything_and_says_who_has_it(
    api: Api, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 4, now=NOW)
    made = post(api).json()
    work(house, clock)
    told = api.post("/v1/messages/panic", json={"stop": True}, key="staff").json()
    assert told["stopped"] is True
    assert told["waiting"] >= 4
    assert [each["id"] for each in told["broadcasts"]] == [made["id"]]
    with house.database.read() as conn:
        assert [each.name for each in gates.closed(conn)] == ["*"]
    other = post(api, fields={"minutes": 150}).json()
    work(house, clock)
    assert messages(house, other) == []
    told = api.post("/v1/messages/panic", json={"stop": False}, key="staff").json()
    assert told["stopped"] is False
    work(house, clock)
    assert len(messages(house, other)) == 4


def test_its_recipients_are_listed_page_by_page(
    api: Api, house: House, clock: SettableClock
) -> None:
    people = a_crowd(house, 5, now=NOW)
    made = post(api).json()
    work(house, clock)
    seen, cursor = [], ""
    while cursor is not None:
        address = f"/v1/broadcasts/{made['id']}/recipients?limit=2&cursor={cursor}"
        page = api.get(address, key="staff").json()
        seen += page["items"]
        cursor = page["next_cursor"]
    assert [each["reference"] for each in seen] == people
    assert all("•" in each["to"] and each["message_state"] == "queued" for each in seen)
    assert api.get(f"/v1/broadcasts/{made['id']}", key="shop").status_code == 403
    assert api.get("/v1/broadcasts/bc_" + "0" * 24, key="staff").status_code == 404
