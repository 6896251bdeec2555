"""Deadlines, no hidden repeats, and an honest word on whether anything was sent."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from twilio.rest import Client

from notifications.providers.base import OutcomeUnknown, SendLater, SendRefused
from notifications.providers.twilio import Twilio
from notifications.providers.twilio_client import SteadyClient
from notifications.twilio_http import TwilioHttp
from tests.notifications.conftest import ACCOUNT, AINO, FROM, TOKEN, wall
from tests.postgres import free_port


class Line:
    """A server that answers each request with whatever it is told, and counts them."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self.requests = 0
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer:
                if peer.recv(65536):
                    self.requests += 1
                    try:
                        self._answer(peer)
                    except OSError:
                        continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)


@contextmanager
def line(answer: Callable[[socket.socket], None]) -> Iterator[Line]:
    server = Line(answer)
    yield server
    server.close()


def send(url: str, *, seconds: float = 0.5) -> object:
    async def once() -> object:
        http = TwilioHttp(base_url=url, timeout=seconds)
        twilio = Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url="http://p.test", sender=FROM,
            http=http,
        )  # fmt: skip
        try:
            return await twilio.send(AINO, "Hi", attempt="a" * 32, not_after=None, now=wall())
        finally:
            await twilio.close()

    return asyncio.run(once())


def says(status: str, body: bytes, *headers: str) -> Callable[[socket.socket], None]:
    head = "".join(f"{each}\r\n" for each in (status, f"Content-Length: {len(body)}", *headers))
    return lambda peer: peer.sendall(head.encode() + b"\r\n" + body)


def drips(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n{")
    for _ in range(100):
        time.sleep(0.05)
        peer.sendall(b" ")


def hangs(peer: socket.socket) -> None:
    time.sleep(1)


UNKNOWN = {
    "closes without a word": lambda peer: None,
    "hangs": hangs,
    "drips": drips,
    "500": says("HTTP/1.1 500 No", b'{"code": 20500, "status": 500}'),
    "503 in HTML": says("HTTP/1.1 503 No", b"<html>"),
    "cut": says("HTTP/1.1 201 Created", b'{"sid": "SM', "X: y"),
    "nothing in it": says("HTTP/1.1 201 Created", b""),
    "an id that is none": says("HTTP/1.1 201 Created", b'{"sid": "x", "status": "queued"}'),
    "no HTTP": lambda peer: peer.sendall(b"hello\r\n\r\n"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_may_have_been_accepted_is_unknown_and_not_repeated(kind: str) -> None:
    with line(UNKNOWN[kind]) as server:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            send(server.url)
        assert time.monotonic() - began < 3  # the whole call has one deadline
        time.sleep(0.05)
        assert server.requests == 1


def test_nobody_there_means_nothing_was_sent() -> None:
    with pytest.raises(SendLater, match="not_connected"):
        send(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize(
    ("header", "seconds"), [("Retry-After: 7", 7.0), ("Retry-After: soon", None), ("X: y", None)]
)
def test_429_was_not_looked_at_and_says_when_to_come_back(
    header: str, seconds: float | None
) -> None:
    answer = says("HTTP/1.1 429 Slow down", b'{"code": 20429, "status": 429}', header)
    with line(answer) as server, pytest.raises(SendLater) as later:
        send(server.url)
    assert (later.value.code, later.value.retry_after) == ("20429", seconds)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("400 Bad", b'{"code": 21211, "status": 400, "message": "x"}', SendRefused),
        ("400 Bad", b'{"code": 21610, "status": 400, "message": "x"}', SendRefused),
        ("401 Who", b'{"code": 20003, "status": 401, "message": "x"}', SendLater),
        ("404 No", b"not found", SendRefused),
        ("302 Go", b"", SendLater),
        ("400 Bad", b'{"type": "x", "title": "t", "status": 400, "code": 21211}', SendRefused),
    ],
)
def test_other_answers_mean_it_was_not_sent(
    status: str, body: bytes, kind: type[Exception]
) -> None:
    answer = says(f"HTTP/1.1 {status}", body, "Content-Type: application/json")
    with line(answer) as server, pytest.raises(kind) as why:
        send(server.url)
    if b"21610" in body:
        assert isinstance(why.value, SendRefused)
        assert why.value.opted_out


def test_how_long_it_is_useful_is_told_to_the_provider() -> None:
    seen: list[bytes] = []

    class Transport(TwilioHttp):
        async def request(self, *args: object, **kwargs: object) -> object:
            seen.append(str(kwargs.get("data")).encode())
            raise RuntimeError

    async def once() -> None:
        twilio = Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url="http://p.test", sender=FROM,
            http=Transport(),
        )  # fmt: skip
        for minutes in (10, 60 * 24):
            now = wall()
            useful = now + timedelta(minutes=minutes)
            with pytest.raises(OutcomeUnknown):
                await twilio.send(AINO, "Hi", attempt="a", now=now, not_after=useful)

    asyncio.run(once())
    assert b"'ValidityPeriod': 600" in seen[0]
    assert b"ValidityPeriod" not in seen[1]
    assert b"http://p.test/sms/receipts/a#rc=5&rp=all" in seen[0]


def test_the_library_says_of_itself_what_it_always_does() -> None:
    steady, plain = SteadyClient(ACCOUNT, TOKEN, None), Client(ACCOUNT, TOKEN)
    for method in ("POST", "GET", "POST"):
        own = {"Content-Type": "text/plain"}
        assert steady.get_headers(method, dict(own)) == plain.get_headers(method, dict(own))
        assert steady.get_headers(method, None) == plain.get_headers(method, None)
    uri = "https://api.twilio.com/2010-04-01/Accounts.json"
    assert steady.get_hostname(uri) == steady.get_hostname(uri) == plain.get_hostname(uri)
