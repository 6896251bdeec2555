"""Real peers on loopback for every provider, with the same troubles on request."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar, Protocol

from aiosmtpd.controller import Controller

from notifications.providers.base import Provider
from notifications.providers.smtp import Smtp
from notifications.providers.twilio import Twilio
from notifications.stand_in import StandIn
from notifications.twilio_http import TwilioHttp
from tests.loopback import running
from tests.notifications.conformance.file_drop import FileDrop
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN
from tests.postgres import free_port


def wall() -> datetime:
    return datetime.now(UTC)


class Peer(Protocol):
    """The other end of one provider."""

    #: Whether it keeps a list of what it took, and says what became of it.
    lists: bool

    def provider(self, *, timeout: float = 5.0, down: bool = False) -> Provider:
        """One that speaks to this peer; `down` = to a port where nobody listens."""

    def address(self, number: int = 0) -> str:
        """Somebody it delivers to."""

    def trouble(self, kind: str, seconds: float = 0.0) -> None:
        """Of the next message: refused, later, ours, late, cut."""

    def accepted(self) -> list[tuple[str, str]]:
        """To whom, and what; in the order in which it was taken."""


class TwilioPeer:
    lists = True
    _FAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "refused": {"kind": "refuse", "code": 21211}, "later": {"kind": "429"},
        "ours": {"kind": "refuse", "code": 21606}, "late": {"kind": "late"},
        "cut": {"kind": "cut_after"},
    }  # fmt: skip

    def __init__(self, stand_in: StandIn, url: str) -> None:
        self._stand_in = stand_in
        self._url = url

    def provider(self, *, timeout: float = 5.0, down: bool = False) -> Provider:
        url = f"http://127.0.0.1:{free_port()}" if down else self._url
        http = TwilioHttp(base_url=url, timeout=timeout)
        return Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url="http://perille.test", sender=FROM,
            http=http,
        )  # fmt: skip

    def address(self, number: int = 0) -> str:
        return f"+35840123{number:04}"

    def trouble(self, kind: str, seconds: float = 0.0) -> None:
        self._stand_in.fail_next(**self._FAULTS[kind], seconds=seconds)

    def accepted(self) -> list[tuple[str, str]]:
        return [(each["to"], each["body"]) for each in self._stand_in.messages]


class MailHandler:
    """What aiosmtpd asks; keeps every message it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.trouble: tuple[str, float] | None = None
        self.connections = 0

    def next_trouble(self, *kinds: str) -> tuple[str, float] | None:
        if self.trouble is None or self.trouble[0] not in kinds:
            return None
        met, self.trouble = self.trouble, None
        return met

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.next_trouble("ours"):
            return "550 5.7.1 this sender is not allowed"
        if met := self.next_trouble("hang", "hang_up"):
            if met[0] == "hang_up":
                server.transport.abort()
            await asyncio.sleep(met[1])
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.next_trouble("refused"):
            return "550 5.1.1 no such user"
        if self.next_trouble("later"):
            return "451 4.3.0 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.next_trouble("spam"):
            return "554 5.6.0 spam"
        if self.next_trouble("full"):
            return "452 4.3.1 no room"
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        assert len(envelope.rcpt_tos) == 1
        self.taken.append((envelope.rcpt_tos[0], read))
        if met := self.next_trouble("cut", "late"):
            if met[0] == "cut":
                server.transport.abort()
            await asyncio.sleep(met[1])
        return "250 OK"


class MailPeer:
    lists = False

    def __init__(self, handler: MailHandler, port: int) -> None:
        self.handler = handler
        self.port = port

    def provider(self, *, timeout: float = 5.0, down: bool = False, **more: Any) -> Provider:
        return Smtp(
            host="127.0.0.1", port=free_port() if down else self.port,
            sender="Kaari <hello@kaari.example>", timeout=timeout, **more,
        )  # fmt: skip

    def address(self, number: int = 0) -> str:
        return f"person{number}@example.com"

    def trouble(self, kind: str, seconds: float = 0.0) -> None:
        self.handler.trouble = (kind, seconds)

    def accepted(self) -> list[tuple[str, str]]:
        found = []
        for to, read in self.handler.taken:
            text = read.get_body(("plain",))
            assert text is not None
            found.append((to, text.get_content().replace("\r\n", "\n").removesuffix("\n")))
        return found


class FolderPeer:
    """The third channel's: a folder."""

    lists = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def provider(self, *, timeout: float = 5.0, down: bool = False) -> Provider:
        del timeout
        return FileDrop(self._folder / "gone" if down else self._folder)

    def address(self, number: int = 0) -> str:
        return f"box-{number}"

    def trouble(self, kind: str, seconds: float = 0.0) -> None:
        (self._folder / ".trouble").write_text(f"{kind} {seconds}")

    def accepted(self) -> list[tuple[str, str]]:
        return FileDrop(self._folder).all()


@contextmanager
def mail_peer(**more: Any) -> Iterator[MailPeer]:
    """A mail server of its own on loopback."""
    handler = MailHandler()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True, **more
    )
    controller.start()
    try:
        yield MailPeer(handler, controller.port)
    finally:
        controller.stop()


@contextmanager
def twilio_peer() -> Iterator[TwilioPeer]:
    stand_in = StandIn(
        account_sid=ACCOUNT, auth_token=TOKEN, replies_url="http://127.0.0.1:9/sms/replies",
        clock=wall, sent_after=None, delivered_after=None,
    )  # fmt: skip
    with running(stand_in.app) as url:
        yield TwilioPeer(stand_in, url)
    stand_in.close()
