"""Connections to one mail server, used again and again, each by one message at a time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiosmtplib

#: Servers hang up on idle connections; one that has idled longer than this is not used again.
_IDLE_SECONDS = 20.0
#: And on those that have carried many messages.
_MOST_MESSAGES = 100
CONNECT_SECONDS = 10.0


@dataclass
class Line:
    """One connection. `is_fresh` while nothing has been sent over it."""

    smtp: aiosmtplib.SMTP
    used: int = 0
    idle_since: float = 0.0

    @property
    def is_fresh(self) -> bool:
        return self.used == 0


@dataclass(frozen=True)
class Server:
    """Where to, and as whom."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    #: Never a password, nor anything else, in the clear; else STARTTLS where it is offered.
    must_encrypt: bool = False
    tls_context: ssl.SSLContext | None = None


class Pool:
    """At most `size` connections, opened when they are needed."""

    def __init__(self, server: Server, size: int, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._room = asyncio.Semaphore(size)
        self._idle: list[Line] = []

    @asynccontextmanager
    async def line(self, *, fresh: bool = False) -> AsyncIterator[Line]:
        """A connection to oneself; given back if the block ends well, else hung up.

        Raises what aiosmtplib raises while connecting and logging in.
        """
        async with self._room:
            line = self._take(fresh) or await self._opened()
            try:
                yield line
            except BaseException:
                line.smtp.close()
                raise
            line.used += 1
            line.idle_since = asyncio.get_running_loop().time()
            if line.smtp.is_connected and line.used < _MOST_MESSAGES:
                self._idle.append(line)
            else:
                await _hang_up(line)

    async def close(self) -> None:
        """Say goodbye on all that idle."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(_hang_up, idle))

    def _take(self, fresh: bool) -> Line | None:
        oldest = asyncio.get_running_loop().time() - _IDLE_SECONDS
        while self._idle:
            line = self._idle.pop()
            if not fresh and line.smtp.is_connected and line.idle_since >= oldest:
                return line
            line.smtp.close()
        return None

    async def _opened(self) -> Line:
        server = self._server
        options: dict[str, Any] = {}
        if server.port == 465:
            options["use_tls"] = True
        elif server.must_encrypt:
            options["start_tls"] = True
        if server.user:
            options |= {"username": server.user, "password": server.password}
        smtp = aiosmtplib.SMTP(
            hostname=server.host, port=server.port, timeout=min(CONNECT_SECONDS, self._timeout),
            tls_context=server.tls_context, local_hostname="localhost", **options,
        )  # fmt: skip
        await smtp.connect()
        smtp.timeout = self._timeout
        return Line(smtp)


async def _hang_up(line: Line) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        if line.smtp.is_connected:
            await line.smtp.quit(timeout=1.0)
    line.smtp.close()
