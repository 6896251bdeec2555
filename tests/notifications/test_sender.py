"""Whatever goes wrong on the way, each message arrives once or is known not to have."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from notifications import consent, outbox
from notifications.providers.base import Accepted, OutcomeUnknown
from notifications.providers.console import Console
from notifications.sender import Sender
from tests.notifications.conftest import AINO, UNSURE_FOR, Office, Word, wall
from tests.postgres import free_port

PEOPLE = [f"+35840123450{number}" for number in range(8)]
AFTER = ["500_after", "cut_after", "no_sid_after"]


def until(office: Office, states: set[str], seconds: float = 8.0) -> list[str]:
    """Wait for receipts to bring every message into one of these states."""
    end = time.monotonic() + seconds
    while not set(office.states()) <= states:
        assert time.monotonic() < end, office.states()
        time.sleep(0.02)
    return office.states()


def test_messages_leave_and_receipts_say_that_they_arrived(office: Office) -> None:
    office.post(*PEOPLE)
    assert office.send() == len(PEOPLE)
    until(office, {"delivered"})
    assert {row.provider_id for row in office.rows()} == {
        m["sid"] for m in office.stand_in.messages
    }
    assert all(each.outcome == "accepted" for each in office.attempts())


@pytest.mark.parametrize("fault", AFTER)
def test_no_answer_after_acceptance_is_settled_by_the_receipt(office: Office, fault: str) -> None:
    office.stand_in.fail_next(fault, 3)
    office.post(*PEOPLE)
    office.send()
    until(office, {"delivered"})
    assert len(office.bodies()) == len(PEOPLE)


@pytest.mark.parametrize("fault", [*AFTER, "late"])
def test_without_receipts_the_provider_is_asked_what_it_has(
    quiet_office: Office, fault: str
) -> None:
    office = quiet_office
    office.stand_in.fail_next(fault, 3, seconds=1.0)
    office.post(*PEOPLE)
    office.send(seconds=0.5)
    assert office.states().count("unsure") == 3
    time.sleep(0.5)
    office.send()
    assert office.states() == ["sent"] * len(PEOPLE)
    assert len(office.bodies()) == len(PEOPLE)


def send_until(office: Office, done: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not done():
        assert time.monotonic() < end, office.states()
        time.sleep(0.1)
        office.send()


@pytest.mark.parametrize("fault", ["500_before", "hide"])
def test_only_after_two_misses_is_it_sent_again(quiet_office: Office, fault: str) -> None:
    office = quiet_office
    office.stand_in.fail_next(fault, seconds=0.9)
    if fault == "hide":  # accepted, unanswered, and for a while not listed either
        office.stand_in.faults.clear()
        office.stand_in.fail_next("hide_late", seconds=1.8)
    office.post(AINO)
    office.send(seconds=0.3)
    assert office.states() == ["unsure"]
    looks = [wall()]

    def missed() -> bool:
        looks.append(wall())
        return bool(office.rows()[0].misses == 1)

    send_until(office, missed)
    assert office.states() == ["unsure"]
    # The second look keeps its distance: half of the grace after the first.
    assert office.rows()[0].lease_until >= looks[-2] + UNSURE_FOR / 2
    if fault == "hide":
        time.sleep(1.0)
    send_until(office, lambda: office.states() == ["sent"])
    assert len(office.bodies()) == 1
    assert len(office.attempts()) == (2 if fault == "500_before" else 1)


def test_an_unsure_one_that_is_too_late_is_not_sent_again(quiet_office: Office) -> None:
    office = quiet_office
    office.stand_in.fail_next("500_before")
    office.post(AINO, not_after=wall() + timedelta(seconds=0.5))
    office.send()
    for _ in range(3):
        time.sleep(0.45)
        office.send(turns=2)
    assert office.states() == ["unsure"]
    assert office.bodies() == []
    assert office.rows()[0].lease_until is None  # nobody looks any more


def test_the_same_words_twice_are_two_messages(quiet_office: Office) -> None:
    office = quiet_office
    office.stand_in.fail_next("500_before")
    with office.database.write() as conn:
        for number in range(3):
            outbox.post(conn, office.texts, Word("the same"), to=AINO, locale="en", about="B1",
                        dedupe_key=f"same{number}", now=wall())  # fmt: skip
    for _ in range(4):
        office.send(turns=2)
        time.sleep(0.45)
    assert office.states() == ["sent"] * 3
    assert len({row.provider_id for row in office.rows()}) == 3
    assert len(office.bodies()) == 3


def test_429_waits_as_long_as_asked_and_holds_nobody_else(office: Office) -> None:
    office.stand_in.fail_next("429", retry_after=120)
    office.post(*PEOPLE)
    began = wall()
    office.send()
    waiting = [row for row in office.rows() if row.state == "queued"]
    assert len(waiting) == 1
    assert len(office.bodies()) == len(PEOPLE) - 1
    assert waiting[0].error == "20429"
    assert timedelta(seconds=120) <= waiting[0].due_at - began <= timedelta(seconds=125)


def test_a_provider_that_is_down_costs_nothing_but_time(office: Office) -> None:
    office.post(*PEOPLE)
    office.send(base_url=f"http://127.0.0.1:{free_port()}")
    assert office.states() == ["queued"] * len(PEOPLE)
    assert {each.outcome for each in office.attempts()} == {"later"}
    time.sleep(1.05)
    office.send()
    assert len(office.bodies()) == len(PEOPLE)


def test_a_wrong_token_of_ours_loses_no_message(office: Office) -> None:
    office.post(AINO)
    office.stand_in.account_sid = "AC" + "f" * 32
    office.send()
    assert office.states() == ["queued"]
    assert office.rows()[0].error == "20003"


def test_a_bad_number_is_never_tried_again(office: Office) -> None:
    office.stand_in.fail_next("refuse", code=21211)
    office.post(AINO)
    office.send(turns=3)
    assert office.states() == ["failed"]
    assert office.rows()[0].error == "21211"
    assert len(office.attempts()) == 1


def test_who_has_told_the_provider_to_stop_is_remembered(office: Office) -> None:
    office.stand_in.ledger.hear(AINO, "STOP")  # we never saw that one
    office.post(AINO, PEOPLE[3])
    office.send()
    assert office.states()[0] == "suppressed"
    with office.database.read() as conn:
        assert consent.suppressed(conn, [AINO, PEOPLE[3]]) == {AINO}
    office.post(AINO, text="later")
    assert office.send() == 0


class Stubborn:
    """Keeps the contract of a provider badly: hangs, or raises what it should not."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def send(self, *_: object, **__: object) -> Accepted:
        if self._error is not None:
            raise self._error
        await asyncio.sleep(60)
        raise OutcomeUnknown("late")

    async def find(self, *_: object) -> list[object]:
        return []


