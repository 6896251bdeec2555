"""How many calls may be out at once: room is given out in pieces, to one after another."""

from __future__ import annotations

import asyncio

#: A piece is at least this share of all, so that a trickle of ended calls makes no tiny batches.
_LEAST = 8


class Room:
    """Room for `most` calls. Who takes first is served first; any may give back."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._least = max(1, most // _LEAST)
        self._wanted = 0
        self._enough = asyncio.Event()
        self._queue = asyncio.Lock()

    async def take(self, wanted: int, *, whole: bool = False) -> int:
        """Wait for room, and take as much of what is wanted as there is; how much.

        The `whole` of it only if that much room was made: never more than there can be.
        """
        async with self._queue:
            self._wanted = wanted if whole else min(wanted, self._least)
            while self._free < self._wanted:
                self._enough.clear()
                await self._enough.wait()
            taken = min(wanted, self._free)
            self._free -= taken
            return taken

    def give_back(self, count: int = 1) -> None:
        self._free += count
        if self._free >= self._wanted:
            self._enough.set()
