"""E-mail over SMTP: one mail server, a few connections, a deadline for the whole call.

What it says decides: 2xx after the message's end is accepted, 5xx is refused, 4xx is later. Lost
before the message itself was begun, it was certainly not sent; lost after that, nobody knows.
There is no list to ask then. It is handed over once more after the grace, and under the same
Message-ID: most mailboxes show one of two such copies, and a second copy of a letter costs its
reader less than a delivery nobody told of. A second SMS would not be forgiven as easily.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from datetime import datetime

import aiosmtplib
from aiosmtplib import (
    SMTPConnectError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPReadTimeoutError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from notifications.failures import Failure
from notifications.providers.base import (
    Accepted,
    Found,
    OutcomeUnknown,
    Parts,
    SendLater,
    SendRefused,
)
from notifications.providers.smtp_errors import Stage, failure
from notifications.providers.smtp_message import BadAddress, Envelope, envelope
from notifications.providers.smtp_pool import Pool, Server

_BAD_ADDRESS = Failure("bad_address", "bad_number", "This is not an e-mail address.")
_NO_UTF8 = Failure("no_smtputf8", "bad_number", "Our mail server takes no such e-mail address.")
_NO_TLS = Failure(
    "tls", "configuration", "The mail server offers no encrypted connection we can trust."
)
_NO_LOGIN = Failure("login", "configuration", "The mail server does not let us log in.")

#: How a call ended when the server said so and the connection goes on.
Verdict = SendRefused | SendLater | None


class Smtp:
    """The contract of `Provider` for e-mail.

    `sender` is "Name <address>"; `unsubscribe_url` makes the one-click link of a message by its
    number. With a `user` nothing is said in the clear, except on this machine.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        user: str = "",
        password: str = "",
        unsubscribe_url: Callable[[int], str] = lambda number: "",
        timeout: float = 30.0,
        connections: int = 8,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        must_encrypt = bool(user) and not _is_loopback(host)
        server = Server(host, port, user, password, must_encrypt, tls_context)
        self._pool = Pool(server, connections, timeout)
        self._sender = sender
        self._unsubscribe_url = unsubscribe_url
        self._timeout = timeout

    async def send(
        self,
        to: str,
        body: str,
        *,
        attempt: str,
        not_after: datetime | None,
        now: datetime,
        number: int = 0,
        parts: Parts | None = None,
    ) -> Accepted:
        del not_after  # a mail server that has it delivers it when it can
        try:
            made = envelope(
                sender=self._sender, to=to, body=body, parts=parts or {}, number=number,
                attempt=attempt, now=now, unsubscribe=self._unsubscribe_url(number),
            )  # fmt: skip
        except BadAddress as error:
            raise SendRefused("bad_address", failure=_BAD_ADDRESS) from error
        progress = _Progress()
        try:
            async with asyncio.timeout(self._timeout):
                verdict = await self._hand_over(made, progress)
        except TimeoutError as error:
            if progress.is_begun:
                raise OutcomeUnknown("deadline") from error
            raise SendLater("deadline") from error
        if verdict is not None:
            raise verdict
        return Accepted(made.local)

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        """Always nothing: a mail server keeps no list. See above for what that means."""
        del to, body, since
        return []

    async def fetch(self, provider_id: str) -> None:
        """A mail server says no more than that it took it."""
        del provider_id

    async def check(self) -> None:
        """Connect, log in and hang up. Raises `SendLater`, with a `failure` if it is ours."""
        try:
            async with asyncio.timeout(self._timeout), self._pool.line(fresh=True) as line:
                await line.smtp.noop()
        except (SMTPException, OSError) as error:
            raise _not_sent(error) from error

    async def close(self) -> None:
        await self._pool.close()

    async def _hand_over(self, made: Envelope, progress: _Progress) -> Verdict:
        for _ in range(2):
            try:
                async with self._pool.line(fresh=progress.was_lost) as line:
                    progress.was_fresh = line.is_fresh
                    return await _say(line.smtp, made, progress)
            except (SMTPException, OSError) as error:
                if progress.is_begun:
                    raise OutcomeUnknown(_name(error)) from error
                if progress.was_fresh:
                    raise _not_sent(error) from error
                # A line that idled was hung up meanwhile, as servers do: nothing was said over it.
                progress.was_lost = progress.was_fresh = True
        raise SendLater("not_connected")


class _Progress:
    """How far a call got."""

    #: The message itself may have left.
    is_begun = False
    #: The connection was opened for this call.
    was_fresh = True
    #: A connection used before was lost.
    was_lost = False


async def _say(smtp: aiosmtplib.SMTP, made: Envelope, progress: _Progress) -> Verdict:
    """One message over one connection; what aiosmtplib raises when the connection is lost."""
    stage: Stage = "sender"
    try:
        options, encoding = [], "ascii"
        if not made.is_ascii:
            if not smtp.supports_extension("smtputf8"):
                return SendRefused("no_smtputf8", failure=_NO_UTF8)
            options, encoding = ["SMTPUTF8"], "utf-8"
        await smtp.mail(made.sender, options=options, encoding=encoding)
        stage = "recipient"
        await smtp.rcpt(made.recipient, encoding=encoding)
        stage = "data"
        progress.is_begun = True
        await smtp.data(made.content)
    except SMTPResponseException as error:
        progress.is_begun = False  # it has answered, and not taken it
        if error.code == 421:
            smtp.close()
        if stage != "sender" and smtp.is_connected:
            await smtp.rset()
        return _answer(error, stage)
    return None


def _answer(error: SMTPResponseException, stage: Stage) -> SendRefused | SendLater:
    """Not sent: for ever, for now, or until somebody has mended our account."""
    if error.code < 500:
        return SendLater(str(error.code))
    why = failure(error.code, error.message, stage)
    if why.kind == "configuration":
        return SendLater(why.code, failure=why)
    return SendRefused(why.code, failure=why)


def _not_sent(error: BaseException) -> SendLater:
    """It ended before the message itself was begun: while connecting, logging in, or after."""
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return SendLater("tls", failure=_NO_TLS)
    if isinstance(error, SMTPConnectResponseError | SMTPResponseException):
        if error.code < 500:
            return SendLater(str(error.code))
        why = failure(error.code, error.message, "login")
        return SendLater(why.code, failure=why)
    lost = SMTPConnectError | SMTPServerDisconnected | SMTPReadTimeoutError | OSError
    if isinstance(error, lost):
        return SendLater("not_connected")
    if isinstance(error, SMTPException) and "STARTTLS" in error.message.split("AUTH")[0]:
        return SendLater("tls", failure=_NO_TLS)
    return SendLater("login", failure=_NO_LOGIN)


def _name(error: BaseException) -> str:
    return type(error).__name__.removeprefix("SMTP")[:64]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
