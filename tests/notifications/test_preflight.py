"""What would keep messages from leaving is found before, and said in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from delivery.preflight import look, look_in_background
from notifications import preflight
from notifications.preflight import Finding
from notifications.twilio_http import TwilioHttp
from tests.conftest import settings_for
from tests.loopback import running
from tests.notifications.conformance.peers import mail_peer
from tests.notifications.conftest import Current
from tests.notifications.numbers import ACCOUNT, TOKEN
from tests.postgres import free_port

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Current, str]]:
    """A place that answers as each test wants."""
    current = Current()
    with running(current) as url:
        yield current, url


def answering(place: tuple[Current, str], status: int, said: dict[str, Any], **headers: str) -> str:
    async def answer(request: Request) -> Response:
        if request.url.path.endswith(f"Accounts/{ACCOUNT}.json"):
            return JSONResponse(said, status, headers)
        return JSONResponse({"messages": []}, 200, headers)

    place[0].app = Starlette(routes=[Route("/{path:path}", answer)])
    return place[1]


def found(work: Awaitable[list[Finding]]) -> dict[str, Finding]:
    async def run() -> list[Finding]:
        return await work

    return {each.what: each for each in asyncio.run(run())}


def account(url: str, token: str = TOKEN) -> dict[str, Finding]:
    async def run() -> list[Finding]:
        http = TwilioHttp(base_url=url, timeout=2)
        try:
            return await preflight.account(http, ACCOUNT, token, lambda: NOW)
        finally:
            await http.close()

    return found(run())


def test_an_account_in_order(place: tuple[Current, str]) -> None:
    assert account(answering(place, 200, {"status": "active", "type": "Full"}))[
        "Twilio account"
    ].is_well


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (401, {"code": 20003}, "auth token"),
        (200, {"status": "suspended"}, "suspended"),
        (200, {"status": "active", "type": "Trial"}, "trial"),
        (503, {}, "503"),
    ],
)
def test_an_account_that_is_not(
    place: tuple[Current, str], status: int, said: dict[str, Any], words: str
) -> None:
    one = account(answering(place, status, said))["Twilio account"]
    assert not one.is_well
    assert words in one.words


def test_a_place_that_speaks_of_messages_only_is_well(place: tuple[Current, str]) -> None:
    assert account(answering(place, 404, {}))["Twilio account"].is_well


def test_nobody_there_and_nothing_set() -> None:
    assert "reached" in account(f"http://127.0.0.1:{free_port()}")["Twilio account"].words
    assert "not set" in account("http://127.0.0.1:1", token="")["Twilio account"].words


@pytest.mark.parametrize(
    ("off", "says"),
    [(0, ""), (29, ""), (-29, ""), (120, "120 seconds ahead"), (-90, "90 seconds behind")],
)  # fmt: skip
def test_clocks(off: int, says: str) -> None:
    (one,) = preflight.drift(format_datetime(NOW, usegmt=True), NOW + timedelta(seconds=off))
    assert one.is_well == (not says)
    assert says in one.words


def test_without_a_date_nothing_is_said_of_clocks() -> None:
    assert preflight.drift(None, NOW) == []
    assert preflight.drift("yesterday", NOW) == []


@pytest.mark.parametrize(
    ("used", "registered", "wells"),
    [
        ({"FI": ["Kaari"]}, {"FI": ["Kaari"]}, [True]),
        ({"FI": ["Kaari", "+358401000000"]}, {"FI": ["Kaari"]}, [False]),
        ({"SE": ["Kaari"]}, {}, []),
        ({"FI": [""]}, {}, []),
    ],
)
def test_senders_finland_does_not_know(
    used: dict[str, list[str]], registered: dict[str, list[str]], wells: list[bool]
) -> None:
    assert [each.is_well for each in preflight.senders(used, registered)] == wells


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:8000", "this machine only"),
        ("http://kaari.example", "not https"),
        ("https://kaari_delivery.example", "underscore"),
        ("https://127.0.0.1.nowhere.invalid", "cannot be reached"),
    ],
)
def test_addresses_no_receipt_can_come_to(url: str, words: str) -> None:
    one = found(preflight.callback(url, provider_is_here=False))["callback address"]
    assert not one.is_well
    assert words in one.words


def test_a_stand_in_finds_us_on_this_machine() -> None:
    one = found(preflight.callback("http://localhost:8000", provider_is_here=True))
    assert one["callback address"].is_well


def test_all_of_it_with_settings(place: tuple[Current, str]) -> None:
    url = answering(place, 200, {"status": "active"})
    with mail_peer() as peer:
        settings = settings_for(
            "sqlite://",
            server={"secret": "x" * 32, "public_url": "http://127.0.0.1:1"},
            sms={"provider": "twilio"},
            twilio={"account_sid": ACCOUNT, "auth_token": TOKEN, "from": "Kaari", "base_url": url},
            email={"provider": "smtp", "host": "127.0.0.1", "port": peer.port,
                   "from": "a@b.example"},
        )  # fmt: skip
        both = found(look(settings, lambda: datetime.now(UTC)))
    assert {name for name, each in both.items() if each.is_well} == {
        "Twilio account", "clock", "callback address", "mail server",
    }  # fmt: skip
    down = settings_for(
        "sqlite://", email={"provider": "smtp", "host": "127.0.0.1", "port": free_port()},
        twilio={"base_url": f"http://127.0.0.1:{free_port()}", "account_sid": ACCOUNT,
                "auth_token": TOKEN},
    )  # fmt: skip
    wrong = found(look(down, lambda: datetime.now(UTC)))
    assert not any(each.is_well for name, each in wrong.items())
    assert "e-mail sender" in wrong


def test_at_start_nothing_stops_because_of_it() -> None:
    settings = settings_for("sqlite://", twilio={"base_url": "http://127.0.0.1:1"})
    look_in_background(settings, lambda: datetime.now(UTC)).join(timeout=10)
