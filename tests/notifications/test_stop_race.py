"""From STOP on no call begins, wherever the message stood at that moment."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from notifications import calling, consent
from notifications.channels import Channels, NamedSender, channels_of
from notifications.claims import Call, Claimed
from notifications.providers.console import Console
from tests.notifications.conftest import AINO, Office, wall

OTHER = "+358401234509"


def stop(office: Office, number: str) -> None:
    with office.database.write() as conn:
        consent.opt_out(conn, number, source="reply", words="STOP", now=wall())


def test_stop_between_claim_and_call_sends_nothing(quiet_office: Office) -> None:
    office = quiet_office
    office.post(AINO, OTHER)
    provider = office.twilio()

    def on_step(step: str) -> None:
        if step == "claimed":
            stop(office, AINO)

    async def once() -> None:
        await office.sender(provider, on_step=on_step).send_due()
        await provider.close()

    asyncio.run(once())
    assert office.states() == ["suppressed", "sent"]
    assert [each["to"] for each in office.stand_in.messages] == [OTHER]


def test_a_twin_that_asks_only_at_the_claim_sends(quiet_office: Office) -> None:
    """The same moment, without the question right before the call."""
    office = quiet_office
    office.post(AINO)
    provider = office.twilio()

    async def twin() -> None:
        claimed = Claimed(1, AINO, "Hello 0", 1, None)
        with office.database.read() as conn:
            assert not consent.suppressed(conn, [AINO])  # asked when it was claimed
        await asyncio.to_thread(stop, office, AINO)
        call = Call(claimed, "a", 1)
        channels = channels_of(provider, office.database)
        await calling.made(call, channels, asked=time.monotonic(), clock=wall,
                           on_step=lambda step: None)  # fmt: skip
        await provider.close()

    asyncio.run(twin())
    assert [each["to"] for each in office.stand_in.messages] == [AINO]


@pytest.mark.parametrize(("seconds", "kind"), [(0.0, "accepted"), (1.6, "later")])
def test_a_question_grown_old_is_no_permission(seconds: float, kind: str) -> None:
    call = Call(Claimed(1, AINO, "Hi", 1, None), "a", 1)
    said: list[str] = []

    async def made() -> Any:
        asked = time.monotonic() - seconds
        console = Channels([NamedSender("console", "sms", Console(said.append))])
        return await calling.made(call, console, asked=asked, clock=wall,
                                  on_step=lambda step: None)  # fmt: skip

    assert asyncio.run(made()).kind == kind
    assert bool(said) == (kind == "accepted")


def test_stop_in_the_middle_of_many(quiet_office: Office) -> None:
    office = quiet_office
    people = [f"+35840555{number:04}" for number in range(200)]
    office.post(*people)
    provider = office.twilio()
    stopped: list[tuple[str, int]] = []

    def on_step(step: str) -> None:
        if step == "attempted" and len(stopped) < 5:
            number = people[-1 - len(stopped)]
            stop(office, number)
            stopped.append((number, len(office.stand_in.messages)))

    async def once() -> None:
        await office.sender(provider, in_flight=16, on_step=on_step).send_due()
        await provider.close()

    asyncio.run(once())
    told = {each["to"] for each in office.stand_in.messages}
    assert len(stopped) == 5
    assert told == set(people) - {number for number, _ in stopped}
