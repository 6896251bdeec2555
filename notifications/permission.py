"""May these calls still be made? Asked once for many, and again as soon as the answer has aged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from notifications import claims
from notifications.claims import Call
from notifications.clocks import Clock
from notifications.transactions import Transactions

#: From when we last asked whether a person still wants a message until its call begins, at the
#: most. We promise 250 ms; what is left is for the way to the wire.
FRESH_SECONDS = 0.2


class Permission:
    """For calls of one sub-batch: nobody has said stop, no gate is closed, they are still ours.

    `asked` is when that was last read, by this process's own clock, before the reading began.
    """

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        who: str,
        calls: Sequence[Call],
        *,
        asked: float,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._who = who
        self._ids = [call.message.id for call in calls]
        self._allowed = set(self._ids)
        self._asked = asked
        self._asking: asyncio.Task[tuple[float, set[int]]] | None = None

    async def holds(self, call: Call) -> bool:
        """Whether it may begin at this very moment. Raises what the database raises."""
        while time.monotonic() - self._asked > FRESH_SECONDS:
            await self._ask_again()
        return call.message.id in self._allowed

    async def _ask_again(self) -> None:
        # All that wait for an answer wait for the same one; it is not theirs to cancel.
        if self._asking is None:
            self._asking = asyncio.create_task(asyncio.to_thread(self._read))
        asking = self._asking
        try:
            self._asked, self._allowed = await asyncio.shield(asking)
        finally:
            if self._asking is asking and asking.done():
                self._asking = None

    def _read(self) -> tuple[float, set[int]]:
        asked, now = time.monotonic(), self._clock()
        with self._transactions.read() as conn:
            return asked, claims.still_allowed(conn, self._who, self._ids, now=now)
