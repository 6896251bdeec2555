"""Guessing passwords is slow: so many failures from one place for one login, then a wait.

Counted per login *and* address, so that nobody can lock somebody else out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

MOST_FAILURES = 10
WITHIN = timedelta(minutes=10)
_MOST_REMEMBERED = 10_000


class Throttle:
    """Failures of the last minutes, in this process's memory."""

    def __init__(self) -> None:
        self._failed: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()
        self._turn = threading.Lock()

    def wait(self, login: str, address: str, *, now: datetime) -> timedelta | None:
        """How long to wait before another try, or None."""
        with self._turn:
            recent = self._recent((login, address), now)
            if len(recent) < MOST_FAILURES:
                return None
            return recent[-MOST_FAILURES] + WITHIN - now

    def failed(self, login: str, address: str, *, now: datetime) -> None:
        with self._turn:
            self._failed[login, address] = [*self._recent((login, address), now), now]
            self._failed.move_to_end((login, address))
            while len(self._failed) > _MOST_REMEMBERED:
                self._failed.popitem(last=False)

    def passed(self, login: str, address: str) -> None:
        with self._turn:
            self._failed.pop((login, address), None)

    def _recent(self, who: tuple[str, str], now: datetime) -> list[datetime]:
        return [at for at in self._failed.get(who, []) if now - at < WITHIN]
