"""What a broadcast does: promises moved, times held, people told once or left alone."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import select, update

from delivery.flows import broadcast_feeding
from delivery.house import House
from delivery.store import bookings, conversations
from delivery.store.tables import booking, conversation, promise
from notifications import consent
from notifications.tables import message
from tests.broadcasts.asking import LATE, do, draft, look, messages, missing, post, send_all, work
from tests.crowds import a_crowd, phone_of
from tests.loopback import Api
from tests.nests import wrong_counts
from tests.times import NOW, SettableClock


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


def test_who_reads_email_gets_the_event_of_the_new_window(
    api: Api, house: House, clock: SettableClock
) -> None:
    (reader,) = a_crowd(house, 1, now=NOW, phone=None, email="a@example.com")
    made = draft(api)
    do(api, made, "start")
    work(house, clock)
    (told,) = messages(house, made)
    with house.database.read() as conn:
        window = bookings.get(conn, reader).window
    assert told.channel == "email"
    assert f"UID:{reader}" in told.parts["calendar"]
    assert f"DTSTART:{window.start.astimezone(UTC):%Y%m%dT%H%M}" in told.parts["calendar"]
    assert "SEQUENCE:2" in told.parts["calendar"]


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
    with house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_those_who_talk_with_a_person_are_left_to_them_and_their_promise_is_kept_up(
    api: Api, house: House, clock: SettableClock
) -> None:
    first, second = a_crowd(house, 2, now=NOW)
    with house.database.write() as conn:
        conversations.hand_to_person(
            conn, bookings.get(conn, first), answer_by=NOW + timedelta(hours=1), now=NOW
        )
        consent.opt_out(conn, phone_of(2), source="reply", words="STOP", now=NOW)
    made = post(api).json()
    assert made["counts"]["in_conversation"] == made["counts"]["opted_out"] == 1
    work(house, clock)
    assert messages(house, made) == []
    with house.database.read() as conn:
        assert len(bookings.promises(conn, first)) == len(bookings.promises(conn, second)) == 2
    assert missing(house, made) == []


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


def test_who_is_asleep_is_counted(api: Api, house: House, clock: SettableClock) -> None:
    clock.set(NOW.replace(hour=23))
    a_crowd(house, 2, now=clock(), after=timedelta(hours=30))
    made = draft(api)
    assert made["counts"]["asleep"] == 2
    with house.database.write() as conn:
        conn.execute(update(booking).values(consent={"sms": True}))
    assert made["consequences"]["last_leaves_at"].startswith("2026-03-11T08:")
