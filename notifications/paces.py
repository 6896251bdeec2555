"""The turns of each of our SMS senders: one that is at its limit does not slow down the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from notifications.channels import Channels
from notifications.claims import Claimed
from notifications.clocks import Clock
from notifications.transactions import Transactions
from notifications.turns import Turns

#: What has a pace.
PACED = "sms"


class Paces:
    """Turns by the sender that carries; each may send `per_second` segments, 0 = as they come."""

    def __init__(
        self, transactions: Transactions, clock: Clock, channels: Channels, *, per_second: float
    ) -> None:
        self.per_second = per_second
        self._clock = clock
        self._channels = channels
        self._turns = {
            each.name: Turns(transactions, clock, per_second=per_second, sender=each.name)
            for each in channels.senders if each.channel == PACED
        }  # fmt: skip
        self._only = next(iter(self._turns.values())) if len(self._turns) == 1 else None

    def of(self, to: str) -> Turns | None:
        """The turns of the sender that would carry there now; None where there is none."""
        if self._only is not None:
            return self._only
        name = self._channels.sender_for(to, self._clock())
        return self._turns.get(name) if name is not None else None

    def worth_claiming(self, most: int) -> int:
        """How many messages can leave soon enough, of `most`, were they all for one sender."""
        return min((each.worth_claiming(most) for each in self._turns.values()), default=most)

    def taken(self, conn: Connection, now: datetime) -> bool:
        """Whether no sender has a turn for a while: then nothing is claimed."""
        # All are looked at: each remembers what it was told.
        taken = [each.taken(conn, now) for each in self._turns.values()]
        return bool(taken) and all(taken)

    def split(self, claimed: Iterable[Claimed]) -> list[tuple[Turns | None, list[Claimed]]]:
        """These by whose turns they take, each part in its order; None = no one's."""
        parts: dict[str, tuple[Turns | None, list[Claimed]]] = {}
        for each in claimed:
            turns = self.of(each.to) if each.channel == PACED else None
            name = turns.sender if turns else ""
            parts.setdefault(name, (turns, []))[1].append(each)
        for turns, some in parts.values():
            if turns is not None:
                turns.seen(some)
        return list(parts.values())


async def side_by_side(
    parts: Sequence[tuple[Turns | None, list[Claimed]]],
    begin: Callable[[Turns | None, list[Claimed]], Awaitable[int]],
) -> int:
    """`begin` each of these while the others wait for their turns; how many calls were begun.

    What one of them raises is raised once all have ended: no call is left without its outcome.
    """
    ended = await asyncio.gather(*(begin(*part) for part in parts), return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return sum(each for each in ended if isinstance(each, int))
