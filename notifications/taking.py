"""What a sender asks of the database before its calls: each is one transaction, for a thread."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from notifications import claims, identity
from notifications.channels import Channels
from notifications.claims import Call, Claimed
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.paces import PACED, Paces
from notifications.transactions import Transactions

#: While one batch follows another, others are asked about so often: which senders are in order,
#: whether we were told to wait, and whether this database is a copy.
_KNOWN_SECONDS = 0.25


@dataclass(frozen=True)
class Batch:
    """Messages of one claim. `leased` is when it began, by this process's own clock."""

    who: str
    leased: float
    messages: list[Claimed]


@dataclass(frozen=True)
class Leaving:
    """Calls about to be made. `asked` is when they were begun, by this process's own clock."""

    who: str
    asked: float
    calls: list[Call]
    #: How many messages were looked at: some may be left out.
    moved: int


class Taker:
    """Takes messages for the sender called `name`, for the length of a lease."""

    def __init__(
        self, transactions: Transactions, channels: Channels, paces: Paces, *, clock: Clock,
        name: str, lease_for: timedelta, fallback: SayElsewhere | None,
    ) -> None:  # fmt: skip
        self._transactions = transactions
        self._channels = channels
        self._paces = paces
        self._clock = clock
        self._name = name[:48]
        self._lease_for = lease_for
        self._fallback = fallback
        self._count = itertools.count()
        #: Channels all of whose senders were in order, and until when that is taken for granted.
        self._ready: tuple[list[str], float] = ([], 0.0)

    def look_again(self) -> None:
        """Take nothing for granted any more."""
        self._ready = ([], 0.0)

    def claim(self, most: int) -> Batch:
        """Take up to so many; their attempts begin when their turn comes."""
        batch = Batch(self._named(), time.monotonic(), [])
        with self._transactions.write() as conn:
            now = self._clock()
            for names, count in self._allowed(conn, self._paces.worth_claiming(most), now):
                batch.messages.extend(
                    claims.claim(
                        conn, batch.who, most=count, now=now, until=now + self._lease_for,
                        channels=names,
                    )
                )  # fmt: skip
        return batch

    def leave(self, most: int) -> Leaving:
        """Take up to so many and begin their attempts, all in one."""
        who = self._named()
        calls: list[Call] = []
        moved = 0
        with self._transactions.write() as conn:
            asked, now = time.monotonic(), self._clock()
            for names, count in self._known_to_be_allowed(conn, most, now):
                some, looked_at = claims.leave(
                    conn, who, most=min(count, most - len(calls)), now=now,
                    until=now + self._lease_for, channels=names, fallback=self._fallback,
                )  # fmt: skip
                calls += some
                moved += looked_at
        return Leaving(who, asked, calls, moved)

    def begin(self, batch: Batch, part: Sequence[Claimed]) -> Leaving:
        """Begin the attempts of these, as far as they may still leave."""
        with self._transactions.write() as conn:
            asked, now = time.monotonic(), self._clock()
            calls = claims.begin(
                conn, batch.who, part, now=now, until=now + self._lease_for,
                fallback=self._fallback,
            )  # fmt: skip
        return Leaving(batch.who, asked, calls, len(part))

    def give_back(self, batch: Batch, part: Sequence[Claimed]) -> None:
        """Let others have these."""
        with self._transactions.write() as conn:
            claims.give_back(conn, batch.who, part, now=self._clock())

    def _named(self) -> str:
        return f"{self._name}/{next(self._count):x}"

    def _known_to_be_allowed(
        self, conn: Connection, most: int, now: datetime
    ) -> list[tuple[list[str], int]]:
        names, until = self._ready
        if time.monotonic() < until:
            return [(names, most)]
        if not identity.cleared(conn, now=now):
            return []
        allowed = self._allowed(conn, most, now)
        if len(allowed) == 1 and allowed[0][1] == most:  # nothing is tried out
            self._ready = (allowed[0][0], time.monotonic() + _KNOWN_SECONDS)
        return allowed

    def _allowed(self, conn: Connection, most: int, now: datetime) -> list[tuple[list[str], int]]:
        """From which channels may be taken now, and how many."""
        turns = self._channels.turns(conn, most, now)
        if not self._paces.taken(conn, now):
            return turns
        return [([each for each in names if each != PACED], count) for names, count in turns]