@pytest.mark.parametrize("error", [None, RuntimeError("surprise"), OutcomeUnknown("reset")])
def test_no_provider_stops_the_loop(quiet_office: Office, error: Exception | None) -> None:
    quiet_office.post(*PEOPLE[:3])
    sender = quiet_office.sender(Stubborn(error), lease_for=timedelta(seconds=0.5))
    assert asyncio.run(sender.send_due()) == 3
    assert quiet_office.states() == ["unsure"] * 3


def test_the_console_prints_and_calls_it_delivered(office: Office) -> None:
    printed: list[str] = []
    office.post(AINO)
    asyncio.run(office.sender(Console(printed.append)).send_due())
    assert office.states() == ["delivered"]
    assert "Hello 0" in printed[0]


def test_it_runs_until_told_to_stop_and_wakes_at_once(office: Office) -> None:
    provider = office.twilio()
    sender = office.sender(provider, poll_for=timedelta(seconds=30))

    async def a_while() -> float:
        stop = asyncio.Event()
        running = asyncio.create_task(sender.run(stop))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(office.post, AINO)
        began = time.monotonic()
        sender.wake()
        while not office.bodies():
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        stop.set()
        sender.wake()
        await running
        await provider.close()
        return took

    assert asyncio.run(a_while()) < 5
    assert office.states()[0] in ("sent", "delivered")


def test_a_database_that_is_away_for_a_moment_loses_no_outcome(office: Office) -> None:
    away = [OSError("the database is away")] * 2

    def write_outcomes(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE attempt") and away:
            raise away.pop()

    office.post(*PEOPLE)
    provider = office.twilio()
    sender = Sender(office.database, provider, clock=wall, name="moody")

    async def once() -> None:
        await sender.send_due()
        await provider.close()

    event.listen(office.database.engine, "before_cursor_execute", write_outcomes)
    try:
        asyncio.run(once())
    finally:
        event.remove(office.database.engine, "before_cursor_execute", write_outcomes)
    assert not away
    assert len(office.bodies()) == len(PEOPLE)
    until(office, {"delivered"})
    assert len(office.bodies()) == len(PEOPLE)
