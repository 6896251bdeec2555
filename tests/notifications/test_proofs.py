"""What proves that a message was sent: a receipt before all, then the provider's list; and what is
left to people. Also where the same words went to the same person twice.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from delivery.store.engine import Database
from notifications import outbox, tasks
from notifications.channels import Channels, NamedSender
from notifications.outcomes import Outcome
from notifications.rescue import rescue
from notifications.tables import receipt
from tests.notifications.conftest import AINO, Office, Word, wall
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN
from tests.notifications.test_receipts import answer, begun, news, row, tell
from tests.postgres import free_port
from tests.together import at_once

GRACE, SECOND = timedelta(seconds=0.4), timedelta(seconds=1)


def same_words(office: Office, times: int) -> None:
    with office.database.write() as conn:
        for number in range(times):
            outbox.post(conn, office.texts, Word("the same"), to=AINO, locale="en", about="B1",
                        dedupe_key=f"same{number}", now=wall())  # fmt: skip


def open_tasks(office: Office) -> list[str]:
    with office.database.read() as conn:
        return [each.kind for each in tasks.list_open(conn)]


def two_rescuers(office: Office, turns: int, grace: timedelta = GRACE) -> None:
    """Both at once, over and over; what may leave again leaves."""
    senders = [
        office.sender(office.twilio(), name=f"rescuer {number}", unsure_for=grace)
        for number in range(2)
    ]

    async def work() -> None:
        for _ in range(turns):
            await asyncio.gather(*(each.rescue() for each in senders))
            await asyncio.gather(*(each.send_due() for each in senders))
            await asyncio.sleep(grace.total_seconds() / 2)
        for each in senders:
            await each._channels.close()

    asyncio.run(work())


@settings(deadline=None, max_examples=24, suppress_health_check=list(HealthCheck))
@given(
    order=st.permutations(["queued", "sent", "delivered", "undelivered"]),
    twice=st.booleans(), at=st.integers(0, 4),
)  # fmt: skip
def test_all_orders_of_four_end_alike(
    database: Database, order: list[str], twice: bool, at: int
) -> None:
    """A phone that has it has it, whatever else is said; our own answer comes somewhere between."""
    call = begun(database)
    sid = f"SM{call.message.id:032x}"
    told = order * (2 if twice else 1)
    for number, status in enumerate(told):
        if number == at:
            answer(database, Outcome(call, "accepted", provider_id=sid))
        tell(database, call, news(status, sid))
    if at >= len(told):
        answer(database, Outcome(call, "accepted", provider_id=sid))
    assert row(database, call)[:2] == ("delivered", sid)


def test_twenty_of_the_same_receipt_at_once_are_one(quiet_office: Office) -> None:
    office = quiet_office
    office.post(AINO)
    office.send()
    (tried,), (one,) = office.attempts(), office.rows()
    form = {"AccountSid": ACCOUNT, "From": FROM, "To": AINO, "MessageSid": one.provider_id,
            "MessageStatus": "delivered"}  # fmt: skip
    url = f"{office.url}/sms/receipts/{tried.id}"
    signed = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}

    def post() -> int:
        return requests.post(url, data=form, headers=signed, timeout=10).status_code

    assert at_once([post] * 20) == [204] * 20
    assert office.states() == ["delivered"]
    with office.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(receipt)).scalar_one() == 1


@pytest.mark.parametrize("taken", ["yes yes yes", "yes no yes", "no yes no"])
def test_the_same_words_thrice_are_three_whichever_were_taken(
    quiet_office: Office, taken: str
) -> None:
    for each in taken.split():
        quiet_office.stand_in.fail_next("503_after" if each == "yes" else "503_before")
    same_words(quiet_office, 3)
    quiet_office.send()
    assert quiet_office.states() == ["unsure"] * 3
    two_rescuers(quiet_office, 6)
    assert quiet_office.states() == ["sent"] * 3
    known = {each.provider_id for each in quiet_office.rows()}
    assert known == {each["sid"] for each in quiet_office.stand_in.messages}
    assert len(known) == 3


def test_a_twin_that_is_just_being_handed_over_is_not_taken_for_it(quiet_office: Office) -> None:
    """One was never taken; its twin is, at this moment: what the list shows is the twin."""
    office = quiet_office
    office.stand_in.fail_next("503_before")
    same_words(office, 1)
    office.send()
    time.sleep(0.5)
    office.stand_in.fail_next("late", seconds=1.0)
    same_words(office, 2)
    provider = office.twilio()
    sender = office.sender(provider)

    async def work() -> None:
        out = asyncio.create_task(sender.send_due())
        await asyncio.sleep(0.4)
        await sender.rescue()
        assert office.states() == ["unsure", "sending"]
        await out
        await provider.close()

    asyncio.run(work())
    two_rescuers(office, 6)
    assert office.states() == ["sent"] * 2
    assert len(office.bodies()) == len({each.provider_id for each in office.rows()}) == 2


def test_a_receipt_says_whose_it_is_where_the_list_could_not(quiet_office: Office) -> None:
    """Of two with the same words one was taken: the list gave it to the wrong one."""
    office = quiet_office
    office.stand_in.fail_next("503_before")
    office.stand_in.fail_next("503_after")
    same_words(office, 2)
    office.send()
    time.sleep(0.5)
    provider = office.twilio()
    channels = Channels([NamedSender("sms", "sms", provider)])

    async def one_turn() -> None:
        await rescue(office.database, channels, clock=wall, unsure_for=GRACE)
        await provider.close()

    asyncio.run(one_turn())
    assert sorted(office.states()) == ["sent", "unsure"]
    (taken,) = office.stand_in.messages
    given = next(each for each in office.rows() if each.provider_id)
    other = next(each for each in office.rows() if not each.provider_id)
    tried = next(each for each in office.attempts() if each.message_id == other.id)
    office.stand_in.ledger.get(taken["sid"]).callback = office.twilio().receipts_url(tried.id)  # type: ignore[union-attr]
    office.stand_in.end(taken["sid"], "delivered")
    end = time.monotonic() + 5
    while "delivered" not in office.states():
        assert time.monotonic() < end
        time.sleep(0.02)
    states = {each.id: each.state for each in office.rows()}
    assert states == {other.id: "delivered", given.id: "unsure"}
    two_rescuers(office, 5)
    assert sorted(office.states()) == ["delivered", "sent"]
    assert len(office.bodies()) == 2


def test_one_that_is_too_late_is_shown_and_a_receipt_settles_it(quiet_office: Office) -> None:
    office = quiet_office
    office.stand_in.fail_next("503_after", hidden=30)
    office.post(AINO, not_after=wall() + 1.2 * SECOND)
    office.send(unsure_for=SECOND)
    two_rescuers(office, 5, grace=SECOND)
    assert office.states() == ["unsure"]
    assert open_tasks(office) == ["unsure"]
    assert len(office.attempts()) == 1
    (taken,) = office.stand_in.messages
    office.stand_in.end(taken["sid"], "delivered")
    end = time.monotonic() + 5
    while office.states() != ["delivered"]:
        assert time.monotonic() < end, office.states()
        time.sleep(0.02)
    assert open_tasks(office) == []


def test_a_channel_that_cannot_be_asked_leaves_it_to_people(quiet_office: Office) -> None:
    office = quiet_office
    office.stand_in.fail_next("503_after")
    office.post(AINO)
    office.send()
    time.sleep(0.5)
    provider = office.twilio(base_url=f"http://127.0.0.1:{free_port()}")
    channels = Channels([NamedSender("sms", "sms", provider, has_receipts=False)])

    async def turns() -> None:
        for _ in range(3):
            await rescue(office.database, channels, clock=wall, unsure_for=GRACE)
        await provider.close()

    asyncio.run(turns())
    (one,) = office.rows()
    assert (one.state, one.lease_until) == ("unsure", None)
    assert open_tasks(office) == ["unsure"]


def test_a_failure_that_the_list_shows_has_its_consequences(quiet_office: Office) -> None:
    office = quiet_office
    office.stand_in.fail_next("503_after")
    office.post(AINO)
    office.send()
    (taken,) = office.stand_in.messages
    office.stand_in.ledger.move(taken["sid"], "undelivered", 30005)
    two_rescuers(office, 3)
    (one,) = office.rows()
    assert (one.state, one.error, one.provider_id) == ("failed", "30005", taken["sid"])
    assert open_tasks(office) == ["bad_number"]


def receipts_of(office: Office) -> list[Any]:
    with office.database.read() as conn:
        return list(conn.execute(select(receipt)))


def test_delivered_is_only_what_the_provider_said(quiet_office: Office) -> None:
    office = quiet_office
    office.post(AINO)
    office.send(turns=3)
    assert office.states() == ["sent"]
    assert receipts_of(office) == []
