"""What only a person can do stands at the desk until it is done; the link under an e-mail."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import insert, select

from delivery.house import House
from delivery.senders import unsubscribe_url
from notifications import breaker, tasks, unsubscribed
from notifications.failures import Failure
from notifications.tables import consent_log, message
from tests.loopback import RunningServer
from tests.times import NOW
from tests.web.browsing import Browser

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
AINO = "aino@example.com"


def an_email(house: House) -> int:
    """One that was sent; its number."""
    row = {
        "notice": "delivered", "channel": "email", "recipient": AINO, "locale": "en", "body": "x",
        "segments": 0, "about": "B1", "dedupe_key": "B1:x", "due_at": NOW, "created_at": NOW,
        "changed_at": NOW, "state": "sent",
    }  # fmt: skip
    with house.database.write() as conn:
        return int(conn.execute(insert(message).values(row).returning(message.c.id)).scalar_one())


def link(server: RunningServer, house: House, number: int) -> str:
    made = unsubscribe_url(house.settings)(number)
    return server.url + made.removeprefix(house.settings.server.public_url)


def test_a_mailbox_unsubscribes_with_one_post(server: RunningServer, house: House) -> None:
    address = link(server, house, an_email(house))
    assert requests.get(address, timeout=10).status_code == 200
    with house.database.read() as conn:
        assert not unsubscribed.has(conn, AINO)  # scanners open every link
    for _ in range(2):
        answer = requests.post(address, data={"List-Unsubscribe": "One-Click"}, timeout=10)
        assert answer.status_code == 200
    with house.database.read() as conn:
        assert unsubscribed.has(conn, AINO.upper())
        log = conn.execute(select(consent_log)).all()
    assert [(row.recipient, row.allowed, row.source) for row in log] == [(AINO, False, "page")]


@ONE_DATABASE
def test_the_page_has_a_button_for_it_and_one_for_the_way_back(
    server: RunningServer, house: House
) -> None:
    with Browser(server.url, "fi") as browser:
        page = browser.open(link(server, house, an_email(house)))
        page = browser.send(page.forms[0])
        with house.database.read() as conn:
            assert unsubscribed.has(conn, AINO)
        browser.send(page.forms[0])
    with house.database.read() as conn:
        assert not unsubscribed.has(conn, AINO)


@ONE_DATABASE
@pytest.mark.parametrize("token", ["1-" + "a" * 22, "x", "1", "9" * 15 + "-abc", "1-ä"])
def test_a_link_we_did_not_make_does_nothing(
    server: RunningServer, house: House, token: str
) -> None:
    an_email(house)
    for ask in (requests.get, requests.post):
        assert ask(f"{server.url}/unsubscribe/{token}", timeout=10).status_code == 404
    with house.database.read() as conn:
        assert conn.execute(select(consent_log)).first() is None


def test_a_task_stands_at_the_desk_until_it_is_done(server: RunningServer, house: House) -> None:
    with house.database.write() as conn:
        for _ in range(2):
            tasks.add(conn, kind="unreachable", about="B1", text="Call <them>.", dedupe_key="u:B1",
                      now=NOW)  # fmt: skip
        breaker.open_(
            conn, "Kaari", Failure("20003", "configuration", "Wrong token."),
            now=NOW, by_itself=False,
        )  # fmt: skip
    with Browser(server.url) as browser:
        browser.log_in(house)
        page = browser.open("/ops")
        mine = [each for each in page.forms if "/ops/tasks/" in each.action]
        assert len(mine) == 2
        assert "Call <them>." in page.text
        assert "Messages by Kaari are held, none is lost: Wrong token. (Code 20003.)" in page.text
        for form in mine:
            browser.send(form)
        again = browser.open("/ops")
        assert not [each for each in again.forms if "/ops/tasks/" in each.action]
    with house.database.read() as conn:
        assert tasks.list_open(conn) == []
        assert breaker.all_open(conn)["Kaari"].try_at == NOW  # the next message is the proof


@ONE_DATABASE
def test_a_task_is_done_by_people_at_the_desk_only(server: RunningServer, house: House) -> None:
    with house.database.write() as conn:
        tasks.add(conn, kind="x", about="B1", text="Do it.", dedupe_key="x", now=NOW)
        number = tasks.list_open(conn)[0].id
    requests.post(f"{server.url}/ops/tasks/{number}/done", timeout=10)
    with house.database.read() as conn:
        assert len(tasks.list_open(conn)) == 1
