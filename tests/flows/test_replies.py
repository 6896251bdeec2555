"""A customer writes: moved, asked or handed to a person, in one commit, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from delivery.flows import desk, replies
from delivery.house import House
from delivery.rules.windows import TimeWindow
from delivery.store import conversations, tables
from delivery.store import replies as kept_replies
from notifications.tables import reply
from tests.carrier import booking_of, leave, says, told, work, writes
from tests.loopback import Api
from tests.shopping import AINO, booked
from tests.times import NOW


def _delayed(api: Api, house: House, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    """A booking that is late, and the menu its customer was sent."""
    ref = booked(api, **more)["reference"]
    says(api, ref, "delayed", at=house.clock(), minutes=90)
    work(house)
    leave(house)
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    return ref, talk.menu


def _taken(house: House, slot_id: int | None) -> int:
    with house.database.read() as conn:
        found = conn.scalar(select(tables.slot.c.taken).where(tables.slot.c.id == slot_id))
    assert found is not None
    return int(found)


def _states(house: House) -> list[str]:
    with house.database.read() as conn:
        return list(conn.scalars(select(reply.c.state).order_by(reply.c.id)))


def _state(house: House, ref: str) -> str:
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    return talk.state


def _starts(moment: datetime, when: str) -> bool:
    return moment.isoformat().startswith(when)


def test_a_digit_takes_the_listed_time_at_once_and_zero_takes_it_back(
    api: Api, house: House
) -> None:
    ref, menu = _delayed(api, house)
    before = booking_of(house, ref)
    writes(house, "2")
    work(house)
    moved = booking_of(house, ref)
    assert moved.window == TimeWindow.from_json(menu[1]["window"])
    assert (_taken(house, before.slot_id), _taken(house, moved.slot_id)) == (0, 1)
    name, body = told(house, ref)[-1]
    assert name == "rescheduled"
    assert "0" in body
    assert _states(house) == ["answered"]
    writes(house, "0")
    work(house)
    back = booking_of(house, ref)
    assert back.slot_id == before.slot_id
    assert (_taken(house, before.slot_id), _taken(house, moved.slot_id)) == (1, 0)
    assert [name for name, _ in told(house, ref)].count("rescheduled") == 1  # the first is replaced


@pytest.mark.parametrize("text", ["tomorrow evening", "huomenna illalla", "Tomorrow 17-19 please"])
def test_a_day_with_its_part_moves_there(api: Api, house: House, text: str) -> None:
    ref, _ = _delayed(api, house)
    writes(house, text)
    work(house)
    window = booking_of(house, ref).window
    assert _starts(window.start, "2026-03-11T17:00")
    assert told(house, ref)[-1][0] == "rescheduled"


def test_a_wish_works_without_any_delay(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    writes(house, "could you come on thursday morning instead?")
    work(house)
    assert told(house, ref)[-1][0] == "confirm_time"
    writes(house, "yes please")
    work(house)
    assert _starts(booking_of(house, ref).window.start, "2026-03-12T")


@pytest.mark.parametrize("text", ["not tomorrow", "I'm not home tomorrow", "no"])
def test_a_refused_day_is_never_booked_and_other_times_are_listed(
    api: Api, house: House, text: str
) -> None:
    ref, _ = _delayed(api, house)
    before = booking_of(house, ref).window
    writes(house, text)
    work(house)
    assert booking_of(house, ref).window == before
    name, body = told(house, ref)[-1]
    assert name == "which_time"
    assert text == "no" or "tomorrow" not in body


def test_a_day_alone_with_many_times_is_asked_about(api: Api, house: House) -> None:
    ref, _ = _delayed(api, house)
    writes(house, "friday or saturday")
    work(house)
    assert told(house, ref)[-1][0] == "which_time"
    writes(house, "1")
    work(house)
    assert _starts(booking_of(house, ref).window.start, "2026-03-13")


def test_a_time_taken_meanwhile_is_answered_with_three_fresh_ones(api: Api, house: House) -> None:
    ref, menu = _delayed(api, house)
    slot = int(menu[1]["option"].rpartition("s")[2])
    with house.database.write() as conn:
        full = update(tables.slot).where(tables.slot.c.id == slot)
        conn.execute(full.values(taken=tables.slot.c.capacity))
    writes(house, "2")
    work(house)
    name, body = told(house, ref)[-1]
    assert name == "slot_gone"
    assert [line[0] for line in body.splitlines() if line[:2] in ("1 ", "2 ", "3 ")] == list("123")
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    assert menu[1]["option"] not in [each["option"] for each in talk.menu]


def test_not_understood_once_and_then_a_person(api: Api, house: House) -> None:
    ref, _ = _delayed(api, house)
    writes(house, "blargh 77x")
    work(house)
    assert told(house, ref)[-1][0] == "not_understood"
    writes(house, "blargh again")
    writes(house, "hello??")
    work(house)
    names = [name for name, _ in told(house, ref)]
    assert names.count("handed_over") == 1
    assert _state(house, ref) == "waiting"
    assert _states(house) == ["answered", "with_person", "with_person"]


PERSONAL = ("call me", "this is the third time!", "the vase is broken", "wrong number")


def test_what_we_cannot_do_goes_to_a_person_and_the_customer_is_told(
    api: Api, house: House
) -> None:
    for number, text in enumerate(PERSONAL):
        phone = f"+35840111000{number}"
        ref = booked(api, recipient=AINO | {"phone": phone})["reference"]
        before = booking_of(house, ref)
        writes(house, text, sender=phone)
        work(house)
        assert booking_of(house, ref) == before
        assert told(house, ref)[-1][0] == "handed_over", text
    assert set(_states(house)) == {"with_person"}


def test_yes_is_settled_quietly_and_thanks_are_answered_once(api: Api, house: House) -> None:
    ref, _ = _delayed(api, house)
    before = booking_of(house, ref), len(told(house, ref))
    for text in ("👍", "yes that works", "joo käy"):
        writes(house, text)
        work(house)
        assert (booking_of(house, ref), len(told(house, ref))) == before, text
    for text in ("thanks!", "ok kiitos", "🙏"):
        writes(house, text)
        work(house)
    assert [name for name, _ in told(house, ref)].count("you_are_welcome") == 1
    assert len(told(house, ref)) == before[1] + 1
    assert set(_states(house)) == {"answered"}


def test_a_menu_that_is_too_old_means_nothing(api: Api, house: House, clock: Any) -> None:
    ref, _ = _delayed(api, house)
    before = booking_of(house, ref).window
    clock.forward(minutes=house.settings.replies.menu_minutes)
    writes(house, "1")
    work(house)
    assert booking_of(house, ref).window == before


def test_a_stranger_is_kept_and_seen(api: Api, house: House) -> None:
    writes(house, "who are you?", sender="+358409999999")
    work(house)
    with house.database.read() as conn:
        assert [each.body for each in kept_replies.strangers(conn)] == ["who are you?"]


def test_with_two_deliveries_a_digit_answers_the_one_that_was_asked_about(
    api: Api, house: House
) -> None:
    asked, menu = _delayed(api, house)
    newer = booked(api)["reference"]
    writes(house, "1")
    work(house)
    assert booking_of(house, asked).window == TimeWindow.from_json(menu[0]["window"])
    assert booking_of(house, newer).version == 1


def test_a_keyword_that_was_settled_is_left_alone(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    writes(house, "STOP")
    with house.database.write() as conn:
        conn.execute(update(reply).values(state="keyword"))
    work(house)
    assert _states(house) == ["keyword"]
    assert len(told(house, ref)) == 1


def test_a_reply_that_breaks_goes_to_a_person_and_the_next_goes_on(api: Api, house: House) -> None:
    ref, _ = _delayed(api, house)
    with house.database.write() as conn:
        conn.execute(update(tables.conversation).values(menu=[{"option": 7}]))
    writes(house, "1")
    other = booked(api, recipient=AINO | {"phone": "+358407654321"})["reference"]
    writes(house, "thursday 17-19", sender="+358407654321")
    work(house)
    assert _states(house) == ["with_person", "answered"]
    assert _state(house, ref) == "waiting"
    assert booking_of(house, other).version == 2


class _PowerCut(BaseException):
    """The process is gone; nothing of ours gets to run."""


def _answer_and_crash(house: House) -> None:
    with house.database.write() as conn:
        waiting = replies.inbox.next_waiting(conn)
        assert waiting is not None
        replies._answered_or_aside(conn, house, waiting, house.clock())
        raise _PowerCut


def test_a_crash_in_between_leaves_the_reply_waiting_and_nothing_done(
    api: Api, house: House
) -> None:
    ref, _ = _delayed(api, house)
    before = booking_of(house, ref), len(told(house, ref))
    writes(house, "2")
    with pytest.raises(_PowerCut):
        _answer_and_crash(house)
    assert (booking_of(house, ref), len(told(house, ref))) == before
    assert _states(house) == ["waiting"]
    work(house)
    assert booking_of(house, ref).version == before[0].version + 1


def test_after_an_answer_the_customer_talks_with_that_person(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    writes(house, "can I pay with cash?")
    work(house)
    with house.database.write() as conn:
        desk.answer(conn, house, ref, "Yes, 1 or 2 notes are fine.", "Sanna", now=house.clock())
        desk.answer(conn, house, ref, "Yes, 1 or 2 notes are fine.", "Sanna", now=house.clock())
    assert [name for name, _ in told(house, ref)].count("answer") == 1
    assert told(house, ref)[-1][1].rstrip().endswith("Sanna at Kaari")
    before = booking_of(house, ref)
    writes(house, "1")
    writes(house, "tomorrow evening")
    work(house)
    assert booking_of(house, ref) == before
    assert _state(house, ref) == "waiting"
    assert [name for name, _ in told(house, ref)].count("handed_over") == 1
    with house.database.write() as conn:
        desk.close(conn, ref, now=house.clock() + timedelta(minutes=1))
    writes(house, "tomorrow 17-19")
    work(house)
    assert booking_of(house, ref).version == before.version + 1


def test_the_thread_is_in_time_order(api: Api, house: House) -> None:
    ref, _ = _delayed(api, house)
    writes(house, "blargh")
    work(house)
    with house.database.read() as conn:
        said = conversations.thread(conn, ref)
    assert [each["who"] for each in said] in (
        ["we", "we", "they", "we"], ["we", "we", "we", "they"], ["we", "we", "we", "we", "they"],
    )  # fmt: skip
    assert all(each["at"].tzinfo for each in said)
    assert house.clock() == NOW
