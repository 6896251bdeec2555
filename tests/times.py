"""The moment at which every test begins, and a clock that can be moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")

#: A Tuesday at noon, no holiday near.
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=HELSINKI)


class SettableClock:
    """Tells the time it was set to, until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now

    def forward(self, **length: float) -> datetime:
        self.now = (self.now.astimezone(ZoneInfo("UTC")) + timedelta(**length)).astimezone(HELSINKI)
        return self.now
