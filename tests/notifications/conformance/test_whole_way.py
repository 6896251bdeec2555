"""From the outbox over a channel and back: a third channel, and an e-mail nobody is sure of."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from delivery.store.engine import Database
from notifications import tasks
from notifications.channels import Channels, NamedSender
from notifications.sender import Sender
from notifications.tables import message
from tests.notifications.conformance.file_drop import FileDrop
from tests.notifications.conformance.peers import FolderPeer, mail_peer, wall

UNSURE = timedelta(seconds=0.3)


def posted(database: Database, channel: str, *to: str) -> None:
    now = wall()
    rows = [
        {"notice": "word", "channel": channel, "recipient": each, "locale": "en", "body": "Hello",
         "parts": {"subject": "News"}, "segments": 0, "about": "B1", "dedupe_key": f"{each}",
         "due_at": now, "created_at": now, "changed_at": now}
        for each in to
    ]  # fmt: skip
    with database.write() as conn:
        conn.execute(insert(message), rows)


def sent(database: Database, channels: Channels, turns: int = 1) -> list[Any]:
    """After so many turns of a sender, each after a grace: the rows."""
    sender = Sender(database, channels, clock=wall, name="test", unsure_for=UNSURE)

    async def run() -> None:
        for turn in range(turns):
            if turn:
                await asyncio.sleep(UNSURE.total_seconds())
            await sender.rescue()
            await sender.send_due()
        await channels.close()

    asyncio.run(run())
    with database.read() as conn:
        return list(conn.execute(select(message).order_by(message.c.id)))


def test_a_third_channel_is_one_file_and_one_line(database: Database, tmp_path: Path) -> None:
    channels = Channels([NamedSender("box", "drop", FileDrop(tmp_path))])  # the line
    posted(database, "drop", "box-1", "box-2")
    rows = sent(database, channels)
    assert [row.state for row in rows] == ["delivered"] * 2
    assert sorted(FileDrop(tmp_path).all()) == [("box-1", "Hello"), ("box-2", "Hello")]


def test_a_third_channel_is_asked_what_it_has(database: Database, tmp_path: Path) -> None:
    FolderPeer(tmp_path).trouble("cut")
    channels = Channels([NamedSender("box", "drop", FileDrop(tmp_path))])
    posted(database, "drop", "box-1")
    assert [row.state for row in sent(database, channels)] == ["unsure"]
    time.sleep(UNSURE.total_seconds())
    (row,) = sent(database, channels)
    assert row.state == "delivered"
    assert row.attempts == 1
    assert len(FileDrop(tmp_path).all()) == 1


def test_a_channel_nobody_carries_waits(database: Database, tmp_path: Path) -> None:
    posted(database, "drop", "box-1")
    assert [row.state for row in sent(database, Channels([]))] == ["queued"]


@pytest.mark.parametrize("cuts", [1, 2])
def test_an_email_nobody_is_sure_of_is_sent_once_more_under_its_own_id(
    database: Database, cuts: int
) -> None:
    with mail_peer() as peer:

        def turn(turns: int) -> Any:
            mail = NamedSender("mail", "email", peer.provider(), frozenset(), False, True)
            (row,) = sent(database, Channels([mail]), turns)
            return row

        peer.trouble("cut")
        posted(database, "email", "aino@example.com")
        assert turn(1).state == "unsure"
        if cuts == 2:
            peer.trouble("cut")
        time.sleep(UNSURE.total_seconds())
        assert turn(6).attempts == 2
        row = turn(6)
        # Twice without a word is enough: a person asks.
        assert row.state == ("sent" if cuts == 1 else "unsure")
        with database.read() as conn:
            assert len(tasks.list_open(conn)) == cuts - 1
        ids = [read["Message-ID"] for _, read in peer.handler.taken]
        assert (len(ids), row.attempts) == (2, 2)
        assert len(set(ids)) == 1
