"""The telephone of the demo against the stand-in over real HTTP: messages, replies, levers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from delivery.app import build_house
from delivery.flows import tracking
from delivery.house import House
from delivery.store import bookings, conversations
from delivery.store.tables import carrier_event
from notifications.stand_in import StandIn
from tests.conftest import settings_for
from tests.loopback import running, serving
from tests.times import SettableClock
from tests.web.browsing import Browser, Page, at_door

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
NUMBER, SHOP = "+358400000012", "+358401000000"


@pytest.fixture
def stand_in(clock: SettableClock) -> Iterator[StandIn]:
    stand_in = StandIn(
        account_sid="AC" + "0" * 32, auth_token="test-token", clock=clock,
        replies_url="http://127.0.0.1:9/sms/replies", sent_after=None, delivered_after=None,
    )  # fmt: skip
    yield stand_in
    stand_in.close()


@pytest.fixture
def beside(town_url: str, clock: SettableClock, stand_in: StandIn) -> Iterator[House]:
    """A house whose telephone is the stand-in."""
    with running(stand_in.app) as address:
        twilio = {"account_sid": "AC" + "0" * 32, "auth_token": "test-token", "from": SHOP,
                  "base_url": address}  # fmt: skip
        house = build_house(settings_for(town_url, twilio=twilio), clock=clock)
        yield house
        house.database.close()


@pytest.fixture
def browser(beside: House) -> Iterator[Browser]:
    with serving(beside) as server, Browser(server.url) as browser:
        yield browser


def order(browser: Browser) -> str:
    options = browser.ask_options()
    form = options.form("/hold")
    held = browser.send(form, form.choices[at_door(options)])
    done = browser.send(next(each for each in held.forms if "/extend" not in each.action))
    return done.url.rpartition("/")[2]


def sent(stand_in: StandIn, text: str) -> None:
    """The shop's message has reached the telephone."""
    stand_in.ledger.add(SHOP, NUMBER, text, direction="outbound-api", status="delivered")


def lever(page: Page, name: str) -> tuple[str, str]:
    return next(each for each in page.form("/events").choices if each[1] == name)


def apply_all(house: House, clock: SettableClock) -> None:
    while tracking.apply_next_event(house, now=clock()):
        pass


@ONE_DATABASE
def test_messages_stand_on_the_telephone_as_sent(browser: Browser, stand_in: StandIn) -> None:
    page = browser.open("/demo/phone")
    assert "No messages yet" in page.text
    link = "http://perille.test/my/" + "A" * 22
    sent(stand_in, f"Hi <b>Aino</b>!\nSee {link}\nMikko, Kaari")
    page = browser.open("/demo/phone")
    assert f"Hi <b>Aino</b>! See {link} Mikko, Kaari" in page.text
    assert f"{browser.url}/my/{'A' * 22}" in page.links
    assert "Hi &lt;b&gt;Aino&lt;/b&gt;!\nSee" in page.html, "lines are kept"


@ONE_DATABASE
def test_a_reply_is_written_on_the_telephone(browser: Browser, stand_in: StandIn) -> None:
    sent(stand_in, "Reply 1, 2 or 3")
    page = browser.send(browser.open("/demo/phone").form("/replies"), body="Huomenna\r\nillalla")
    assert "Huomenna illalla" in page.text
    last = stand_in.ledger.select(lambda _: True)[-1]
    assert (last.sender, last.to, last.body) == (NUMBER, SHOP, "Huomenna\nillalla")
    wrong = browser.send(page.form("/replies"), body="  ")
    assert wrong.status == 422
    assert "Write something first" in wrong.text


@ONE_DATABASE
def test_parts_say_nothing_when_there_is_no_news(browser: Browser, stand_in: StandIn) -> None:
    page = browser.open("/demo/phone")
    parts = [part.split('"')[0].replace("&amp;", "&") for part in page.html.split('hx-get="')[1:]]
    assert len(parts) == 2
    assert [browser.http.get(browser.url + part).status_code for part in parts] == [204, 204]
    sent(stand_in, "News")
    order(browser)
    for part in parts:
        answer = browser.http.get(browser.url + part)
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert "csrf" not in answer.text


