"""Slow and big requests are cut; everybody else is served meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from delivery.web.guard import MAX_HEADER_BYTES, BodyLimit, guarded

QUICK = guarded(header_seconds=0.3, body_seconds=0.3)
LIMIT = 1000


@contextmanager
def _serving(protocol: type[HttpToolsProtocol]) -> Iterator[int]:
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    config = uvicorn.Config(
        BodyLimit(app, LIMIT),
        port=0,
        http=protocol,
        log_level="critical",
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    server.force_exit = True  # the twin's half-sent request would keep it
    thread.join(5)


def _answer(port: int, *pieces: bytes, wait: float = 2.0) -> bytes | None:
    """What comes back; b"" when the connection was closed without a word; None when neither."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
            return line.recv(4096)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""


HALF_A_HEADER = b"POST /echo HTTP/1.1\r\nHost: x\r\nX-Slo"
HALF_A_BODY = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"


@pytest.mark.parametrize("half", [b"", HALF_A_HEADER, HALF_A_BODY], ids=["none", "header", "body"])
def test_a_request_that_never_ends_is_cut(half: bytes) -> None:
    with _serving(QUICK) as port:
        assert _answer(port, half) == b""


@pytest.mark.parametrize("half", [HALF_A_HEADER, HALF_A_BODY], ids=["header", "body"])
def test_uvicorn_alone_waits_for_ever(half: bytes) -> None:
    """The known-bad twin."""
    with _serving(HttpToolsProtocol) as port:
        assert _answer(port, half, wait=1.0) is None


def test_endless_headers_are_cut() -> None:
    with _serving(guarded(5, 5)) as port:
        endless = HALF_A_HEADER + b"x" * (MAX_HEADER_BYTES + 1)
        assert _answer(port, endless) == b""


def test_an_ordinary_request_passes_and_the_line_stays_open() -> None:
    whole = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
    with _serving(QUICK) as port, socket.create_connection(("127.0.0.1", port), 2) as line:
        for _ in range(2):
            line.sendall(whole)
            assert b"200 OK" in line.recv(4096)


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"5dc\r\n" + b"x" * 1500 + b"\r\n0\r\n\r\n",
    ],
    ids=["announced", "chunked"],
)  # fmt: skip
def test_a_body_over_the_limit_is_refused(request_: bytes) -> None:
    with _serving(QUICK) as port:
        answer = _answer(port, request_)
        assert answer is not None
        assert b" 413 " in answer.splitlines()[0]
