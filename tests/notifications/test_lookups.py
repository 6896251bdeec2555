"""A receipt that never comes: the provider is asked, thrice, and only it says delivered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from notifications.channels import Channels, NamedSender
from notifications.lookups import AFTER, look_up
from notifications.providers.base import ReceivedReceipt
from notifications.providers.twilio import Twilio
from notifications.tables import receipt
from tests.notifications.conftest import AINO, Office, wall
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN

HOUR = timedelta(hours=1)
#: A moment for clocks that differ.
BIT = timedelta(seconds=30)


class Counting(Twilio):
    """Counts what it is asked for."""

    def __init__(self, office: Office) -> None:
        super().__init__(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=office.url, sender=FROM,
            http=office.twilio()._http,
        )  # fmt: skip
        self.asked: Counter[str] = Counter()

    async def fetch(self, provider_id: str) -> ReceivedReceipt | None:
        self.asked[provider_id] += 1
        return await super().fetch(provider_id)


def sent(office: Office, *people: str) -> list[str]:
    """Sent, and no receipt has come; their ids at the provider."""
    office.post(*people or (AINO,))
    office.send()
    assert set(office.states()) == {"sent"}
    return [row.provider_id for row in office.rows()]


def asked_after(office: Office, *ages: timedelta, turns: int = 1) -> Counter[str]:
    """So many turns at once at each age; how often each message was asked for in all."""
    provider = Counting(office)
    channels = Channels([NamedSender("sms", "sms", provider)])

    async def all_turns() -> None:
        for age in ages:
            now = wall() + age
            several = [
                look_up(office.database, channels, clock=lambda now=now: now)  # type: ignore[misc]
                for _ in range(turns)
            ]
            await asyncio.gather(*several)
        await provider.close()

    asyncio.run(all_turns())
    return provider.asked


def kept(office: Office) -> list[str]:
    with office.database.read() as conn:
        return list(conn.execute(select(receipt.c.status).order_by(receipt.c.id)).scalars())


def test_what_arrived_without_a_receipt_is_found_out(quiet_office: Office) -> None:
    (sid,) = sent(quiet_office)
    quiet_office.stand_in.ledger.move(sid, "delivered")
    assert not asked_after(quiet_office, AFTER - BIT)
    assert quiet_office.states() == ["sent"]
    assert asked_after(quiet_office, AFTER + BIT) == {sid: 1}
    assert quiet_office.states() == ["delivered"]
    assert kept(quiet_office) == ["delivered"]
    assert not asked_after(quiet_office, HOUR, 7 * HOUR)


def test_it_is_asked_for_three_times_and_never_called_delivered(quiet_office: Office) -> None:
    (sid,) = sent(quiet_office)
    early = (AFTER + BIT, AFTER + 2 * BIT, HOUR - BIT)
    assert asked_after(quiet_office, *early) == {sid: 1}
    assert asked_after(quiet_office, HOUR + BIT, HOUR + 2 * BIT, 6 * HOUR - BIT) == {sid: 1}
    assert asked_after(quiet_office, 6 * HOUR + BIT, 48 * HOUR) == {sid: 1}
    (row,) = quiet_office.rows()
    assert row.state == "sent"
    assert row.looked_up_at is not None


def test_a_failure_found_out_has_its_consequences(quiet_office: Office) -> None:
    (sid,) = sent(quiet_office)
    quiet_office.stand_in.ledger.move(sid, "undelivered", 30005)
    asked_after(quiet_office, AFTER + BIT)
    (row,) = quiet_office.rows()
    assert (row.state, row.error) == ("failed", "30005")


def test_while_the_provider_is_down_no_time_is_used_up(quiet_office: Office) -> None:
    sids = sent(quiet_office, *(f"+3584012345{number:02}" for number in range(20)))
    quiet_office.stand_in.fail_next("lists_down", times=100)
    asked = asked_after(quiet_office, AFTER + BIT)
    assert sum(asked.values()) <= 4  # those that were out when the first one failed
    quiet_office.stand_in.faults.clear()
    for sid in sids:
        quiet_office.stand_in.ledger.move(sid, "delivered")
    assert asked_after(quiet_office, AFTER + BIT) == dict.fromkeys(sids, 1)
    assert set(quiet_office.states()) == {"delivered"}


def test_a_turn_is_bounded_and_two_at_once_share_the_work(quiet_office: Office) -> None:
    sids = sent(quiet_office, *(f"+3584012345{number:02}" for number in range(90)))
    first = asked_after(quiet_office, AFTER + BIT)
    assert sum(first.values()) == 40
    second = asked_after(quiet_office, AFTER + 2 * BIT, turns=2)
    assert first + second == Counter(dict.fromkeys(sids, 1))


def test_a_channel_without_receipts_is_not_asked(quiet_office: Office) -> None:
    sent(quiet_office)
    provider = Counting(quiet_office)
    channels = Channels([NamedSender("sms", "sms", provider, has_receipts=False)])

    async def turn() -> int:
        found = await look_up(quiet_office.database, channels, clock=lambda: wall() + 2 * AFTER)
        await provider.close()
        return found

    assert asyncio.run(turn()) == 0
    assert not provider.asked
    (row,) = quiet_office.rows()
    assert (row.state, row.looked_up_at is None) == ("sent", False)


def test_lookups_that_hang_hold_no_call(quiet_office: Office) -> None:
    office = quiet_office
    sent(office, *(f"+3584012345{number:02}" for number in range(30)))
    office.stand_in.fail_next("lists_down", times=100, seconds=3)
    provider = office.twilio()
    more: dict[str, Any] = {"look_up_after": timedelta(seconds=0.01)}
    sender = office.sender(provider, poll_for=timedelta(seconds=0.05), **more)

    async def both() -> float:
        stop = asyncio.Event()
        running = asyncio.create_task(sender.run(stop))
        await asyncio.sleep(0.6)  # its lookups are out
        began = time.monotonic()
        await asyncio.to_thread(office.post, AINO, text="meanwhile")
        while "meanwhile 0" not in office.bodies():
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        stop.set()
        await running
        await provider.close()
        return took

    assert asyncio.run(both()) < 2
