"""A customer's own delivery over real HTTP: accept, move, undo, cancel, write; and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from delivery.flows.late import tell_late
from delivery.house import House
from delivery.store import bookings, conversations, page_notes
from delivery.store.tables import booking as booking_rows
from delivery.store.tables import slot
from tests.loopback import RunningServer
from tests.times import SettableClock
from tests.web.browsing import Browser, Page, at_door

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
REASON = {"en": "the van broke down", "fi": "auto hajosi"}


@pytest.fixture
def browser(server: RunningServer) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        yield browser


@pytest.fixture
def mine(browser: Browser) -> Page:
    """A home delivery, opened by its link."""
    return browser.my_delivery(at_door(browser.ask_options()))


def reference_of(page: Page) -> str:
    return urlsplit(page.url).path.split("/")[3]


def make_late(house: House, page: Page, minutes: int = 90) -> None:
    with house.database.write() as conn:
        tell_late(conn, house, references=[reference_of(page)], minutes=minutes, reason=REASON,
                  now=house.clock())  # fmt: skip


def test_the_link_opens_into_a_cookie_and_a_clean_address(
    browser: Browser, house: House, mine: Page
) -> None:
    assert urlsplit(mine.url).path == f"/my/delivery/{reference_of(mine)}"
    cookie = next(each for each in browser.http.cookies if each.name == "perille_my")
    assert cookie.path == urlsplit(mine.url).path
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert "Aino, we come" in mine.text
    assert "+358" not in mine.html
    assert mine.status == 200


def test_before_a_delay_there_is_no_letter_and_after_it_there_is(
    browser: Browser, house: House, mine: Page
) -> None:
    assert "we are about" not in mine.text
    make_late(house, mine)
    page = browser.open(mine.url)
    assert "Aino, we are about 90 minutes late." in page.text
    assert "The van broke down. The fault is ours." in page.text
    assert "Mikko, Kaari" in page.text
    assert "<s>" in page.html
    assert len(page.form("/move").choices) == 3
    assert "because the van broke down" in page.text
    for lang, said in (
        ("fi", ("Aino, myöhästymme noin 90 minuuttia.", "Auto hajosi. Vika")),
        ("sv", ("Aino, vi är cirka 90 minuter sena.", " i morgon, ons 11 mars kl. ")),
        ("el", (" Θα αργήσουμε περίπου 90 λεπτά.", " αύριο, Τετ 11 Μαρτίου, ")),
    ):
        text = browser.open(f"{mine.url}?lang={lang}").text
        assert all(each in text for each in said), lang


def test_fine_i_will_be_home_is_kept_once_for_each_promise(
    browser: Browser, house: House, mine: Page
) -> None:
    make_late(house, mine)
    form = browser.open(mine.url).form("/home")
    assert "Good, see you then." in browser.send(form).text
    browser.send(form)
    with house.database.read() as conn:
        booking = bookings.get(conn, reference_of(mine))
        assert page_notes.accepted(conn, booking)
    make_late(house, mine, 180)
    assert browser.open(mine.url).form("/home")


def test_one_press_moves_it_and_undo_brings_it_back(
    browser: Browser, house: House, mine: Page
) -> None:
    with house.database.read() as conn:
        before = bookings.get(conn, reference_of(mine))
    form = mine.form("/move")
    moved = browser.send(form, form.choices[0])
    assert "Moved. You can take it back until" in moved.text
    with house.database.read() as conn:
        after = bookings.get(conn, before.reference)
        taken = dict(conn.execute(select(slot.c.id, slot.c.taken)).all())  # type: ignore[arg-type]
    assert f"opt_home.s{after.slot_id}|0|1" == form.choices[0][1]
    assert (taken[before.slot_id or 0], taken[after.slot_id or 0]) == (0, 1)
    back = browser.send(moved.form("/undo"))
    assert "when the move was taken back" in back.text
    with house.database.read() as conn:
        assert bookings.get(conn, before.reference).window == before.window
    refused = browser.send(moved.form("/undo"))
    assert refused.status == 410
    assert "already on its way or its time is over" in refused.text


def test_any_free_time_of_the_calendar_can_be_taken(
    browser: Browser, house: House, mine: Page
) -> None:
    page = browser.open(f"{mine.url}/times?day=2026-03-16&width=60")
    assert "Monday 16 March" in page.text
    form = page.forms[0]
    wanted = form.choices[-1]
    assert "Moved." in browser.send(form, wanted).text
    with house.database.read() as conn:
        slot_id = bookings.get(conn, reference_of(mine)).slot_id
    assert wanted[1] == f"opt_home.s{slot_id}|0|1"


def test_a_time_that_just_went_changes_nothing_and_says_so(
    browser: Browser, house: House, mine: Page
) -> None:
    form = mine.form("/move")
    with house.database.read() as conn:
        before = bookings.get(conn, reference_of(mine))
    with house.database.write() as conn:
        conn.execute(update(slot).values(taken=slot.c.capacity))
    page = browser.send(form, form.choices[0])
    assert page.status == 409
    assert "Someone took it a moment before you. Nothing has changed." in page.text
    with house.database.read() as conn:
        assert bookings.get(conn, before.reference) == before


def test_a_fee_that_is_not_the_shown_one_moves_nothing(browser: Browser, mine: Page) -> None:
    form = mine.form("/move")
    option = form.choices[0][1].partition("|")[0]
    for fee in ("", "|", "|1", "|-1", "|x"):
        page = browser.send(form, ("option", f"{option}{fee}"))
        assert page.status == 409, fee
        assert "The price of moving changed. Nothing was moved." in page.text


def test_cancelling_is_asked_once_and_gives_the_place_back(
    browser: Browser, house: House, mine: Page
) -> None:
    page = browser.open(f"{mine.url}/cancel")
    assert "This cannot be undone here" in page.text
    gone = browser.send(page.form("/cancel"))
    assert "Aino, the delivery is cancelled." in gone.text
    with house.database.read() as conn:
        booking = bookings.get(conn, reference_of(mine))
        taken = conn.scalar(select(slot.c.taken).where(slot.c.id == booking.slot_id))
    assert (booking.state, taken) == ("cancelled", 0)
    assert browser.send(page.form("/cancel")).status == 200
    assert browser.open(f"{mine.url}/cancel").status == 410
    assert browser.open(f"{mine.url}/times").status == 410
    assert not [form for form in gone.forms if form.action.endswith("/move")]


def test_a_message_waits_for_a_person(browser: Browser, house: House, mine: Page) -> None:
    page = browser.send(mine.form("/messages"), body="Only after eight,\r\nplease. \x00<b>")
    assert "Your message is with Mikko" in page.text
    with house.database.read() as conn:
        waiting = conversations.waiting(conn)
        kept = page_notes.written(conn, reference_of(mine))
    assert [each["reference"] for each in waiting] == [reference_of(mine)]
    assert [each.text for each in kept] == ["Only after eight,\nplease. <b>"]
    assert "please. &lt;b&gt;" in page.html


NO_MESSAGES = ["", "  \n ", "x" * 1001]


@ONE_DATABASE
def test_no_message_and_too_long_ones_are_refused(browser: Browser, mine: Page) -> None:
    for body in NO_MESSAGES:
        page = browser.send(mine.form("/messages"), body=body)
        assert page.status == 422
        assert page.text.count("Write something, in at most 1,000 characters.") == 2


def link_of(browser: Browser) -> str:
    done = browser.order(at_door(browser.ask_options()))
    return next(link for link in done.links if "/my/" in link)


def test_wrong_tampered_revoked_and_old_links_are_one_page(
    browser: Browser, house: House, clock: SettableClock, server: RunningServer
) -> None:
    link = link_of(browser)
    token = link.rpartition("/")[2]
    swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
    wrong = ["x", swapped, token[:-1], token + "A", token.lower(), "A" * 22, "é" * 22, "A" * 3000,
             "%00", "delivery", "..%2f"]  # fmt: skip
    with Browser(server.url) as stranger:
        answers = {(page.status, page.html) for page in
                   (stranger.open(f"/my/{each}") for each in wrong)}  # fmt: skip
        assert len(answers) == 1
        ((status, html),) = answers
        assert status == 404
        assert "This link does not open a delivery" in html
        assert not stranger.http.cookies

        reference = reference_of(browser.open(link))
        answers.add((404, stranger.open(f"/my/delivery/{reference}").html))
        browser.http.cookies.clear()
        clock.forward(days=80)
        answers.add((404, stranger.open(link).html))
        clock.set(clock() - timedelta(days=80))
        with house.database.write() as conn:
            conn.execute(update(booking_rows).values(link_version=2))
        answers.add((404, stranger.open(link).html))
    assert len(answers) == 1


def test_one_link_opens_no_other_delivery(browser: Browser, server: RunningServer) -> None:
    first = browser.my_delivery()
    with Browser(server.url) as other:
        second = other.my_delivery(1)
        token = next(each.value for each in other.http.cookies if each.name == "perille_my")
        other.http.cookies.set("perille_my", token, path="/my")
        for path in ("", "/times", "/cancel"):
            assert other.open(f"{urlsplit(first.url).path}{path}").status == 404
        form = second.form("/messages")
        form.action = first.form("/messages").action
        assert other.send(form, body="Not mine").status == 404
    assert "Not mine" not in browser.open(first.url).text


STATES = {
    "on_the_way": "we come", "delivered": "it is delivered. Thank you.",
    "failed": "we could not deliver it.", "lost": "we have lost track of it.",
    "returned": "it went back to us.", "ready_for_pickup": "it is ready to fetch.",
}  # fmt: skip


@ONE_DATABASE
def test_every_state_has_its_words(browser: Browser, house: House, mine: Page) -> None:
    for state, said in STATES.items():
        with house.database.write() as conn:
            conn.execute(update(booking_rows).values(state=state))
        assert browser.open(f"{mine.url}?lang=fi").status == 200
        page = browser.open(f"{mine.url}?lang=en")
        assert said in page.text
        moving = [form for form in page.forms if form.action.endswith(("/move", "/home"))]
        assert bool(moving) == (state == "failed"), "after nobody was home it can be moved"


def test_it_may_be_left_elsewhere_or_fetched_from_a_point(
    browser: Browser, house: House, mine: Page
) -> None:
    page = browser.open(f"{mine.url}/place")
    empty = browser.send(page.form("/leave"), kind="neighbour", text=" ")
    assert empty.status == 422
    left = browser.send(page.form("/leave"), kind="neighbour", text="Korhonen, second floor")
    assert "Korhonen, second floor" in left.text
    with house.database.read() as conn:
        booking = bookings.get(conn, reference_of(mine))
    assert booking.leave_with == {"kind": "neighbour", "text": "Korhonen, second floor"}
    points = browser.open(f"{mine.url}/place").form("/fetch")
    assert len(points.choices) >= 3
    fetched = browser.send(points, points.choices[0])
    assert fetched.status == 200
    assert "when the place was changed" in fetched.text
    with house.database.read() as conn:
        booking = bookings.get(conn, booking.reference)
    assert booking.option["place"]["id"] == points.choices[0][1]
    assert browser.open(f"{mine.url}/place").status == 410 or booking.kind != "to_door"
