"""We were down, or what the provider posted was lost: it is fetched, and has one effect."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from notifications import consent, missed
from notifications.heard import keep_heard
from notifications.missed import fetch_missed
from notifications.providers.base import LookupFailed
from notifications.providers.twilio import Twilio
from notifications.providers.twilio_inbound import reply_of
from notifications.stand_in import speech
from notifications.tables import reply
from tests.notifications.conftest import ACCOUNT, AINO, FROM, TOKEN, Office, in_loop, wall
from tests.together import at_once

VEERA, OSKAR = "+358401111112", "+358401111113"
THREE_DAYS = timedelta(hours=72)


def fetch(office: Office, *, since: datetime | None = None, **more: Any) -> int:
    return fetch_missed(
        office.database, office.twilio(), since=since or wall() - THREE_DAYS, clock=wall, **more
    )


def kept(office: Office) -> list[Any]:
    with office.database.read() as conn:
        return list(conn.execute(select(reply).order_by(reply.c.id)))


def has_stopped(office: Office, number: str = AINO) -> bool:
    with office.database.read() as conn:
        return consent.has_stopped(conn, number)


def post(office: Office, sid: str) -> int:
    """As Twilio posts it, however late."""
    sms = office.stand_in.ledger.get(sid)
    assert sms is not None
    form, url = speech.reply(sms, ACCOUNT), f"{office.url}/sms/replies"
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature}
    return requests.post(url, data=form, headers=headers, timeout=10).status_code


def say(office: Office, number: str, body: str, *, lost: bool = True, hidden: float = 0.0) -> str:
    """A person writes; unless it is lost, it has been posted when this returns."""
    office.stand_in.fail_next("lost_replies", hidden=hidden)
    sid = office.stand_in.reply(number, body)
    if not lost:
        assert post(office, sid) == 200
    return sid


def test_three_replies_while_we_were_down_are_each_fetched_once(quiet_office: Office) -> None:
    office, calls = quiet_office, []
    office.post(AINO, OSKAR)
    here = say(office, VEERA, "came by itself", lost=False)
    began = wall()
    sids = [
        say(office, AINO, "Huomenna klo 17 👍"), say(office, OSKAR, "STOP"),
        say(office, VEERA, "leave it at the door"),
    ]  # fmt: skip
    assert fetch(office, on_reply=lambda: calls.append(1)) == 3
    rows = kept(office)
    assert [row.provider_id for row in rows] == [here, *sids]
    assert [(row.sender, row.body, row.recipient, row.state) for row in rows[1:]] == [
        (AINO, "Huomenna klo 17 👍", FROM, "waiting"), (OSKAR, "STOP", FROM, "keyword"),
        (VEERA, "leave it at the door", FROM, "waiting"),
    ]  # fmt: skip
    assert all(began - timedelta(seconds=1) <= row.received_at <= wall() for row in rows[1:])
    assert has_stopped(office, OSKAR)
    assert office.states() == ["queued", "suppressed"]
    assert fetch(office, on_reply=lambda: calls.append(1)) == 0
    # Twilio posts one of them after all.
    assert post(office, sids[1]) == 200
    assert kept(office) == rows
    assert calls == [1]
    with office.database.read() as conn:
        assert len(consent.log_of(conn, OSKAR)) == 1


def words_and_losses() -> list[tuple[str, tuple[str, ...], tuple[bool, ...]]]:
    """Every row of up to three words, any of them lost, each written by another phone."""
    cases = [
        (words, losses)
        for count in (1, 2, 3)
        for words in itertools.product(("STOP", "START"), repeat=count)
        for losses in itertools.product((True, False), repeat=count)
    ]
    return [(f"+35840200{number:04}", *case) for number, case in enumerate(cases)]


@pytest.mark.parametrize("looks", [True, False], ids=["ours", "one that looks at no order"])
def test_the_last_word_holds_whichever_of_them_were_lost(
    quiet_office: Office, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, reader = quiet_office, quiet_office.twilio()
    if not looks:
        monkeypatch.setattr(missed._Late, "_is_overtaken", lambda self: False)
    cases = words_and_losses()
    for number, words, losses in cases:
        for word, lost in zip(words, losses, strict=True):
            sms = office.stand_in.ledger.get(say(office, number, word))
            assert sms is not None
            if not lost:
                given = reader.read_reply(list(speech.reply(sms, ACCOUNT).items()))
                with office.database.write() as conn:
                    keep_heard(conn, given, now=wall())
    assert fetch(office) == sum(losses.count(True) for _, _, losses in cases)
    wrong = [each for each in cases if has_stopped(office, each[0]) is not (each[1][-1] == "STOP")]
    assert (wrong == []) is looks
    assert len(kept(office)) == sum(len(words) for _, words, _ in cases)


def test_a_word_at_the_desk_after_it_holds_too(quiet_office: Office) -> None:
    office, later = quiet_office, wall() + timedelta(seconds=10)
    for number, word in ((AINO, "STOP"), (VEERA, "START")):
        say(office, number, word)
    say(office, OSKAR, "STOP")
    with office.database.write() as conn:
        consent.opt_in(conn, AINO, source="desk", words="rang us", now=later, by="mikko")
        consent.opt_out(conn, VEERA, source="desk", words="rang us", now=later, by="mikko")
        # At about the same moment: nobody knows the order, and the stop stands.
        consent.opt_in(conn, OSKAR, source="desk", words="rang us", now=wall(), by="mikko")
    assert fetch(office) == 3
    assert [has_stopped(office, each) for each in (AINO, VEERA, OSKAR)] == [False, True, True]


def newest_first(office: Office) -> int:
    """The naive twin: only what was written after the newest we have."""
    rows = kept(office)
    return fetch(office, since=rows[-1].received_at if rows else None)


def with_overlap(office: Office) -> int:
    return fetch(office, since=wall() - timedelta(hours=2))


@pytest.mark.parametrize(("way", "finds"), [(with_overlap, True), (newest_first, False)])
def test_a_reply_that_is_listed_late_is_found(
    quiet_office: Office, way: Callable[[Office], int], finds: bool
) -> None:
    office = quiet_office
    sms = office.stand_in.ledger.get(say(office, AINO, "lost, and listed late", hidden=0.3))
    assert sms is not None
    assert sms.sent_at is not None
    sms.sent_at = sms.created_at = sms.sent_at - timedelta(seconds=20)
    say(office, VEERA, "posted since", lost=False)
    assert way(office) == 0
    time.sleep(0.35)
    assert way(office) == (1 if finds else 0)


def test_many_at_once_fetch_what_is_posted_at_the_same_time(quiet_office: Office) -> None:
    office = quiet_office
    sids = [say(office, AINO, word) for word in ("STOP", "one", "two", "three")]
    at_once([lambda: fetch(office), lambda: post(office, sids[0])] * 4)
    assert sorted(row.provider_id for row in kept(office)) == sorted(sids)
    with office.database.read() as conn:
        assert len(consent.log_of(conn, AINO)) == 1


def test_a_provider_that_cannot_be_asked_changes_nothing(quiet_office: Office) -> None:
    office = quiet_office
    say(office, AINO, "2")
    office.stand_in.fail_next("lists_down")
    with pytest.raises(LookupFailed):
        fetch(office)
    nobody = Twilio(account_sid=ACCOUNT, auth_token="wrong", public_url="", sender=FROM,
                    http=office.twilio()._http)  # fmt: skip
    with pytest.raises(LookupFailed):
        fetch_missed(office.database, nobody, since=wall() - THREE_DAYS, clock=wall)
    assert kept(office) == []
    assert fetch(office) == 1


def test_only_what_was_written_to_us_in_that_time_is_listed(quiet_office: Office) -> None:
    """The account has other numbers, and a service has numbers that nobody told us."""
    office, ledger = quiet_office, quiet_office.stand_in.ledger
    service, pool, other, more = "MG" + "a" * 32, "+358409990001", "+358409990002", "+358409990003"

    def add(to: str, body: str, *, age: float = 0, **more: Any) -> None:
        sms = ledger.add(AINO, to, body, direction="inbound", status="received", **more)
        sms.sent_at = sms.created_at = sms.created_at - timedelta(hours=age)

    add(FROM, "old", age=5)  # lists are newest first, and end there
    add(FROM, "nearly", age=3.1)
    ledger.add(pool, AINO, "ours", direction="outbound-api", status="sent",
               service=service).sent_at = wall()  # fmt: skip
    add(FROM, "first", age=2)
    add(FROM, "second \x00", age=1)
    add(pool, "of the service")
    add(more, "also of the service", service=service)
    add(other, "somebody else's")

    def heard(*ours: str, sender: str = "") -> list[str]:
        provider = Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=office.url, sender=sender,
            hears_at=ours, http=office.twilio()._http,
        )  # fmt: skip
        since = wall() - timedelta(hours=3)

        async def listed() -> list[str]:
            try:
                return [each.body for each in await provider.inbound_since(since)]
            finally:
                await provider.close()

        return in_loop(listed())  # type: ignore[no-any-return]

    assert heard(sender=FROM) == ["first", "second "]
    assert heard(FROM, other) == ["first", "second ", "somebody else's"]
    assert heard(service) == ["of the service", "also of the service"]
    assert heard(service, sender=FROM) == [
        "first", "second ", "of the service", "also of the service",
    ]  # fmt: skip
    assert heard("Kaari") == heard() == []


def test_what_json_can_say_and_no_database_keeps_is_left_out() -> None:
    read = reply_of("SM" + "a" * 32, AINO, FROM, "half \ud83d and \x00 kept", "1", wall())
    assert (read.body, read.media) == ("half  and  kept", 1)


def test_more_than_a_page_is_read_to_its_end(
    quiet_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.providers.twilio_inbound._PAGE", 3)
    bodies = [str(number) for number in range(10)]
    for body in bodies:
        say(quiet_office, AINO, body)
    assert fetch(quiet_office) == 10
    assert [row.body for row in kept(quiet_office)] == bodies
