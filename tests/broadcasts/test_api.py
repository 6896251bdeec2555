"""Broadcasts over HTTP: made, counted, started, paused, called off; on both databases."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from delivery.flows import broadcast_feeding
from delivery.house import House
from delivery.store import bookings, broadcast_audit, broadcasts
from delivery.store.tables import booking, conversation, promise
from notifications import consent, gates
from notifications.tables import message
from tests.crowds import a_crowd, phone_of
from tests.loopback import Api
from tests.times import NOW, SettableClock

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


def test_started_it_moves_each_promise_and_tells_everybody_once(
    api: Api, house: House, clock: SettableClock
) -> None:
    people = a_crowd(house, 8, now=NOW)
    made = draft(api)
    assert do(api, made, "start").json()["state"] == "starting"
    assert do(api, made, "start").status_code == 200
    assert broadcast_feeding.feed_next(house, now=clock()) is False
    work(house, clock)
    told = messages(house, made)
    assert [row.about for row in told] == people
    assert {row.lane for row in told} == {2}
    assert {row.dedupe_key for row in told} == {f"broadcast:{made['id']}:{r}" for r in people}
    with house.database.read() as conn:
        for reference in people:
            first, second = bookings.promises(conn, reference)
            assert second.window == first.window.shifted(timedelta(minutes=90))
            assert second.reason == LATE["reason"]
            assert bookings.get(conn, reference).window == second.window
    shown = look(api, made)
    assert (shown["state"], shown["progress"]) == ("running", {"queued": 8})
    send_all(house, made)
    work(house, clock)
    shown = look(api, made)
    assert (shown["state"], shown["progress"]) == ("done", {"sent": 8})
    assert missing(house, made) == []


def test_who_was_told_of_the_delay_is_not_told_again(
    api: Api, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 4, now=NOW)
    assert post(api).json()["state"] == "starting"
    work(house, clock)
    again = draft(api)
    assert again["counts"]["already_told"] == 4
    later = draft(api, fields={"minutes": 150})
    assert later["counts"]["already_told"] == 0
    do(api, again, "start")
    work(house, clock)
    assert messages(house, again) == []
    assert look(api, again)["state"] == "done"
    with house.database.read() as conn:
        assert len(conn.execute(select(promise)).all()) == 8


def test_free_times_are_held_for_each_and_taken_by_a_digit(
    api: Api, house: House, clock: SettableClock
) -> None:
    (who,) = a_crowd(house, 1, now=NOW, people=[("Emma", "en")])
    made = post(api, fields={"choose": True, "reason": "The van broke down"}).json()
    work(house, clock)
    (told,) = messages(house, made)
    assert told.notice == "new_time_needed"
    assert "The van broke down." in told.body
    with house.database.read() as conn:
        menu = conn.execute(select(conversation.c.menu)).scalar_one()
        assert len(bookings.promises(conn, who)) == 1
    assert len(menu) == 3
    moved = api.post(f"/v1/bookings/{who}/reschedule", json={"option": menu[0]["option"]})
    assert moved.status_code == 200, moved.text
    from tests.nests import wrong_counts

    with house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_those_who_talk_with_a_person_are_left_to_them_and_their_promise_is_kept_up(
    api: Api, house: House, clock: SettableClock
) -> None:
    first, second = a_crowd(house, 2, now=NOW)
    with house.database.write() as conn:
        from delivery.store import conversations

        conversations.hand_to_person(conn, bookings.get(conn, first), now=NOW)
        consent.opt_out(conn, phone_of(2), source="reply", words="STOP", now=NOW)
    made = post(api).json()
    assert made["counts"]["in_conversation"] == made["counts"]["opted_out"] == 1
    work(house, clock)
    assert messages(house, made) == []
    with house.database.read() as conn:
        assert len(bookings.promises(conn, first)) == len(bookings.promises(conn, second)) == 2
    assert missing(house, made) == []


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
    told = api.post("/v1/messages/panic", json={"stop": False}, key="staff").json()
    assert told["stopped"] is False


def test_it_pauses_itself_when_its_words_are_refused_again_and_again(
    api: Api, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 12, now=NOW)
    made = post(api).json()
    work(house, clock)
    gate = message.c.gate == f"broadcast:{made['id']}"
    with house.database.write() as conn:
        some = select(message.c.id).where(gate).order_by(message.c.id).limit(5)
        failed = update(message).where(message.c.id.in_(some))
        conn.execute(failed.values(state="failed", error="30003"))
    broadcast_feeding.feed_next(house, now=clock())
    assert look(api, made)["state"] == "running"  # numbers out of reach are no cluster
    with house.database.write() as conn:
        conn.execute(failed.values(state="failed", error="30007"))
    broadcast_feeding.feed_next(house, now=clock())
    shown = look(api, made)
    assert shown["state"] == "paused"
    assert "refused" in shown["why"]
    do(api, made, "resume")
    broadcast_feeding.feed_next(house, now=clock())
    assert look(api, made)["state"] == "running"


def test_a_new_window_is_a_new_plan(api: Api, house: House, clock: SettableClock) -> None:
    (who,) = a_crowd(house, 1, now=NOW)
    window = {"start": "2026-03-12T17:00:00+02:00", "end": "2026-03-12T19:00:00+02:00"}
    post(api, fields={"window": window})
    work(house, clock)
    with house.database.read() as conn:
        assert bookings.get(conn, who).window.as_json() == window
    assert draft(api, fields={"window": window})["counts"]["already_told"] == 1
    assert draft(api, fields={"minutes": 30})["counts"]["already_told"] == 0


def test_thanks_go_to_those_who_have_it_and_once(
    api: Api, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 2, now=NOW, state="delivered")
    thanks: dict[str, Any] = {"notice": "thank_you", "fields": {"reason": {"en": "You waited"}}}
    made = post(api, **thanks).json()
    assert made["counts"]["recipients"] == 2
    work(house, clock)
    assert {row.notice for row in messages(house, made)} == {"thank_you"}
    assert draft(api, **thanks)["counts"]["already_told"] == 2


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


def test_who_is_asleep_is_counted(api: Api, house: House, clock: SettableClock) -> None:
    clock.set(NOW.replace(hour=23))
    a_crowd(house, 2, now=clock(), after=timedelta(hours=30))
    made = draft(api)
    assert made["counts"]["asleep"] == 2
    with house.database.write() as conn:
        conn.execute(update(booking).values(consent={"sms": True}))
    assert made["consequences"]["last_leaves_at"].startswith("2026-03-11T08:")
