"""What follows a reply: a question with numbered lines, its answer, and one true last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from delivery.flows import auditing, rescheduling
from delivery.house import House
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations, feedback, reply_audit, tables
from delivery.store.seeds import TOWN
from notifications import consent, inbox
from notifications.tables import reply, task
from tests.carrier import PHONE, booking_of, leave, says, told, work, writes
from tests.loopback import Api
from tests.shopping import AINO, a_quote, book, booked, hold, van_times
from tests.times import NOW


def _talk(house: House, ref: str) -> conversations.Conversation:
    with house.database.read() as conn:
        known = conversations.of(conn, ref)
    assert known is not None
    return known


def _says(house: House, *texts: str, sender: str = PHONE) -> None:
    for text in texts:
        writes(house, text, sender=sender)
        work(house)


def _open_holds(house: House) -> int:
    with house.database.read() as conn:
        query = select(func.count()).where(tables.hold.c.state == "open")
        return int(conn.scalar(query) or 0)


def _named(api: Api, contents: str, day: int) -> str:
    """A booking of so many days ahead, of goods with a name."""
    parcel = {"weight_g": 1200, "contents": contents}
    quote = a_quote(api, basket={"parcels": [parcel]})
    times = van_times(api, quote["id"], 120)
    days = sorted({each["window"]["start"][:10] for each in times})
    option = next(each for each in times if each["window"]["start"].startswith(days[day]))
    held = hold(api, quote["id"], option["id"]).json()["id"]
    reference: str = book(api, held).json()["reference"]
    return reference


def test_a_likely_time_is_held_echoed_and_taken_with_one(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    before = booking_of(house, ref)
    _says(house, "friday evening or so, any time after 16 is good")
    assert booking_of(house, ref).window == before.window
    name, body = told(house, ref)[-1]
    assert name == "confirm_time"
    assert _open_holds(house) == 1
    said = TimeWindow.from_json(_talk(house, ref).menu[0]["window"])
    assert said.start.date().isoformat() == "2026-03-13"
    assert f"{said.start.hour}:00-{said.end.hour}:00" in body
    _says(house, "1")
    assert booking_of(house, ref).window == said
    assert told(house, ref)[-1][0] == "rescheduled"
    assert _open_holds(house) == 0
    _says(house, "0")
    assert booking_of(house, ref).window == before.window


@pytest.mark.parametrize("no", ["2", "no", "ei käy"])
def test_other_times_are_listed_where_the_likely_one_was_not_meant(
    api: Api, house: House, no: str
) -> None:
    ref = booked(api)["reference"]
    _says(house, "friday after 16 please")
    held = _talk(house, ref).menu[0]["option"]
    _says(house, no)
    assert told(house, ref)[-1][0] == "which_time"
    talk = _talk(house, ref)
    assert talk.question == "times"
    assert held not in [each["option"] for each in talk.menu]
    assert _open_holds(house) == 0


def test_a_move_on_the_page_closes_what_was_asked_by_sms(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    says(api, ref, "delayed", at=house.clock(), minutes=90)
    work(house)
    with house.database.write() as conn:
        booking = bookings.lock(conn, ref)
        free = rescheduling.move_options(conn, house, booking, now=house.clock())
        rescheduling.move(conn, house, booking, free[-1], by="page", now=house.clock())
    moved = booking_of(house, ref)
    _says(house, "2")
    assert booking_of(house, ref).window == moved.window
    assert told(house, ref)[-1][0] == "where_is_it"


def test_with_two_deliveries_we_ask_by_what_is_in_them(api: Api, house: House) -> None:
    sofa, lamp = _named(api, "sofa", 1), _named(api, "lamp", 2)
    before = booking_of(house, sofa), booking_of(house, lamp)
    with house.database.write() as conn:  # the confirmations are of yesterday
        conn.execute(update(tables.metadata.tables["message"]).values(
            created_at=NOW - timedelta(days=1)))  # fmt: skip
    _says(house, "can you come on saturday 17-19?")
    asked = lamp if told(house, lamp)[-1][0] == "which_delivery" else sofa
    body = told(house, asked)[-1][1]
    assert "sofa" in body
    assert "lamp" in body
    _says(house, "the sofa")
    assert booking_of(house, sofa).window.start.isoformat().startswith("2026-03-14T17")
    assert booking_of(house, lamp) == before[1]
    with house.database.read() as conn:
        about = conn.scalars(select(reply.c.about).order_by(reply.c.id)).all()
    assert about == [sofa, sofa]
    _says(house, "leave the lamp with my neighbour Korhonen")
    assert booking_of(house, lamp).leave_with == {
        "kind": "neighbour", "text": "leave the lamp with my neighbour Korhonen",
    }  # fmt: skip


def test_a_digit_says_which_delivery_as_well(api: Api, house: House) -> None:
    sofa, lamp = _named(api, "sofa", 1), _named(api, "lamp", 2)
    with house.database.write() as conn:
        conn.execute(update(tables.metadata.tables["message"]).values(
            created_at=NOW - timedelta(days=1)))  # fmt: skip
    _says(house, "where is it?")
    asked = lamp if told(house, lamp)[-1][0] == "which_delivery" else sofa
    first = _talk(house, asked).menu[1]["reference"]
    _says(house, "2")
    assert told(house, first)[-1][0] == "where_is_it"


def test_two_questions_at_once_are_told_apart(api: Api, house: House) -> None:
    sofa, lamp = _named(api, "sofa", 1), _named(api, "lamp", 1)
    for each in (sofa, lamp):
        says(api, each, "delayed", at=house.clock(), minutes=90)
    work(house)
    before = booking_of(house, sofa), booking_of(house, lamp)
    _says(house, "2")
    assert (booking_of(house, sofa), booking_of(house, lamp)) == before
    assert "which_delivery" in {told(house, sofa)[-1][0], told(house, lamp)[-1][0]}
    _says(house, "the lamp")
    assert booking_of(house, sofa) == before[0]


def test_the_nearest_points_are_a_menu_and_one_is_taken(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    before = booking_of(house, ref)
    _says(house, "could I pick it up from a pickup point instead?")
    name, body = told(house, ref)[-1]
    assert name == "which_place"
    menu = _talk(house, ref).menu
    assert len(menu) == 3
    assert all(each["name"] in body for each in menu)
    _says(house, "2")
    after = booking_of(house, ref)
    assert after.option["place"]["id"] == menu[1]["place"]
    assert after.kind != "to_door"
    assert after.option["price"] == before.option["price"]
    assert told(house, ref)[-1][0] == "place_changed"
    assert _taken(house, before.slot_id) == 0


NEARBY = "Vaasankatu 3 B 4, 00500 Helsinki"
SAYING_IT = (f"can you bring it to {NEARBY} instead?", f"My new address is {NEARBY}",
             "tuo vaasankatu 3 B 4, 00500 hki")  # fmt: skip


@pytest.mark.parametrize("said", SAYING_IT)
@pytest.mark.parametrize("yes", ["1", "yes"])
def test_an_address_on_the_same_round_is_asked_back_and_gone_to(
    api: Api, house: House, said: str, yes: str
) -> None:
    ref = booked(api)["reference"]
    before = booking_of(house, ref)
    _says(house, said)
    name, body = told(house, ref)[-1]
    assert name == "confirm_place"
    assert NEARBY.casefold() in body.casefold()
    assert booking_of(house, ref) == before
    _says(house, yes)
    after = booking_of(house, ref)
    assert after.destination["street"].casefold() == "vaasankatu 3 b 4"
    assert after.destination["postcode"] == "00500"
    assert (after.window, after.slot_id, after.option) == (
        before.window, before.slot_id, before.option,
    )  # fmt: skip
    name, body = told(house, ref)[-1]
    assert name == "place_changed"
    assert NEARBY.casefold() in body.casefold()
    assert _says_nothing_new(house, ref, said)


def _says_nothing_new(house: House, ref: str, said: str) -> bool:
    """The same address once more: there it goes already."""
    before = booking_of(house, ref)
    _says(house, said)
    return booking_of(house, ref) == before and told(house, ref)[-1][0] != "confirm_place"


@pytest.mark.parametrize("no", ["2", "no"])
def test_an_address_that_was_not_meant_is_for_a_person(api: Api, house: House, no: str) -> None:
    ref = booked(api)["reference"]
    before = booking_of(house, ref)
    _says(house, SAYING_IT[0])
    _says(house, no)
    assert told(house, ref)[-1][0] == "handed_over"
    assert booking_of(house, ref) == before


def test_an_address_on_another_round_is_for_a_person(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    before = booking_of(house, ref)
    _says(house, "please bring it to my new address Tapiontori 1, 02100 Espoo")
    assert told(house, ref)[-1][0] == "handed_over"
    assert booking_of(house, ref) == before


def _taken(house: House, slot_id: int | None) -> int:
    with house.database.read() as conn:
        found = conn.scalar(select(tables.slot.c.taken).where(tables.slot.c.id == slot_id))
    assert found is not None
    return int(found)


SAID = [
    ("the door code is 1234", "noted", "answered"),
    ("leave it behind the garage please", "place_changed", "answered"),
    ("send it to my new address Mannerheimintie 5", "handed_over", "with_person"),
    ("where is it?", "where_is_it", "answered"),
    ("the glass was broken", "handed_over", "with_person"),
    ("please cancel my order", "confirm_cancel", "answered"),
    ("I am driving and will reply later. This is an automatic reply.", None, "answered"),
]


def test_what_is_said_and_done_about_each_kind_of_reply(api: Api, house: House) -> None:
    for number, (text, notice, state) in enumerate(SAID):
        phone = f"+3584011100{number:02}"
        ref = booked(api, recipient=AINO | {"phone": phone})["reference"]
        leave(house)
        window, count = booking_of(house, ref).window, len(told(house, ref))
        _says(house, text, sender=phone)
        assert booking_of(house, ref).window == window
        said = told(house, ref)[count:]
        assert [name for name, _ in said] == ([notice] if notice else []), text
        with house.database.read() as conn:
            newest = select(reply.c.state).order_by(reply.c.id.desc()).limit(1)
            assert conn.scalar(newest) == state, text
    with house.database.read() as conn:
        assert reply_audit.violations(conn, now=house.clock()) == []


def test_a_note_is_kept_for_the_driver_and_shown_to_the_shop(api: Api, house: House) -> None:
    ref = booked(api, note="third floor")["reference"]
    _says(house, "buzzer is broken, call me at the gate", "ovikoodi 4321")
    shown = api.get(f"/v1/bookings/{ref}").json()
    assert shown["notes"][0]["source"] == "shop"
    assert "ovikoodi 4321" in [each["text"] for each in shown["notes"]]


@pytest.mark.parametrize(
    ("answer", "state"), [("1", "cancelled"), ("2", "booked"), ("no", "booked")]
)
def test_calling_off_is_asked_for_first(api: Api, house: House, answer: str, state: str) -> None:
    ref = booked(api)["reference"]
    _says(house, "cancel my order please")
    assert booking_of(house, ref).state == "booked"
    _says(house, answer)
    assert booking_of(house, ref).state == state


def test_what_is_not_in_time_is_said_honestly_and_a_person_looks(
    api: Api, house: House, clock: Any
) -> None:
    ref = booked(api)["reference"]
    over = booking_of(house, ref).window.end - house.clock() + timedelta(minutes=5)
    clock.forward(minutes=over.total_seconds() / 60)
    _says(house, "where is my parcel??")
    name, body = told(house, ref)[-1]
    assert name == "where_is_it"
    assert "sorry" in body
    talk = _talk(house, ref)
    assert talk.state == "waiting"
    assert talk.answer_by is not None


def test_a_rating_is_kept_and_a_low_one_reaches_a_person(api: Api, house: House) -> None:
    states = {}
    for score in ("9", "3 the driver was rude"):
        ref = booked(api, recipient=AINO | {"phone": f"+35840333000{score[0]}"})["reference"]
        with house.database.write() as conn:
            booking = bookings.get(conn, ref)
            conversations.ask(conn, booking, "feedback", [], until=NOW + timedelta(days=2),
                              now=NOW)  # fmt: skip
        _says(house, score, sender=f"+35840333000{score[0]}")
        with house.database.read() as conn:
            [kept] = feedback.of(conn, ref)
        assert kept["score"] == int(score[0])
        assert told(house, ref)[-1][0] == "feedback_thanked"
        states[score[0]] = _talk(house, ref).state
    assert states == {"9": "quiet", "3": "waiting"}


def test_two_machines_do_not_talk_for_long(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    limit = house.settings.replies.most_answers
    _says(house, *(f"where is it? ({number})" for number in range(limit + 4)))
    names = [name for name, _ in told(house, ref)]
    assert names.count("where_is_it") == limit
    assert _talk(house, ref).state == "waiting"


def test_pressed_twice_is_one_answer(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    says(api, ref, "delayed", at=house.clock(), minutes=90)
    work(house)
    leave(house)
    writes(house, "2")
    writes(house, "2")
    work(house)
    assert [name for name, _ in told(house, ref)].count("rescheduled") == 1
    assert told(house, ref)[-1][0] == "rescheduled"


def test_a_wish_never_to_be_texted_comes_first(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    count = len(told(house, ref))
    _says(house, "please don't text me any more")
    with house.database.read() as conn:
        assert consent.has_stopped(conn, PHONE)
        assert [each["source"] for each in consent.log_of(conn, PHONE)] == ["reply"]
    assert len(told(house, ref)) <= count  # what waited is held back, and nothing is added


def test_the_audit_finds_what_a_careless_twin_forgets(api: Api, house: House, clock: Any) -> None:
    ref = booked(api)["reference"]
    _says(house, "call me please")
    auditor = auditing.Auditor()
    assert auditor.look(house, now=house.clock()) == []
    with house.database.write() as conn:  # the twin: with a person, and nobody waits for one
        conn.execute(update(tables.conversation).values(state="quiet", answer_by=None))
    assert auditor.look(house, now=house.clock()) == []  # seen once is not yet forgotten
    [wrong] = auditor.look(house, now=house.clock())
    assert wrong.endswith("is with nobody")
    writes(house, "hello?")
    clock.forward(minutes=3)
    auditor.look(house, now=house.clock())
    assert len(auditor.look(house, now=house.clock())) == 2
    with house.database.read() as conn:
        assert len(conn.scalars(select(task.c.id)).all()) == 2
    assert ref


def test_a_digit_that_comes_late_answers_no_newer_question(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    with house.database.write() as conn:  # fetched from the provider: written an hour ago
        inbox.keep_reply(
            conn, provider_id="SM" + "7" * 32, sender=PHONE, recipient="+358401000000", body="2",
            now=NOW - timedelta(hours=1),
        )  # fmt: skip
    says(api, ref, "delayed", at=house.clock(), minutes=90)
    before = booking_of(house, ref).window
    work(house)
    assert booking_of(house, ref).window == before.shifted(timedelta(minutes=90))
    assert told(house, ref)[-1][0] == "not_understood"


def test_a_fee_is_said_before_and_taken_back_with_the_move(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    town = TOWN.read_text("utf-8").replace("[services.home]", "[services.home]\nmove_fee = 490")
    with house.database.write() as conn:
        house.catalogues.load(conn, town, NOW)
    _says(house, "friday 17-19")
    assert booking_of(house, ref).charges == []
    name, body = told(house, ref)[-1]
    assert name == "confirm_time"
    assert "4.90" in body
    _says(house, "1")
    moved = booking_of(house, ref)
    assert [(each["code"], each["amount"]) for each in moved.charges] == [("move", 490)]
    assert moved.window.start.date().isoformat() == "2026-03-13"
    _says(house, "0")
    assert booking_of(house, ref).charges == []
