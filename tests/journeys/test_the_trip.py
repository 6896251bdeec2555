"""The whole trip, as a person takes it: choose, hold, pay, be told, answer, move."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Running
from tests.journeys.visitor import DESK, NARROW, PHONE, Visitor, visiting

pytestmark = pytest.mark.browser


def order(visitor: Visitor, phone: str) -> str:
    """From the basket to the promise; the reference."""
    page = visitor.page
    visitor.open("/demo")
    page.get_by_label("Phone number").fill(phone)
    visitor.picture("1-address")
    visitor.press("Show my delivery times")
    options = page.locator("label.opt")
    assert 2 <= options.count() <= 5
    visitor.picture("2-options")
    at_door = options.filter(has_text="Our own driver").first
    at_door.click()
    visitor.press("Hold this time")
    visitor.sees("This time is yours until")
    visitor.picture("3-held")
    visitor.press("Pay €")
    visitor.sees("It is booked, Aino")
    visitor.picture("4-booked")
    return page.locator(".pill").first.inner_text()


def log_in(visitor: Visitor) -> None:
    visitor.open("/ops")
    visitor.page.get_by_label("Login").fill(visitor.dev.login)
    visitor.page.get_by_label("Password").fill(visitor.dev.password)
    visitor.picture("6-login")
    visitor.press("Log in")


def tell_late(visitor: Visitor, reference: str) -> None:
    """Press the button of whichever van carries this delivery."""
    visitor.picture("7-today")
    before = visitor.page.locator(".need form").count()
    assert before >= 1
    for number in range(before):
        visitor.page.locator(".need form").nth(number).locator("button").click()
        visitor.sees("Told now: ")
        if "Told now: 0" not in visitor.page.locator(".note").first.inner_text():
            break
    visitor.picture("8-told")
    visitor.open(f"/ops/deliveries/{reference}")
    visitor.sees("because the van broke down")
    visitor.picture("9-delivery")


def choose_a_time(visitor: Visitor) -> None:
    """In the week's grid on a desk, in the list of one day on a phone."""
    page = visitor.page
    if page.locator("table.grid").is_visible():
        page.locator("label.slot").last.click()
        return
    page.locator(".week a:not(.none)").last.click()
    page.locator("label.opt").first.click()


def trip(visitor: Visitor, phone: str) -> None:
    page = visitor.page
    reference = order(visitor, phone)
    visitor.follow("See the message on the telephone")
    visitor.sees("Mikko at Kaari")
    visitor.sees("Hi Aino")
    visitor.picture("5-telephone")

    log_in(visitor)
    tell_late(visitor, reference)

    visitor.open(f"/demo/phone?number={phone.replace('+', '%2B')}")
    visitor.sees("the van broke down")
    visitor.sees("or write in your own words")  # the message itself, not only its cause
    second = re.search(r"^2 (.+)$", page.locator("#thread").inner_text(), re.M)
    assert second, "the delay notice lists three times"
    page.get_by_label("Reply", exact=True).fill("2")
    visitor.press("Send")
    visitor.sees("the customer moved it")
    visitor.sees("Aino, moved")
    visitor.picture("10-answered")

    page.locator("#thread a").last.click()
    visitor.sees("Moved. You can take it back until")
    visitor.picture("11-my")
    visitor.press("Undo")
    visitor.sees("when the move was taken back")
    visitor.open(page.url.removeprefix(visitor.dev.url) + "/times")
    choose_a_time(visitor)
    visitor.picture("12-move")
    page.get_by_role("button", name="Move it here").filter(visible=True).click()
    visitor.sees("Moved. You can take it back until")
    visitor.picture("13-moved")


@pytest.mark.parametrize(
    ("size", "script", "phone"),
    [(PHONE, True, "+358 40 000 0101"), (DESK, True, "+358 40 000 0102"),
     (PHONE, False, "+358 40 000 0103")],
    ids=["phone", "desk", "phone without script"],
)  # fmt: skip
def test_the_whole_trip(
    dev: Running, chromium: Browser, size: tuple[int, int], script: bool, phone: str
) -> None:
    with visiting(chromium, dev, size, script=script) as visitor:
        trip(visitor, phone.replace(" ", ""))


def test_nothing_scrolls_sideways_on_the_narrowest_phone(dev: Running, chromium: Browser) -> None:
    with visiting(chromium, dev, NARROW) as visitor:
        order(visitor, "+358400000104")
        done = visitor.page.url.removeprefix(dev.url)
        my = visitor.page.locator("a[href^='/my/']").get_attribute("href")
        log_in(visitor)
        visitor.open(my or "")
        mine = visitor.page.url.removeprefix(dev.url)
        for path in ("/demo", "/demo/phone", done, mine, f"{mine}/times", f"{mine}/cancel", "/ops",
                     "/ops/conversations", "/nowhere"):  # fmt: skip
            visitor.open(path)
            assert not visitor.scrolls_sideways(), path
        visitor.complaints = [each for each in visitor.complaints if "404" not in each]


def test_the_first_tab_stop_skips_to_the_content(dev: Running, chromium: Browser) -> None:
    with visiting(chromium, dev, DESK) as visitor:
        visitor.open("/demo")
        visitor.page.keyboard.press("Tab")
        expect(visitor.page.locator("a.skip")).to_be_focused()


def test_an_error_takes_the_focus(dev: Running, chromium: Browser) -> None:
    with visiting(chromium, dev, PHONE) as visitor:
        visitor.open("/demo")
        visitor.page.get_by_label("Phone number").fill("040 1")
        visitor.press("Show my delivery times")
        expect(visitor.page.locator("[role=alert]")).to_be_focused()
        expect(visitor.page).to_have_title(re.compile("^Error: "))
        visitor.complaints = [each for each in visitor.complaints if "422" not in each]
