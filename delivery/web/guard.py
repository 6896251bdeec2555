"""What uvicorn leaves open: slow headers, slow bodies, endless headers, big bodies.

Without this, 300 half-sent requests freeze a service for as long as somebody likes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from delivery.web.problems import problem

MAX_HEADER_BYTES = 64 * 1024


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a deadline for the headers and one for the body of each request.

    A connection that misses one is closed; an answer that is being made is never cut.
    """

    header_seconds: float
    body_seconds: float
    _deadline: asyncio.TimerHandle | None = None
    _header_bytes: int | None = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set(self.header_seconds)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._header_bytes is None:
            return
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._header_bytes = 0
        self._set(self.header_seconds)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._header_bytes = None
        self._set(self.body_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._set(None)
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._set(None)
        super().connection_lost(exc)

    def _set(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = (
            None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
        )


def guarded(header_seconds: float, body_seconds: float) -> type[GuardedProtocol]:
    """`GuardedProtocol` with these deadlines; uvicorn wants a class."""
    deadlines = {"header_seconds": header_seconds, "body_seconds": body_seconds}
    return type("GuardedProtocol", (GuardedProtocol,), deadlines)


class BodyLimit:
    """Answers 413 to a body over the limit, whether it announces its length or not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._limit:
            await self._too_big(scope, receive, send)
            return
        await _Counted(self._app, self._limit, scope, receive, send).run()

    async def _too_big(self, scope: Scope, receive: Receive, send: Send) -> None:
        await too_big(self._limit)(scope, receive, send)


def too_big(limit: int) -> Response:
    return problem(413, "too_big", f"The body is larger than {limit} bytes.")


class _Counted:
    """One request whose body is counted as it comes in.

    The answer is sent from here, not raised: frameworks turn errors while reading into a 400.
    """

    def __init__(
        self, app: ASGIApp, limit: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._app, self._limit = app, limit
        self._scope, self._receive, self._send = scope, receive, send
        self._seen = 0
        self._refused = False

    async def run(self) -> None:
        try:
            await self._app(self._scope, self._counted, self._unless_refused)
        except Exception:
            if not self._refused:
                raise

    async def _counted(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen <= self._limit:
            return message
        if not self._refused:
            await too_big(self._limit)(self._scope, self._receive, self._send)
            self._refused = True
        return {"type": "http.disconnect"}

    async def _unless_refused(self, message: Message) -> None:
        if not self._refused:
            await self._send(message)


def _announced(scope: Scope) -> int:
    headers: list[tuple[bytes, Any]] = scope["headers"]
    for name, value in headers:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
