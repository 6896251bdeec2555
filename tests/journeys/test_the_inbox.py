"""The inbox in a real Chromium: taken, noted, answered and set right, on a desk and a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from delivery.house import House
from delivery.store import bookings, conversations, staff
from delivery.store.tables import booking as booking_table
from notifications import inbox
from tests.journeys.conftest import Running
from tests.journeys.visitor import DESK, PHONE, Visitor, visiting
from tests.loopback import RunningServer
from tests.times import NOW, SettableClock
from tests.web import browsing
from tests.web.browsing import LOGIN, PASSWORD, at_door

pytestmark = [
    pytest.mark.browser, pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
]  # fmt: skip

#: Who wrote what, in which language; how many minutes are left to answer.
PEOPLE = [
    ("Sigríður", "Þórsdóttir", "en", "This is the second time this week! Friday 12-16 then?", -5),
    ("Bo", "Ek", "sv", "kan ni lämna till grannen?", 9),
    ("Ελένη", "Παπαδοπούλου", "el", "μόνο μετά τις οκτώ παρακαλώ", 34),
    ("Ilmari", "Hämäläinen-Korhonen", "fi", "Mistä pakettiautomaatista siis?", 52),
]


@pytest.fixture
def desk(server: RunningServer, house: House, clock: SettableClock) -> Running:
    """A town with four people who wait, one of them for too long."""
    with house.database.write() as conn:
        staff.add(conn, LOGIN, "Mikko Rantanen", PASSWORD, now=NOW)
        staff.add(conn, "sanna", "Sanna Virtanen", PASSWORD, now=NOW)
    for number, (given, family, locale, text, left) in enumerate(PEOPLE):
        with browsing.Browser(server.url, locale) as shopper:
            options = shopper.ask_options(given_name=given, phone=f"+35840000020{number}")
            form = options.form("/hold")
            held = shopper.send(form, form.choices[at_door(options)])
            done = shopper.send(next(each for each in held.forms if "/extend" not in each.action))
        _write(house, done.url.rpartition("/")[2], family, locale, text, number, left)
    clock.forward(minutes=20)
    return Running(server.url, LOGIN, PASSWORD)


def _write(
    house: House, reference: str, family: str, locale: str, text: str, number: int, left: int
) -> None:
    later = NOW + timedelta(minutes=number + 1)
    with house.database.write() as conn:
        mine = booking_table.c.reference == reference
        conn.execute(update(booking_table).where(mine).values(family_name=family, locale=locale))
        booking = bookings.get(conn, reference)
        inbox.keep_reply(conn, provider_id=f"SM{number:032}", sender=booking.phone or "",
                         recipient="+358401000000", body=text, now=later)  # fmt: skip
        kept = inbox.next_waiting(conn)
        assert kept
        inbox.settle(conn, kept.id, state=inbox.WITH_PERSON, about=reference, now=later)
        conversations.hand_to_person(
            conn, booking, answer_by=NOW + timedelta(minutes=20 + left), now=later
        )


def log_in(visitor: Visitor) -> None:
    visitor.open("/ops/login")
    visitor.page.get_by_label("Login").fill(visitor.dev.login)
    visitor.page.get_by_label("Password").fill(visitor.dev.password)
    visitor.press("Log in")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_afternoon_at_the_inbox(
    desk: Running, chromium: Browser, size: tuple[int, int], clock: SettableClock
) -> None:
    with visiting(chromium, desk, size) as visitor:
        page = visitor.page
        log_in(visitor)
        visitor.open("/ops/conversations")
        menu = page.locator(".side summary")
        if menu.is_visible():
            menu.click()
            look(visitor, "0-menu")
            menu.click()
        names = page.locator("a.talk b").all_inner_texts()
        assert names == [f"{given} {family}" for given, family, *_ in PEOPLE]
        look(visitor, "1-list")
        page.locator("a.talk").first.click()
        expect(page.get_by_label("Your answer")).to_be_focused()
        look(visitor, "2-thread")

        visitor.press("Take it")
        visitor.sees("Mikko took it")
        clock.forward(minutes=1)
        page.get_by_text("Note for the desk").click()
        page.get_by_label("The customer never sees it").fill("Late on Tuesday too, same route.")
        visitor.press("Keep the note")
        visitor.sees("Mikko wrote for the desk")
        page.get_by_label("Ready answer").select_option(label="Sorry, it is late")
        expect(page.get_by_label("Your answer")).not_to_have_value("")
        page.get_by_label("Your answer").fill("You are right, and I am sorry. Friday it is.")
        clock.forward(minutes=1)
        visitor.press("Send")
        visitor.sees("Friday it is.")
        clock.forward(minutes=1)
        page.get_by_label("Goodwill, EUR").fill("99")
        visitor.press("Give it")
        visitor.sees("That is over your limit: €10.00 is left")
        look(visitor, "3-refused")
        page.get_by_label("Goodwill, EUR").fill("5")
        visitor.press("Give it")
        visitor.sees("Mikko gave €5.00")
        clock.forward(minutes=1)
        page.get_by_text("Meant something else?").first.click()
        look(visitor, "4-meant")
        page.get_by_role("button", name="Propose as an example").click()
        visitor.sees("Mikko said what was meant")
        look(visitor, "5-done")
        for name, path in (("6-examples", "/ops/examples"), ("7-today", "/ops"),
                           ("8-figures", "/ops/conversations/figures?days=7")):  # fmt: skip
            visitor.open(path)
            look(visitor, name)
        visitor.complaints = [each for each in visitor.complaints if "409" not in each]


def look(visitor: Visitor, name: str) -> None:
    visitor.picture(f"inbox-{name}")
    assert not visitor.scrolls_sideways(), name
