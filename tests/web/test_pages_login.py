"""In and out of the console: who gets in, for how long, and how slowly one may guess."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from delivery.house import House
from delivery.store import staff
from delivery.store.tables import session
from delivery.web.login import COOKIE
from delivery.web.throttle import MOST_FAILURES, WITHIN, Throttle
from tests.loopback import RunningServer
from tests.times import NOW, SettableClock
from tests.web.browsing import LOGIN, Browser

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
INSIDE = ("/ops", "/ops/conversations", "/ops/deliveries/x", "/ops/find?q=x")


@pytest.fixture
def desk(server: RunningServer, house: House) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        browser.log_in(house)
        yield browser


@ONE_DATABASE
def test_nobody_gets_in_without_logging_in(server: RunningServer, house: House) -> None:
    with Browser(server.url) as browser:
        for path in INSIDE:
            assert browser.open(path).url.endswith("/ops/login")
        form = browser.open("/ops/login").form("/ops/login")
        late = browser.open("/ops/login").form("/ops/login")
        late.action = f"{server.url}/ops/late"
        assert browser.send(late, root="1", minutes="90").url.endswith("/ops/login")
        browser.http.cookies.set(COOKIE, "x" * 43)
        assert browser.open("/ops").url.endswith("/ops/login")
        wrong = browser.send(form, login="nobody", password="x")
        assert wrong.status == 401
        assert wrong.form("/ops/login").fields["login"] == "nobody"


@ONE_DATABASE
def test_a_wrong_login_and_a_wrong_password_are_told_alike(desk: Browser) -> None:
    desk.http.cookies.clear()
    form = desk.open("/ops/login").form("/ops/login")
    answers = {desk.send(form, login=login, password="wrong").text.replace(login, "")
               for login in (LOGIN, "other")}  # fmt: skip
    assert len(answers) == 1
    assert "The login or the password is wrong." in answers.pop()


def test_a_login_lasts_its_hours_and_ends_with_logging_out(
    desk: Browser, house: House, clock: SettableClock
) -> None:
    page = desk.open("/ops")
    assert "Mikko Rantanen" in page.text
    with house.database.read() as conn:
        kept = conn.scalars(select(session.c.hash)).all()
    token = next(each for each in desk.http.cookies if each.name == COOKIE)
    assert token.value not in kept, "only its hash is kept"
    assert token.has_nonstandard_attr("HttpOnly")
    assert desk.send(page.form("/ops/logout")).url.endswith("/ops/login")
    with house.database.read() as conn:
        assert not conn.scalars(select(session.c.hash)).all()
    desk.log_in(house)
    clock.forward(hours=12, minutes=1)
    assert desk.open("/ops").url.endswith("/ops/login")


@ONE_DATABASE
def test_guessing_is_slowed_for_that_login_from_that_place_only(
    desk: Browser, house: House, clock: SettableClock
) -> None:
    desk.http.cookies.clear()
    form = desk.open("/ops/login").form("/ops/login")
    for _ in range(MOST_FAILURES):
        assert desk.send(form, login=LOGIN, password="guess").status == 401
    blocked = desk.log_in(house)
    assert blocked.status == 429
    assert "Wait 10 minutes" in blocked.text
    with house.database.write() as conn:
        staff.add(conn, "other", "Other", "another password", now=NOW)
    assert desk.send(form, login="other", password="another password").status == 200
    desk.http.cookies.clear()
    clock.forward(minutes=11)
    assert desk.log_in(house).status == 200


def test_the_throttle_counts_by_login_and_address() -> None:
    throttle = Throttle()
    for _ in range(MOST_FAILURES):
        throttle.failed("mikko", "::1", now=NOW)
    assert throttle.wait("mikko", "::1", now=NOW) == WITHIN
    assert throttle.wait("mikko", "::2", now=NOW) is None
    assert throttle.wait("aino", "::1", now=NOW) is None
    assert throttle.wait("mikko", "::1", now=NOW + WITHIN) is None
    throttle.failed("mikko", "::2", now=NOW)
    throttle.passed("mikko", "::2")
    assert throttle.wait("mikko", "::2", now=NOW) is None


def test_a_changed_password_ends_every_session(house: House) -> None:
    with house.database.write() as conn:
        staff.add(conn, "mikko", "Mikko", "the first password", now=NOW)
        token = staff.open_session(conn, "mikko", now=NOW, hours=12)
        staff.add(conn, "mikko", "Mikko", "the first password", now=NOW)
        assert staff.of_session(conn, token, now=NOW)
        staff.add(conn, "mikko", "Mikko", "the second password", now=NOW)
        assert staff.of_session(conn, token, now=NOW) is None
        assert staff.check(conn, "mikko", "the first password") is None
        assert staff.check(conn, "mikko", "the second password")
