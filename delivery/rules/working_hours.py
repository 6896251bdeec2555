"""When people at the desk work, and how long something has been or will be waiting for them.

All counting is in seconds of the world's clock, so a night on which clocks change has 23 or 25
hours for those who work through it, and none that count for those who sleep.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from delivery.rules.calendars import HORIZON_DAYS
from delivery.rules.opening_hours.hours import OpeningHours

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """Opening hours in the zone of those who keep them."""

    hours: OpeningHours
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, *, country: str, zone: str) -> WorkingHours:
        """Hours such as `Mo-Fr 09:00-17:00; PH off`, with the country's public holidays.

        Raises `ValueError` that says what cannot be read. The same text is read once.
        """
        return _parse(text, country, zone)

    def deadline(self, since: datetime, minutes: int) -> datetime:
        """The moment, in UTC, at which so many working minutes after `since` are over.

        Where hardly anybody ever works it is more than a year away, and no later than that.
        """
        left = minutes * 60.0
        if left <= 0:
            return since.astimezone(UTC)
        for opens, closes in self._stretches(since):
            if closes - opens >= left:
                return datetime.fromtimestamp(opens + left, UTC)
            left -= closes - opens
        return since.astimezone(UTC) + timedelta(days=HORIZON_DAYS)

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from `start` to `end`; none where `end` is the earlier."""
        until, seconds = end.timestamp(), 0.0
        for opens, closes in self._stretches(start):
            if opens >= until:
                break
            seconds += min(closes, until) - opens
        # A hundredth of a second is what a float may lack of a whole minute.
        return math.floor((seconds + 0.01) / 60)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment."""
        first = next(self._stretches(at), None)
        return first is not None and first[0] <= at.timestamp()

    def is_ever_open(self, since: datetime) -> bool:
        """Whether anybody works within somewhat more than a year."""
        return next(self._stretches(since), None) is not None

    def _stretches(self, since: datetime) -> Iterator[tuple[float, float]]:
        """From when to when somebody works, in seconds, none over before `since`, none twice."""
        done = since.timestamp()
        # Yesterday's hours may go on past midnight.
        day = since.astimezone(self.zone).date() - _DAY
        for _ in range(HORIZON_DAYS + 1):
            for opens, closes in self.hours.spans_on(day, self.zone):
                if closes.timestamp() > done:
                    yield max(opens.timestamp(), done), closes.timestamp()
                    done = closes.timestamp()
            day += _DAY


@lru_cache(maxsize=64)
def _parse(text: str, country: str, zone: str) -> WorkingHours:
    return WorkingHours(OpeningHours.parse(text, country), ZoneInfo(zone))
