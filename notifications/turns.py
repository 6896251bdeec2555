"""When a sender's next segments may leave: its own pace, and the time its provider asked for.

Shared by all workers through one row; what is known of it here saves asking.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from notifications import pacing
from notifications.claims import Claimed
from notifications.clocks import Clock
from notifications.transactions import Transactions

#: Where there is a pace, so much is claimed: an answer waits for that and no more.
CLAIMED_SECONDS = 0.5
#: No one claims while those who did have turns for so long.
_AHEAD = timedelta(seconds=1)
#: Attempts are written down so long before their turn comes, that it is not missed by that.
_BEFORE = 0.06
#: Who is later than this does not make up for it: those behind move back as well.
_LATE = 0.02
#: Many calls at once are told to wait: that is written down once.
_SAME = 0.25


class Turns:
    """The turns of one sender, in segments a second; 0 = as they come."""

    def __init__(
        self, transactions: Transactions, clock: Clock, *, per_second: float, sender: str
    ) -> None:
        self.per_second = per_second
        self._transactions = transactions
        self._clock = clock
        self.sender = sender
        #: Segments of a message, as lately seen.
        self._segments = 2.0
        #: By this process's own clock.
        self._held_until = 0.0

    def worth_claiming(self, most: int) -> int:
        """How many messages can leave soon enough, of `most`."""
        if not self.per_second:
            return most
        return max(1, min(most, int(self.per_second * CLAIMED_SECONDS / self._segments)))

    def seen(self, messages: Sequence[Claimed]) -> None:
        """How long messages are these days."""
        self._segments = max(1.0, statistics.fmean(each.segments for each in messages))

    def taken(self, conn: Connection, now: datetime) -> bool:
        """Whether there is no turn to be had for a while: nothing is claimed then."""
        free_at = pacing.free_at(conn, self.sender)
        if free_at is None:
            return False
        if not self.per_second and free_at > now:  # another process was told to wait
            self._held_until = time.monotonic() + (free_at - now).total_seconds()
        return free_at > now + (_AHEAD if self.per_second else timedelta())

    async def take(self, part: Sequence[Claimed]) -> Turn | None:
        """Wait till shortly before the turn of these, and give it. None where there is no pace."""
        segments = sum(each.segments for each in part)
        if not self.per_second or not segments:
            return None
        start = await asyncio.to_thread(self._reserve, segments)
        await asyncio.sleep(max(0.0, (start - self._clock()).total_seconds() - _BEFORE))
        return Turn(self, start)

    async def begun_for(self, start: datetime) -> float:
        late = (self._clock() - start).total_seconds()
        if late <= _LATE:
            return late
        await asyncio.to_thread(self._move_back, late)
        return 0.0

    def held_for(self) -> float:
        """For how many seconds the provider wants to hear nothing, as far as is known here."""
        return max(0.0, self._held_until - time.monotonic())

    async def hold(self, seconds: float) -> None:
        """The provider wants to be left alone for so long: all of this sender's messages wait."""
        until = time.monotonic() + seconds
        if until <= self._held_until + _SAME:
            return
        self._held_until = until
        await asyncio.to_thread(self._hold, timedelta(seconds=seconds))

    def _reserve(self, segments: int) -> datetime:
        with self._transactions.write() as conn:
            return pacing.reserve(
                conn, self.sender, segments, self.per_second, now=self._clock()
            )  # fmt: skip

    def _move_back(self, seconds: float) -> None:
        with self._transactions.write() as conn:
            pacing.move_back(conn, self.sender, timedelta(seconds=seconds))

    def _hold(self, time_asked: timedelta) -> None:
        with self._transactions.write() as conn:
            pacing.hold(conn, self.sender, self._clock() + time_asked)


@dataclass(frozen=True)
class Turn:
    """When segments of a sender may leave, from `start` on."""

    turns: Turns
    start: datetime

    async def begun_for(self) -> float:
        """For how many seconds it has begun by now; less than 0 = it is still to come.

        What was lost by coming late is given up, so that nothing leaves faster because of it.
        """
        return await self.turns.begun_for(self.start)
