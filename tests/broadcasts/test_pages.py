"""Broadcasts at the desk, by a browser without script: composed, counted, sent, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from delivery.flows import broadcast_feeding
from delivery.house import House
from delivery.store.tables import broadcast
from notifications import gates
from notifications.tables import message
from tests.crowds import a_crowd
from tests.loopback import RunningServer
from tests.times import NOW, SettableClock
from tests.web.browsing import Browser, Page

TODAY = "2026-03-10"


@pytest.fixture
def browser(server: RunningServer, house: House) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        browser.log_in(house)
        yield browser


def compose(browser: Browser, **typed: Any) -> Page:
    form = browser.open("/ops/broadcasts").form("/ops/broadcasts")
    given = {"notice": "delayed", "way": "minutes", "minutes": "90", "day": TODAY,
             "reason_en": "the roads are icy"}  # fmt: skip
    return browser.send(form, **(given | typed))


def test_counted_before_it_is_sent_and_watched_after(
    browser: Browser, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 8, now=NOW)
    draft = compose(browser)
    assert "8 people" in draft.text
    assert "The roads are icy." in draft.text
    assert "Send to 8 people" in draft.text
    assert "missing in their own language for" in draft.text
    with house.database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(message)) == 0
    running = browser.send(draft.form("/start"))
    assert "starts in 10 seconds" in running.text
    clock.forward(seconds=11)
    while broadcast_feeding.feed_next(house, now=clock()):
        pass
    assert "of 8 done" in browser.open(running.url).text
    with house.database.write() as conn:
        conn.execute(update(message).values(state="delivered"))
    clock.forward(seconds=4)
    broadcast_feeding.feed_next(house, now=clock())
    over = browser.open(running.url)
    assert "8 of 8 done" in over.text
    assert "done" in browser.open("/ops/broadcasts").text
    assert {each.action.rpartition("/")[2] for each in over.forms} == {"logout"}


def test_the_same_form_sent_twice_makes_one(browser: Browser, house: House) -> None:
    a_crowd(house, 2, now=NOW)
    form = browser.open("/ops/broadcasts").form("/ops/broadcasts")
    first, again = (browser.send(form, notice="delayed", way="minutes", minutes="90", day=TODAY)
                    for _ in range(2))  # fmt: skip
    assert first.url == again.url
    with house.database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(broadcast)) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"zones": "atlantis"}, "zones"), ({"slots": "x"}, "slots"), ({"day": ""}, "day"),
        ({"minutes": "soon"}, "minutes"), ({"way": "window"}, "window_day"),
        ({"notice": "apology_goodwill"}, "goodwill_fi"),
        ({"reason_sv": "x" * 301}, "reason_sv"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    browser: Browser, house: House, typed: dict[str, str], field: str
) -> None:
    page = compose(browser, **typed)
    assert page.status == 422
    assert f'href="#{field}"' in page.html
    assert f'id="{field}"' in page.html
    assert "the roads are icy" in page.html


def test_paused_resumed_and_stopped_by_buttons(
    browser: Browser, house: House, clock: SettableClock
) -> None:
    a_crowd(house, 3, now=NOW)
    page = browser.send(compose(browser).form("/start"))
    page = browser.send(page.form("/pause"))
    assert "paused" in page.text
    page = browser.send(page.form("/resume"))
    assert "running" in page.text
    broadcast_feeding.feed_next(house, now=clock())
    page = browser.send(page.form("/cancel"))
    assert "3 promises were moved before it was stopped" in page.text
    assert "held back" in page.text


def test_the_panic_button_says_what_it_does_and_does_it(browser: Browser, house: House) -> None:
    page = browser.open("/ops/broadcasts")
    assert "What has left cannot be called back." in page.text
    page = browser.send(page.form("/panic"))
    with house.database.read() as conn:
        assert [each.name for each in gates.closed(conn)] == ["*"]
    assert "All messages are held by" in page.text
    browser.send(page.form("/panic"))
    with house.database.read() as conn:
        assert gates.closed(conn) == []


def test_its_progress_comes_as_events(browser: Browser, house: House) -> None:
    a_crowd(house, 3, now=NOW)
    page = browser.send(compose(browser).form("/start"))
    with browser.http.get(f"{page.url}/events", stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.iter_lines(decode_unicode=True)
        assert next(lines) == "event: progress"
        assert "<h2" in next(lines)


def test_nobody_without_a_login_sees_any_of_it(server: RunningServer) -> None:
    with Browser(server.url) as stranger:
        assert stranger.open("/ops/broadcasts").url.endswith("/ops/login")
