"""The desk's clock: who is warned before a customer waited too long, and what is counted of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from delivery.flows import desk, desk_work, escalating
from delivery.house import House
from delivery.store import conversations, tables
from delivery.store.inbox_figures import statistics
from notifications import tasks
from tests.carrier import work, writes
from tests.flows.test_desk_work import MIKKO, SANNA, _done, _hire, _talk, _waiting
from tests.loopback import Api
from tests.shopping import AINO, booked
from tests.times import HELSINKI


def _warned(house: House) -> list[tuple[str, str]]:
    escalating.escalate(house, now=house.clock())
    with house.database.read() as conn:
        return [(each.about, each.text) for each in tasks.list_open(conn)
                if each.kind == "unanswered"]  # fmt: skip


def test_everybody_is_told_once_before_it_is_too_late(api: Api, house: House, clock: Any) -> None:
    ref = _waiting(api, house)  # Tuesday at noon: by one o'clock
    clock.forward(minutes=45)
    assert not _warned(house)
    clock.forward(minutes=1)
    assert _warned(house) == [(ref, "Answer this customer by 13:00: nobody has taken it.")]
    first = _talk(house, ref)
    clock.forward(minutes=30)
    assert len(_warned(house)) == 1
    assert _done(house, ref) == [("escalated", None)]
    with house.database.write() as conn:
        desk.answer(conn, house, ref, "Yes.", "Sanna", now=clock(), member=SANNA)
    assert not _warned(house)
    writes(house, "and by card?")
    work(house)
    clock.forward(minutes=50)
    assert _warned(house)[0][1].endswith("it is with Sanna Salo.")
    assert first.answer_by is not None
    assert [kind for kind, _ in _done(house, ref)] == ["escalated", "answered", "escalated"]


def test_nobody_is_woken_and_the_weekend_does_not_count(api: Api, house: House, clock: Any) -> None:
    clock.set(datetime(2026, 3, 13, 16, 30, tzinfo=HELSINKI))  # Friday
    ref = _waiting(api, house)
    until = datetime(2026, 3, 16, 9, 30, tzinfo=HELSINKI)
    assert _talk(house, ref).answer_by == until.astimezone(UTC)
    clock.set(datetime(2026, 3, 16, 9, 10, tzinfo=HELSINKI))
    assert not _warned(house)
    clock.set(datetime(2026, 3, 16, 9, 16, tzinfo=HELSINKI))
    assert len(_warned(house)) == 1


def test_strangers_are_not_forgotten_and_warned_of_once(api: Api, house: House, clock: Any) -> None:
    writes(house, "who are you?", sender="+358409999999")
    work(house)
    assert not _warned(house)
    clock.forward(minutes=50)
    ((about, _),) = _warned(house)
    assert about.startswith("unknown-")
    with house.database.write() as conn:
        (task,) = [each for each in tasks.list_open(conn) if each.kind == "unanswered"]
        tasks.done(conn, task.id, by="Sanna", now=clock())
    assert not _warned(house)
    (item,) = api.get("/v1/conversations", key="staff").json()["items"]
    assert (item["answer_by"][:16], item["overdue"]) == ("2026-03-10T11:00", False)
    sent = api.post(f"/v1/conversations/{about}/messages", key="staff", json={"text": "We bring."})
    assert sent.status_code < 300
    clock.forward(minutes=60)
    (item,) = api.get("/v1/conversations", key="staff").json()["items"]
    assert (item["answer_by"], item["overdue"]) == (None, False)


def test_what_an_older_version_left_waiting_gets_a_deadline(
    api: Api, house: House, clock: Any
) -> None:
    ref = _waiting(api, house)
    until = _talk(house, ref).answer_by
    with house.database.write() as conn:
        conn.execute(update(tables.conversation).values(answer_by=None))
    clock.forward(minutes=20)
    assert not _warned(house)
    assert _talk(house, ref).answer_by == until
    clock.forward(minutes=30)
    assert len(_warned(house)) == 1


def test_the_shop_sees_deadline_and_owner(api: Api, house: House, clock: Any) -> None:
    ref = _waiting(api, house)
    with house.database.write() as conn:
        desk_work.claim(conn, house, ref, SANNA, now=clock())
    (item,) = api.get("/v1/conversations?state=waiting", key="staff").json()["items"]
    assert datetime.fromisoformat(item["answer_by"]) == clock() + timedelta(minutes=60)
    assert (item["assignee"], item["overdue"]) == ("sanna", False)
    clock.forward(minutes=61)
    (item,) = api.get("/v1/conversations", key="staff").json()["items"]
    assert item["overdue"] is True


def test_figures_say_who_answers_how_fast(api: Api, house: House, clock: Any) -> None:
    _hire(house)
    since = clock()
    for number, (minutes, member) in enumerate(((10, SANNA), (20, SANNA), (90, SANNA), (5, MIKKO))):
        phone = f"+35840333000{number}"
        ref = str(booked(api, recipient=AINO | {"phone": phone})["reference"])
        writes(house, "can I pay with cash?", sender=phone)
        work(house)
        clock.forward(minutes=minutes)
        with house.database.write() as conn:
            desk.answer(conn, house, ref, "Yes.", "S", now=clock(), member=member)
    with house.database.write() as conn:
        desk_work.close(conn, ref, MIKKO, now=clock())
        desk.answer(conn, house, ref, "By the way", "Liisa", now=clock())  # over HTTP
        conversations.close(conn, ref, now=clock())
    writes(house, "can I pay with cash?", sender="+358403330000")
    work(house)
    clock.forward(minutes=61)
    with house.database.read() as conn:
        found = statistics(conn, since=since, until=clock(), within=60, now=clock())
        none = statistics(conn, since=clock(), until=clock(), within=60, now=clock())
    sanna, *others = found.members
    assert (sanna.name, sanna.answers, sanna.closed) == ("Sanna Salo", 3, 0)
    assert (sanna.median_waited, sanna.p90_waited) == (20, 90)
    assert sanna.in_time is not None
    assert round(sanna.in_time, 2) == 0.67
    assert [(each.name, each.answers, each.closed) for each in others] == [
        ("Liisa", 1, 0), ("Mikko Mäki", 1, 1),
    ]  # fmt: skip
    assert (found.everybody.answers, found.everybody.p90_waited) == (5, 90)
    assert (found.waiting, found.overdue, none.members) == (1, 1, ())
