"""A post office: a stand-in for Twilio and our webhooks, both on loopback, over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from delivery.store.engine import Database
from notifications import outbox
from notifications.notice import Notice, Texts
from notifications.providers.twilio import Twilio
from notifications.sender import Sender
from notifications.stand_in import StandIn
from notifications.tables import attempt, message
from notifications.twilio_http import TwilioHttp
from notifications.webhooks import router
from tests.loopback import running
from tests.notifications.numbers import ACCOUNT, AINO, FROM, TOKEN

__all__ = ["ACCOUNT", "AINO", "FROM", "TOKEN"]

#: Of the office's senders: long enough for this machine, short enough to be waited for.
UNSURE_FOR = timedelta(seconds=0.4)


@dataclass(frozen=True)
class Word(Notice):
    """Any text at all."""

    name: ClassVar[str] = "word"
    text: str


@dataclass(frozen=True)
class Urgent(Word):
    """Useful for an hour, and an answer to a person."""

    name: ClassVar[str] = "urgent"
    lane: ClassVar[int] = 0
    useful_for: ClassVar[timedelta | None] = timedelta(hours=1)


def wall() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("notices")
    for name in ("word", "urgent"):
        (folder / name).mkdir()
        (folder / name / "en.sms.txt").write_text("{{ text }}\n")
        (folder / name / "fi.sms.txt").write_text("Moi: {{ text }}\n")
    return Texts(folder)


@dataclass
class Office:
    """Everything at one address. `run` runs a coroutine with a sender and ends its connections."""

    database: Database
    texts: Texts
    stand_in: StandIn
    stand_in_url: str
    url: str

    def twilio(self, *, seconds: float = 5.0, base_url: str | None = None) -> Twilio:
        http = TwilioHttp(base_url=base_url or self.stand_in_url, timeout=seconds)
        return Twilio(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=self.url, sender=FROM, http=http
        )

    def post(self, *recipients: str, text: str = "Hello", **more: Any) -> list[int | None]:
        with self.database.write() as conn:
            return [
                outbox.post(
                    conn, self.texts, Word(f"{text} {number}"), to=to, locale="en",
                    about="B1", dedupe_key=f"{text}:{to}:{number}", now=wall(), **more,
                )
                for number, to in enumerate(recipients)
            ]  # fmt: skip

    def send(self, *, turns: int = 1, seconds: float = 5.0, base_url: str | None = None,
             **more: Any) -> int:  # fmt: skip
        """So many turns of a sender of its own; how many calls it made."""
        provider = self.twilio(seconds=seconds, base_url=base_url)
        sender = self.sender(provider, **more)

        async def all_turns() -> int:
            made = 0
            for _ in range(turns):
                made += await sender.send_due()
                await sender.rescue()
            await provider.close()
            return made

        return asyncio.run(all_turns())

    def sender(self, provider: Any, **more: Any) -> Sender:
        known: dict[str, Any] = {
            "clock": wall,
            "name": "test",
            "unsure_for": UNSURE_FOR,
        }
        return Sender(self.database, provider, **(known | more))

    def rows(self) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(message).order_by(message.c.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def attempts(self) -> list[Any]:
        with self.database.read() as conn:
            return list(
                conn.execute(select(attempt).order_by(attempt.c.message_id, attempt.c.number))
            )

    def bodies(self) -> list[str]:
        """What the provider accepted."""
        return sorted(each["body"] for each in self.stand_in.messages)


def in_loop(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


class Current:
    """A server that stays up while what it serves is another thing in each test."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def ours() -> Iterator[tuple[Current, str]]:
    current = Current()
    with running(current) as url:
        yield current, url


@pytest.fixture(scope="session")
def theirs() -> Iterator[tuple[Current, str]]:
    current = Current()
    with running(current) as url:
        yield current, url


Server = tuple[Current, str]


@pytest.fixture
def office(database: Database, texts: Texts, ours: Server, theirs: Server) -> Iterator[Office]:
    yield from an_office(database, texts, ours, theirs, sent_after=0.01, delivered_after=0.02)


@pytest.fixture
def quiet_office(
    database: Database, texts: Texts, ours: Server, theirs: Server
) -> Iterator[Office]:
    """One whose provider never sends a receipt."""
    yield from an_office(database, texts, ours, theirs, sent_after=None, delivered_after=None)


def an_office(
    database: Database, texts: Texts, ours: Server, theirs: Server, **more: Any
) -> Iterator[Office]:
    stand_in = StandIn(
        account_sid=ACCOUNT, auth_token=TOKEN, replies_url=f"{ours[1]}/sms/replies", clock=wall,
        **more,
    )  # fmt: skip
    office = Office(database, texts, stand_in, theirs[1], ours[1])
    app = FastAPI()
    app.include_router(router(database, office.twilio(), wall))
    ours[0].app, theirs[0].app = app, stand_in.app
    yield office
    stand_in.close()
