"""The console over real HTTP: telling a late van's people, answering."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from delivery.house import House
from delivery.store import bookings, conversations
from notifications import inbox, outbox
from tests.loopback import RunningServer
from tests.times import NOW, SettableClock
from tests.web.browsing import Browser, Page, at_door

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)


@pytest.fixture
def shopper(server: RunningServer) -> Iterator[Browser]:
    with Browser(server.url, "fi") as browser:
        yield browser


@pytest.fixture
def desk(server: RunningServer, house: House) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        browser.log_in(house)
        yield browser


def order(shopper: Browser, phone: str = "+358400000012") -> str:
    """A home delivery; its reference."""
    options = shopper.ask_options(phone=phone)
    form = options.form("/hold")
    held = shopper.send(form, form.choices[at_door(options)])
    done = shopper.send(next(each for each in held.forms if "/extend" not in each.action))
    return done.url.rpartition("/")[2]


def test_one_press_tells_everybody_in_the_van(
    desk: Browser, shopper: Browser, house: House
) -> None:
    references = [order(shopper), order(shopper, "+358400000013")]
    page = desk.open("/ops")
    assert "One van is out or about to be" in page.text
    assert "2 people" in page.text
    assert "nobody told" in page.text
    told = desk.send(page.form("/ops/late"))
    assert "Told now: 2. Knew already: 0." in told.text
    assert "everybody told" in told.text
    assert told.text.count("+90 min") == 2
    again = desk.send(page.form("/ops/late"))
    assert "Told now: 0. Knew already: 2." in again.text
    for reference in references:
        with house.database.read() as conn:
            last = outbox.history(conn, reference)[-1]
            promise = bookings.promises(conn, reference)[-1]
        assert last["notice"] == "delayed"
        assert "uto hajosi" in last["body"]
        assert promise.reason == {
            "en": "the van broke down",
            "fi": "auto hajosi",
            "sv": "bilen gick sönder",
            "el": "χάλασε το φορτηγάκι",
        }


NOT_OFFERED = [
    {"minutes": "9999"},
    {"minutes": "-90"},
    {"reason": "x"},
    {"root": "x"},
    {"root": "9" * 40},
    {"minutes": "\x00"},
]


@ONE_DATABASE
def test_only_what_the_form_offers_is_told(desk: Browser, shopper: Browser, house: House) -> None:
    for filled in NOT_OFFERED:
        reference = order(shopper)
        page = desk.send(desk.open("/ops").form("/ops/late"), **filled)
        assert page.status == 200
        with house.database.read() as conn:
            assert len(bookings.promises(conn, reference)) == 1


def test_a_delivery_is_found_by_order_and_by_phone(desk: Browser, shopper: Browser) -> None:
    reference = order(shopper)
    for sought in (reference, reference.lower(), "+358400000012", "0400000012"):
        page = desk.send(desk.open("/ops").form("/ops/find"), q=sought)
        assert page.url.endswith(f"/ops/deliveries/{reference}"), sought
        assert "Milestones" in page.text
    for sought in ("nobody", "", "\x00", "x" * 3000):
        assert desk.send(desk.open("/ops").form("/ops/find"), q=sought).status == 200
    assert "No delivery has this order" in desk.open("/ops/find?q=nobody").text


def wait_for_answer(shopper: Browser, reference: str) -> None:
    done = shopper.open(f"/demo/done/{reference}")
    page = shopper.open(next(link for link in done.links if "/my/" in link))
    shopper.send(page.form("/messages"), body="Vasta kahdeksan jälkeen!")


def open_first(desk: Browser) -> Page:
    page = desk.open("/ops/conversations")
    return desk.open(next(link for link in page.links if "/ops/conversations/" in link))


def test_a_waiting_conversation_is_read_answered_and_closed(
    desk: Browser, shopper: Browser, house: House, clock: SettableClock
) -> None:
    reference = order(shopper)
    wait_for_answer(shopper, reference)
    clock.forward(minutes=7)
    assert "1 wait" in desk.open("/ops/conversations").text
    page = open_first(desk)
    assert "by 13:00" in page.text
    assert "Answer by 13:00" in page.text
    assert page.text.count("Vasta kahdeksan jälkeen!") == 2
    assert "Writes in Finnish" in page.text
    assert desk.send(page.form("/answer"), text=" ").status == 422
    answered = desk.send(page.form("/answer"), text="Sopii, tulemme klo 20.")
    assert "Nobody waits" in answered.text
    with house.database.read() as conn:
        last = outbox.history(conn, reference)[-1]
    assert "Sopii, tulemme klo 20." in last["body"]
    assert "Mikko" in last["body"]
    desk.send(answered.form("/close"))
    with house.database.read() as conn:
        talk = conversations.of(conn, reference)
    assert talk
    assert talk.state == "closed"


def test_somebody_without_a_booking_is_answered_too(desk: Browser, house: House) -> None:
    with house.database.write() as conn:
        inbox.keep_reply(
            conn, provider_id="SM" + "1" * 32, sender="+358400000099", recipient="+358401000000",
            body="Who is this?", now=NOW,
        )  # fmt: skip
        kept = inbox.next_waiting(conn)
        assert kept
        inbox.settle(conn, kept.id, state="with_person", about=None, now=NOW)
    page = open_first(desk)
    assert "Who is this?" in page.text
    assert "+358400000099" not in page.text
    answered = desk.send(page.form("/answer"), text="We are a shop.")
    assert "We are a shop." in answered.text
    assert "Nobody waits" in desk.send(answered.form("/close")).text


NO_TALKS = ["nobody", "unknown-1", "unknown-x", "unknown-" + "9" * 30]


@ONE_DATABASE
def test_a_conversation_that_is_none_is_not_found(desk: Browser) -> None:
    for reference in NO_TALKS:
        assert desk.open(f"/ops/conversations/{reference}").status == 404


@ONE_DATABASE
def test_yesterday_is_over_and_tomorrow_is_seen(
    desk: Browser, shopper: Browser, clock: SettableClock, house: House
) -> None:
    order(shopper)
    assert "1 person" in desk.open("/ops").text
    clock.set(NOW + timedelta(days=3))
    desk.log_in(house)
    assert "Nothing needs you" in desk.open("/ops").text
