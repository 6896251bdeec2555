"""Which sender carries what, and what happens while one is not in order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from delivery.store.engine import Database
from notifications import breaker, tasks
from notifications.channels import Channels, NamedSender
from notifications.countries import Countries, country_of
from notifications.failures import Failure
from notifications.providers.base import Accepted, SendLater
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.tables import breaker as breaker_table
from notifications.tables import message
from notifications.twilio_http import TwilioHttp
from tests.notifications.conftest import ACCOUNT, AINO, FROM, TOKEN, Office, wall

OTHER = "+358401000001"
SWEDE, GREEK = "+46701234567", "+306912345678"
PEOPLE = [f"+35840123450{number}" for number in range(6)]


def twilio(office: Office, sender: str = FROM, *, broken: bool = False) -> Twilio:
    """`broken` = Twilio does not know its account."""
    return Twilio(
        account_sid="AC" + "f" * 32 if broken else ACCOUNT, auth_token=TOKEN,
        public_url=office.url, sender=sender,
        http=TwilioHttp(base_url=office.stand_in_url, timeout=5),
    )  # fmt: skip


def senders(office: Office, *, broken: tuple[str, ...] = (), **countries: str) -> list[NamedSender]:
    """FROM for every country; others by country."""
    named = [
        NamedSender(name, "sms", twilio(office, name, broken=name in broken), frozenset({country}))
        for country, name in countries.items()
    ]
    return [*named, NamedSender(FROM, "sms", twilio(office, broken=FROM in broken))]


class Now:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return wall() + self.ahead


def turn(office: Office, channels: Channels, clock: Any = wall, name: str = "test") -> int:
    """Send what is due; how many calls were begun."""

    async def run() -> int:
        sender = Sender(office.database, channels, clock=clock, name=name)
        begun = await sender.send_due()
        await channels.close()
        return begun

    return asyncio.run(run())


def open_now(database: Database) -> dict[str, breaker.Broken]:
    with database.read() as conn:
        return breaker.all_open(conn)


def to_do(database: Database) -> list[tasks.Task]:
    with database.read() as conn:
        return tasks.list_open(conn)


def carried(office: Office) -> dict[str, str]:
    return {each["to"]: each["from"] for each in office.stand_in.messages}


@pytest.fixture
def office(quiet_office: Office) -> Office:
    return quiet_office


def test_the_sender_is_picked_by_the_recipients_country(office: Office) -> None:
    office.post(AINO, SWEDE, GREEK)
    turn(office, Channels(senders(office, FI=OTHER, SE="Kaari")))
    assert carried(office) == {AINO: OTHER, SWEDE: "Kaari", GREEK: FROM}
    assert [row.carried_by for row in office.rows()] == [OTHER, "Kaari", FROM]


def test_a_single_sender_is_not_written_down(office: Office) -> None:
    office.post(AINO)
    turn(office, Channels(senders(office)))
    assert [(row.state, row.carried_by) for row in office.rows()] == [("sent", None)]


def test_the_second_sender_takes_over_in_the_same_call(office: Office) -> None:
    office.post(*PEOPLE)
    turn(office, Channels(senders(office, broken=(OTHER,), FI=OTHER)))
    assert office.states() == ["sent"] * len(PEOPLE)
    assert set(carried(office).values()) == {FROM}
    assert {each.number for each in office.attempts()} == {1}
    assert set(open_now(office.database)) == {OTHER}
    (task,) = to_do(office.database)
    assert task.kind == "sender"
    assert OTHER in task.text
    assert "20003" in task.text


def test_with_nobody_left_the_queue_is_held_and_nothing_is_lost(office: Office) -> None:
    clock = Now()
    office.post(*PEOPLE)
    turn(office, Channels(senders(office, broken=(FROM,))), clock)
    assert office.states() == ["queued"] * len(PEOPLE)
    clock.ahead = timedelta(seconds=20)  # their own waits are over
    tried = len(office.attempts())
    assert turn(office, Channels(senders(office, broken=(FROM,))), clock) == 0
    assert len(office.attempts()) == tried  # held: not one of them was even begun


def test_one_message_is_tried_and_when_it_works_the_rest_follows(office: Office) -> None:
    clock = Now()
    office.post(*PEOPLE)
    turn(office, Channels(senders(office, broken=(FROM,))), clock)
    clock.ahead = timedelta(minutes=5)
    before = len(office.attempts())
    assert turn(office, Channels(senders(office, broken=(FROM,))), clock) == 1
    assert len(office.attempts()) == before + 1
    assert len(to_do(office.database)) == 1
    clock.ahead += timedelta(minutes=16)  # mended meanwhile
    mended = Channels(senders(office))
    assert turn(office, mended, clock) == 1
    assert turn(office, mended, clock) == len(PEOPLE) - 1
    assert office.states() == ["sent"] * len(PEOPLE)
    assert open_now(office.database) == {}
    assert to_do(office.database) == []


def test_two_workers_try_one_message_between_them(office: Office) -> None:
    clock = Now()
    with office.database.write() as conn:
        conn.execute(
            insert(breaker_table).values(
                sender=FROM, opened_at=clock(), try_at=clock(), error="20003"
            )
        )
    office.post(*PEOPLE)
    both = [Channels(senders(office, broken=(FROM,)), office.database) for _ in range(2)]

    async def at_once() -> list[Any]:
        for each in both:
            with office.database.read() as conn:
                each.turns(conn, 10, clock())
        came = await asyncio.gather(
            *(each.send(AINO, "x", attempt=f"a{each!r}"[:9], not_after=None, now=clock())
              for each in both), return_exceptions=True,
        )  # fmt: skip
        for each in both:
            await each.close()
        return came

    codes = sorted(each.code for each in asyncio.run(at_once()) if isinstance(each, SendLater))
    assert codes == ["20003", "sender_held"]


@pytest.mark.parametrize("fault", ["429", "500_before", "500_after", "cut_after", "late"])
def test_a_busy_or_slow_provider_opens_no_breaker(office: Office, fault: str) -> None:
    office.stand_in.fail_next(fault, 1000, seconds=0.3)
    office.post(*PEOPLE)
    named = [NamedSender(FROM, "sms", office.twilio(seconds=0.2))]
    turn(office, Channels(named))
    assert "sent" not in office.states()
    assert open_now(office.database) == {}
    assert to_do(office.database) == []


def test_one_country_that_is_closed_holds_no_other(office: Office) -> None:
    office.stand_in.fail_next("refuse", code=21408)
    office.post(SWEDE)
    channels = Channels(senders(office))
    turn(office, channels)
    assert set(open_now(office.database)) == {f"{FROM}/SE"}
    office.post(AINO, "+46707654321", text="more")
    turn(office, channels)
    assert list(carried(office)) == [AINO]
    assert office.states() == ["queued", "sent", "queued"]


def test_a_number_nobody_reaches_does_not_close_its_country_twice(office: Office) -> None:
    clock = Now()
    channels = Channels(senders(office))
    office.stand_in.fail_next("refuse", code=21612)
    office.post(AINO)
    turn(office, channels, clock)
    clock.ahead = timedelta(minutes=2)
    with office.database.write() as conn:  # a neighbour's message is the try, and arrives
        conn.execute(update(message).values(due_at=clock() + timedelta(hours=1)))
    office.post(PEOPLE[3], text="neighbour")
    turn(office, channels, clock)
    assert open_now(office.database) == {}
    office.stand_in.fail_next("refuse", code=21612)
    clock.ahead = timedelta(hours=2)
    turn(office, channels, clock)
    assert office.states() == ["failed", "sent"]
    assert open_now(office.database) == {}
    assert [each.kind for each in to_do(office.database)] == ["bad_number"]


class Postbox:
    """An e-mail provider that takes everything."""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    async def send(self, to: str, body: str, *, parts: Any, **_: Any) -> Accepted:
        self.parts.append(parts)
        return Accepted(f"mail-{to}")

    async def close(self) -> None:
        return None


def test_email_leaves_while_all_sms_are_held(office: Office) -> None:
    box = Postbox()
    mail = NamedSender("mail", "email", box, has_receipts=False)  # type: ignore[arg-type]
    office.post(*PEOPLE)
    row = {
        "notice": "word", "channel": "email", "recipient": "a@b.example", "locale": "en",
        "body": "x", "parts": {"subject": "News"}, "segments": 0, "about": "B1",
        "dedupe_key": "mail", "due_at": wall(), "created_at": wall(), "changed_at": wall(),
    }  # fmt: skip
    channels = Channels([*senders(office, broken=(FROM,)), mail])
    turn(office, channels)
    with office.database.write() as conn:
        conn.execute(insert(message).values(row))
    assert turn(office, channels) == 1
    assert box.parts == [{"subject": "News"}]
    with office.database.read() as conn:
        state = conn.execute(select(message.c.state).where(message.c.channel == "email"))
        assert state.scalar_one() == "sent"
    assert channels.has_receipts("sms")
    assert not channels.has_receipts("email")


def test_what_a_receipt_says_waits_for_a_person(office: Office) -> None:
    gone = Failure("30002", "configuration", "Our account was suspended.")
    with office.database.write() as conn:
        assert not breaker.report(conn, FROM, None, to=AINO, now=wall())
        assert breaker.report(conn, "sms", gone, to=AINO, now=wall())
    office.post(AINO)
    clock = Now()
    clock.ahead = timedelta(hours=1)
    assert turn(office, Channels(senders(office)), clock) == 0
    with office.database.write() as conn:
        breaker.try_now(conn, "sms", now=clock())
    assert turn(office, Channels(senders(office)), clock) == 1
    assert office.states() == ["sent"]
    assert open_now(office.database) == {}


def test_a_message_is_found_and_fetched_with_whoever_carried_it(office: Office) -> None:
    channels = Channels(senders(office, SE="Kaari"))
    office.post(AINO, SWEDE)
    turn(office, channels)
    rows = office.rows()

    async def ask() -> None:
        for row in rows:
            since = row.created_at - timedelta(minutes=1)
            found = await channels.find(row.recipient, row.body, since)
            assert [each.provider_id for each in found] == [row.provider_id]
            known = await channels.fetch(row.provider_id, carried_by=row.carried_by)
            assert known is not None
        await channels.close()

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("number", "country"),
    [(AINO, "FI"), ("+358181234567", "FI"), (SWEDE, "SE"), ("+12025550123", "US"),
     ("+14165550123", "CA"), ("+3069", ""), ("+999123", "")],
)  # fmt: skip
def test_countries_of_numbers(number: str, country: str) -> None:
    assert Countries({"FI", "SE", "US", "CA"}).of(number) == country


def test_a_country_is_named_even_when_none_was_asked_for() -> None:
    assert country_of(GREEK) == "GR"
    assert country_of("no number") == "ZZ"
