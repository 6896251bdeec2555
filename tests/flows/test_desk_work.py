"""People at the desk: take it, pass it on, answer, offer times, give back; all of it on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from delivery.flows import desk, desk_work
from delivery.house import House
from delivery.rules.refusals import NotFound, NotValid, Refusal
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations, inbox, page_notes, staff
from delivery.store.conversations import Conversation
from delivery.store.staff import Member
from notifications import tasks
from tests.carrier import booking_of, told, work, writes
from tests.loopback import Api
from tests.shopping import AINO, booked

SANNA, MIKKO = Member("sanna", "Sanna Salo"), Member("mikko", "Mikko Mäki")


def _hire(house: House) -> None:
    with house.database.write() as conn:
        for each in (SANNA, MIKKO):
            staff.add(conn, each.login, each.name, "a long password", now=house.clock())


def _waiting(api: Api, house: House, text: str = "can I pay with cash?", **more: Any) -> str:
    """A booking whose customer waits for a person, at a desk of two."""
    _hire(house)
    ref = str(booked(api, **more)["reference"])
    writes(house, text)
    work(house)
    return ref


def _talk(house: House, ref: str) -> Conversation:
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    return talk


def _done(house: House, ref: str) -> list[tuple[str, str | None]]:
    with house.database.read() as conn:
        return [(each["kind"], each["by_name"]) for each in inbox.actions(conn, ref)]


def _do(house: House, act: Callable[[Connection, datetime], Any]) -> Any:
    with house.database.write() as conn:
        return act(conn, house.clock())


def _refused(house: House, act: Callable[[Connection, datetime], Any]) -> str:
    with pytest.raises(Refusal) as why:
        _do(house, act)
    return why.value.code


def test_taken_passed_on_and_the_customer_hears_of_it(api: Api, house: House, clock: Any) -> None:
    ref = _waiting(api, house)
    _do(house, lambda c, now: desk_work.claim(c, house, ref, MIKKO, now=now))
    _do(house, lambda c, now: desk_work.claim(c, house, ref, MIKKO, now=now))
    taken = _refused(house, lambda c, now: desk_work.claim(c, house, ref, SANNA, now=now))
    assert taken == "already_claimed"
    clock.forward(minutes=25)
    _do(house, lambda c, now: desk.answer(c, house, ref, "Yes.", "Mikko", now=now, member=MIKKO))
    _do(house, lambda c, now: desk_work.assign(c, house, ref, "sanna", MIKKO, now=now))
    writes(house, "and with a card?")
    work(house)
    clock.forward(minutes=5)
    _do(house, lambda c, now: desk.answer(c, house, ref, "Too.", "Sanna", now=now, member=SANNA))
    name, said = told(house, ref)[-1]
    assert name == "taken_over"
    assert "Mikko" in said
    assert said.rstrip().endswith("Sanna at Kaari")
    _do(house, lambda c, now: desk.answer(c, house, ref, "Bye!", "Sanna", now=now, member=SANNA))
    assert told(house, ref)[-1][0] == "answer"
    _do(house, lambda c, now: desk_work.assign(c, house, ref, "mikko", MIKKO, now=now))
    _do(house, lambda c, now: desk_work.assign(c, house, ref, None, MIKKO, now=now))
    with pytest.raises(NotFound):
        _do(house, lambda c, now: desk_work.assign(c, house, ref, "nobody", MIKKO, now=now))
    assert _done(house, ref) == [
        ("claimed", "Mikko Mäki"), ("answered", "Mikko Mäki"), ("handed_over", "Mikko Mäki"),
        ("answered", "Sanna Salo"), ("answered", "Sanna Salo"), ("assigned", "Mikko Mäki"),
        ("assigned", "Mikko Mäki"),
    ]  # fmt: skip
    with house.database.read() as conn:
        waited = [each["waited"] for each in inbox.actions(conn, ref)]
    assert waited == [None, 25, None, 5, None, None, None]


def test_an_answer_ends_the_wait_and_takes_what_is_nobodys(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    assert _talk(house, ref).answer_by is not None
    _do(house, lambda c, now: desk.answer(c, house, ref, "Yes.", "Sanna", now=now, member=SANNA))
    talk = _talk(house, ref)
    assert (talk.state, talk.answer_by, talk.waiting_since) == ("quiet", None, None)
    assert (talk.assignee, talk.agent) == ("sanna", "Sanna")
    again = _do(house, lambda c, now: desk.answer(c, house, ref, "Yes.", "Sanna", now=now))
    assert again is None
    _do(house, lambda c, now: desk_work.close(c, ref, SANNA, now=now))
    _do(house, lambda c, now: desk_work.close(c, ref, SANNA, now=now))
    assert _talk(house, ref).assignee is None
    assert [kind for kind, _ in _done(house, ref)] == ["answered", "closed"]


def test_a_note_stays_inside(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    before = told(house, ref)
    _do(house, lambda c, now: desk_work.note(c, ref, " Has a big dog. ", SANNA, now=now))
    assert told(house, ref) == before
    with house.database.read() as conn:
        assert inbox.actions(conn, ref)[-1]["text"] == "Has a big dog."
        assert "dog" not in str(conversations.thread(conn, ref))
    for text in ("  ", "x" * 2001):
        with pytest.raises(NotValid):
            _do(house, lambda c, now, text=text: desk_work.note(c, ref, text, SANNA, now=now))


def test_three_times_are_offered_and_a_digit_takes_one(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    _do(house, lambda c, now: desk_work.offer_times(c, house, ref, SANNA, "Sorry.", now=now))
    name, said = told(house, ref)[-1]
    assert name == "answer"
    assert said.startswith("Sorry. These times are free")
    assert [line[0] for line in said.splitlines() if line[:2] in ("1 ", "2 ", "3 ")] == list("123")
    assert said.rstrip().endswith("Sanna at Kaari")
    talk = _talk(house, ref)
    assert (talk.state, talk.agent, len(talk.menu)) == ("quiet", "Sanna", 3)
    assert _done(house, ref) == [("offered_times", "Sanna Salo")]
    writes(house, "2")
    work(house)
    assert booking_of(house, ref).window == TimeWindow.from_json(talk.menu[1]["window"])


def test_where_nothing_is_free_nothing_is_said(api: Api, house: House, clock: Any) -> None:
    ref = _waiting(api, house)
    before = told(house, ref)
    clock.set(booking_of(house, ref).window.end + timedelta(minutes=1))
    why = _refused(house, lambda c, now: desk_work.offer_times(c, house, ref, SANNA, now=now))
    assert why == "no_free_times"
    assert (told(house, ref), _talk(house, ref).state) == (before, "waiting")
    assert not _done(house, ref)


def test_the_fee_is_given_back_once_and_said(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    paid = booking_of(house, ref).option["price"]
    assert paid["amount"] > 0
    back = _do(house, lambda c, now: desk_work.refund(c, house, ref, SANNA, now=now))
    assert back.as_json() == paid
    name, said = told(house, ref)[-1]
    assert name == "answer"
    assert f"{paid['amount'] / 100:.2f}" in said
    again = _refused(house, lambda c, now: desk_work.refund(c, house, ref, SANNA, now=now))
    assert again == "already_refunded"
    assert api.get(f"/v1/bookings/{ref}").json()["charges"] == [
        {"code": "refund", **paid, "by": "sanna", "at": house.clock().isoformat()}
    ]
    # Their question is not answered by it; and who writes next is the one who gave it back.
    assert _talk(house, ref).state == "waiting"
    _do(house, lambda c, now: desk.answer(c, house, ref, "Cash is fine.", "Sanna", now=now))
    assert told(house, ref)[-1][0] == "answer"


def test_what_cost_nothing_is_not_given_back(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    with house.database.write() as conn:
        known = bookings.get(conn, ref)
        free = known.option | {"price": known.option["price"] | {"amount": 0}}
        bookings.save(conn, known, was=known.version, option=free)
    why = _refused(house, lambda c, now: desk_work.refund(c, house, ref, SANNA, now=now))
    assert why == "nothing_to_refund"


def test_gestures_have_one_limit_for_a_delivery(api: Api, house: House, clock: Any) -> None:
    ref = _waiting(api, house)

    def give(amount: int, who: Member) -> None:
        _do(house, lambda c, now: desk_work.goodwill(c, house, ref, amount, "The sofa was late",
                                                     who, now=now))  # fmt: skip

    give(600, SANNA)
    give(600, SANNA)  # the button pressed twice
    name, said = told(house, ref)[-1]
    assert name == "apology_goodwill"
    assert "The sofa was late." in said
    assert "6.00" in said
    clock.forward(minutes=2)
    with pytest.raises(desk_work.OverLimit) as why:
        give(600, MIKKO)
    assert why.value.extra["left"] == {"amount": 400, "currency": "EUR"}
    give(400, MIKKO)
    clock.forward(minutes=2)
    with pytest.raises(desk_work.OverLimit):
        give(1, SANNA)
    with pytest.raises(NotValid):
        give(-100, SANNA)
    charges = booking_of(house, ref).charges
    assert [(each["code"], each["amount"], each["by"]) for each in charges] == [
        ("goodwill", 600, "sanna"), ("goodwill", 400, "mikko"),
    ]  # fmt: skip
    with house.database.read() as conn:
        left = desk_work.limits(house, bookings.get(conn, ref))
        amounts = [each["amount"] for each in inbox.actions(conn, ref)]
    assert (left.goodwill.amount, amounts) == (0, [600, 400])


def test_a_call_back_is_a_task_without_the_number(api: Api, house: House) -> None:
    ref = _waiting(api, house)
    _do(house, lambda c, now: desk_work.call_back(c, house, ref, SANNA, now=now))
    with house.database.read() as conn:
        (one,) = [each for each in tasks.list_open(conn) if each.kind == "call_back"]
    assert one.about == ref
    assert "Sanna" in one.text
    assert "401234567" not in one.text.replace(" ", "")
    assert _done(house, ref) == [("call_back", "Sanna Salo")]


def test_who_has_no_phone_is_answered_by_e_mail(api: Api, house: House) -> None:
    _hire(house)
    person = {each: AINO[each] for each in ("given_name", "family_name", "locale")}
    ref = booked(api, recipient=person | {"email": "aino@example.com"})["reference"]
    _do(house, lambda c, now: desk.answer(c, house, ref, "Hi!", "Sanna", now=now, member=SANNA))
    assert told(house, ref)[-1][0] == "answer"
    no_phone = _refused(house, lambda c, now: desk_work.call_back(c, house, ref, SANNA, now=now))
    no_text = _refused(house, lambda c, now: desk_work.offer_times(c, house, ref, SANNA, now=now))
    assert (no_phone, no_text) == ("no_phone", "cannot_text")


def test_the_list_is_by_deadline_with_last_words_in_one_query(
    api: Api, house: House, clock: Any
) -> None:
    _hire(house)
    refs, words = [], ("can I pay with cash?", "please call me", "it is broken")
    for number, said in enumerate(words):
        phone = f"+35840222000{number}"
        refs.append(str(booked(api, recipient=AINO | {"phone": phone})["reference"]))
        writes(house, said, sender=phone)
        work(house)
        clock.forward(minutes=10)
    with house.database.write() as conn:
        page_notes.write(conn, bookings.get(conn, refs[1]), "on the page", now=house.clock())
        desk_work.claim(conn, house, refs[2], SANNA, now=house.clock())
    asked: list[str] = []
    with house.database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *given: asked.append(given[2]))
        rows = inbox.waiting(conn)
    assert len([each for each in asked if each.startswith("SELECT")]) == 1
    assert [each["reference"] for each in rows] == refs
    assert [each["last_words"] for each in rows] == [words[0], "on the page", words[2]]
    assert [each["assignee_name"] for each in rows] == [None, None, "Sanna Salo"]
    assert rows[0]["answer_by"] < rows[1]["answer_by"]
    assert (rows[0]["given_name"], rows[0]["booking_state"]) == ("Aino", "booked")
    with house.database.read() as conn:
        assert [each["reference"] for each in inbox.mine(conn, "sanna")] == [refs[2]]
