"""From STOP on no call begins, wherever the message stood at that moment."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from notifications import calling, claims, consent, gates, permission
from notifications.channels import Channels, NamedSender, channels_of
from notifications.claims import Call, Claimed
from notifications.permission import FRESH_SECONDS, Permission
from notifications.providers.console import Console
from notifications.tables import message
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
            # Claimed and begun are one statement: permission is that old, and asked for again.
            time.sleep(FRESH_SECONDS + 0.05)

    async def once() -> None:
        sender = office.sender(provider, on_step=on_step)
        await sender.send_due()
        assert office.states() == ["queued", "sent"]  # given back, and held back when next claimed
        await sender.send_due()
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
        once = Permission(office.database, wall, "me", [call], asked=time.monotonic())
        await calling.made(call, channels, permission=once, clock=wall,
                           on_step=lambda step: None)  # fmt: skip
        await provider.close()

    asyncio.run(twin())
    assert [each["to"] for each in office.stand_in.messages] == [AINO]


def begun(office: Office, *, seconds_ago: float) -> tuple[Call, Permission]:
    """An attempt at the only message, asked about so long ago."""
    now = wall()
    with office.database.write() as conn:
        taken = claims.claim(conn, "me", most=1, now=now, until=now + timedelta(minutes=1))
        calls = claims.begin(conn, "me", taken, now=now, until=now + timedelta(minutes=1))
    asked = time.monotonic() - seconds_ago
    return calls[0], Permission(office.database, wall, "me", calls, asked=asked)


@pytest.mark.parametrize("since", ["stop", "panic", "lost", "nothing"])
def test_a_question_grown_old_is_asked_again(office: Office, since: str) -> None:
    office.post(AINO)
    call, permission = begun(office, seconds_ago=FRESH_SECONDS + 0.01)
    said: list[str] = []
    with office.database.write() as conn:
        if since == "stop":
            consent.opt_out(conn, AINO, source="reply", words="STOP", now=wall())
        if since == "panic":
            gates.close(conn, gates.EVERYTHING, by="Mikko", now=wall())
        if since == "lost":  # a worker that was stopped for long: others asked the provider
            conn.execute(update(message).values(state="unsure", lease_by=None))

    async def made() -> Any:
        console = Channels([NamedSender("console", "sms", Console(said.append))])
        return await calling.made(call, console, permission=permission, clock=wall,
                                  on_step=lambda step: None)  # fmt: skip

    outcome = asyncio.run(made())
    if since == "nothing":
        assert (outcome.kind, len(said)) == ("accepted", 1)
    else:
        assert (outcome.kind, outcome.error, said) == ("later", "withdrawn", [])


def test_who_cannot_be_asked_is_not_called(office: Office) -> None:
    office.post(AINO)
    call, permission = begun(office, seconds_ago=1)
    with office.database.write() as conn:
        conn.execute(text("ALTER TABLE gate RENAME TO no_gate"))
    said: list[str] = []
    console = Channels([NamedSender("console", "sms", Console(said.append))])
    made = calling.made(call, console, permission=permission, clock=wall, on_step=said.append)
    assert asyncio.run(made).error == "not_fresh"
    assert said == []


class Watched(Channels):
    """Writes down when each call began."""

    def __init__(self, office: Office) -> None:
        super().__init__([NamedSender("twilio", "sms", office.twilio())])
        self.began: dict[str, float] = {}

    async def send(self, to: str, *rest: Any, **more: Any) -> Any:
        self.began[to] = time.monotonic()
        return await super().send(to, *rest, **more)


def longest_after_stop(office: Office) -> float:
    """Seconds from the commit of a stop to the last call to who had said it, while calls leave
    one by one over half a second after they were asked about."""
    people = [f"+35840555{number:04}" for number in range(30)]
    office.post(*people)
    channels, stopped = Watched(office), {}

    def on_step(step: str) -> None:
        if step == "attempted":
            with office.database.read() as conn:
                out = {each["to"] for one in people for each in consent.on_the_wire(conn, one)}
            if out - set(stopped):
                number = max(out - set(stopped))
                stop(office, number)
                stopped[number] = time.monotonic()

    async def once() -> None:
        sender = office.sender(channels, segments_per_second=20, on_step=on_step)
        await sender.send_due()
        await channels.close()

    asyncio.run(once())
    assert len(stopped) >= 3
    assert set(people) - set(stopped) <= set(channels.began)
    return max(
        (channels.began[number] - at for number, at in stopped.items() if number in channels.began),
        default=0.0,
    )


def test_no_call_begins_a_quarter_of_a_second_after_stop(quiet_office: Office) -> None:
    assert longest_after_stop(quiet_office) <= 0.25


def test_a_twin_that_asks_once_for_half_a_second_calls(
    quiet_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission, "FRESH_SECONDS", 1.5)
    assert longest_after_stop(quiet_office) > 0.25


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
