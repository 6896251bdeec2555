"""Feeds broadcasts in processes of their own that kill themselves at a commit they are told of.

    python -m tests.broadcasts.dying_feeder

Everything is imported once; for each line of JSON on its input (`database`, `commit`: at which
commit to die, `before`: whether before it or after, `twin`) it forks a feeder, and says how that
one ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from delivery.app import build_house
from delivery.flows import broadcast_feeding, broadcast_posting
from delivery.house import House
from delivery.log import configure_logs
from delivery.store import broadcasts
from delivery.store.broadcasts import Broadcast, Recipient, Settled
from delivery.store.engine import Database, engine_for
from tests.conftest import settings_for
from tests.times import NOW

BATCH = 4
#: Later than any start delay.
THEN = NOW.replace(hour=13)


class Mortal(Database):
    """A database whose owner dies at one of its commits."""

    def __init__(self, url: str, commit: int, *, before: bool) -> None:
        super().__init__(engine_for(url))
        self._left, self._before = commit, before

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as conn:
            yield conn
            self._left -= 1
            if self._before and self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def feed_and_mark_later(
    house: House, known: Broadcast, due: list[Recipient], *, now: datetime
) -> bool:
    """Known bad: the messages are one commit, what became of their recipients is the next."""
    marks: list[Sequence[Settled]] = []

    def key(broadcast_id: str, reference: str) -> str:
        return f"{broadcast_id}:{reference}:{os.getpid()}"

    vars(broadcast_posting)["key_of"] = key
    settle = broadcasts.settle
    vars(broadcasts)["settle"] = lambda _conn, _number, ends: marks.append(ends)
    try:
        fed = _FEED(house, known, due, now=now)
    finally:
        vars(broadcasts)["settle"] = settle
    with house.database.write() as conn:
        for ends in marks:
            broadcasts.settle(conn, known.number, ends)
    return fed


_FEED = broadcast_feeding.feed


def feed(asked: dict[str, Any]) -> None:
    configure_logs()
    broadcast_feeding.BATCH = BATCH
    if asked["twin"]:
        broadcast_feeding.feed = feed_and_mark_later
    url = asked["database"]
    mortal = Mortal(url, asked["commit"], before=asked["before"])
    house = replace(build_house(settings_for(url)), database=mortal)
    while broadcast_feeding.feed_next(house, now=THEN):
        pass
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            feed(json.loads(line))
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"ended {ended}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