@pytest.mark.parametrize(
    ("pulled", "state", "said"),
    [("breakdown", "booked", "the van broke down in Vallila"),
     ("late", "booked", "there is a traffic jam"), ("out", "on_the_way", "out_for_delivery"),
     ("delivered", "delivered", "Milestone: delivered"),
     ("missed", "failed", "Milestone: attempt_failed")],
)  # fmt: skip
@ONE_DATABASE
def test_a_lever_is_a_word_of_the_carrier(
    browser: Browser, beside: House, clock: SettableClock, pulled: str, state: str, said: str
) -> None:
    reference = order(browser)
    page = browser.open("/demo/phone")
    assert f"To {reference}, promised" in page.text
    browser.send(page.form("/events"), lever(page, pulled))
    with beside.database.read() as conn:
        kept = conn.execute(select(carrier_event.c.carrier, carrier_event.c.state)).one()
    assert tuple(kept) == ("own_van", "waiting")
    clock.forward(seconds=5)
    apply_all(beside, clock)
    assert said in browser.open("/demo/phone").text
    with beside.database.read() as conn:
        assert bookings.get(conn, reference).state == state


def test_a_breakdown_is_told_with_three_times_that_the_page_offers_too(
    browser: Browser, beside: House, clock: SettableClock
) -> None:
    reference = order(browser)
    page = browser.open("/demo/phone")
    browser.send(page.form("/events"), lever(page, "breakdown"))
    clock.forward(seconds=5)
    apply_all(beside, clock)
    page = browser.open("/demo/phone")
    assert "Message: delayed" in page.text
    assert "own_van said delayed 90 min" in page.text
    with beside.database.read() as conn:
        talk = conversations.of(conn, reference)
    assert talk
    listed = [each["option"] for each in talk.open_menu(clock())]
    done = browser.open(f"/demo/done/{reference}")
    mine = browser.open(next(link for link in done.links if "/my/" in link))
    offered = [value.partition("|")[0] for _, value in mine.form("/move").choices]
    assert offered == [each["id"] if isinstance(each, dict) else each for each in listed]
    assert len(offered) == 3


NO_LEVERS = [{"lever": "explode"}, {"lever": ""}, {"number": "+358400000077"}]


@ONE_DATABASE
def test_a_lever_that_is_none_pulls_nothing(browser: Browser, beside: House) -> None:
    for filled in NO_LEVERS:
        order(browser)
        page = browser.open("/demo/phone")
        assert browser.send(page.form("/events"), **({"lever": "late"} | filled)).status == 200
        with beside.database.read() as conn:
            assert conn.execute(select(carrier_event)).all() == []


@ONE_DATABASE
def test_what_a_reply_would_mean_is_told_and_changes_nothing(browser: Browser) -> None:
    page = browser.open("/demo/phone?try=huomenna+illalla")
    assert "Reschedule : Wednesday 11 March" in page.text.replace("Reschedule:", "Reschedule :")
    assert "Sure: 0." in page.text
    assert browser.open("/demo/phone?try=" + "x" * 5000).status == 200


ODD_NUMBERS = ["", "x", "%00", "+", "+3584", "9" * 60, "<b>"]


@ONE_DATABASE
def test_an_odd_number_shows_the_shoppers_own(browser: Browser) -> None:
    for number in ODD_NUMBERS:
        page = browser.open(f"/demo/phone?number={number}")
        assert page.status == 200
        assert NUMBER in page.text


@ONE_DATABASE
def test_a_stand_in_that_is_away_is_said_in_words(
    town_url: str, clock: SettableClock, stand_in: StandIn
) -> None:
    with running(stand_in.app) as address:
        pass
    twilio = {"account_sid": "AC" + "0" * 32, "auth_token": "x", "base_url": address}
    house = build_house(settings_for(town_url, twilio=twilio), clock=clock)
    with serving(house) as server, Browser(server.url) as browser:
        page = browser.open("/demo/phone")
        assert page.status == 200
        assert "Messages wait and go out by themselves." in page.text
        assert browser.send(page.form("/replies"), body="hello").status == 422
    house.database.close()
