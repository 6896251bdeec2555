"""Time windows: half-open, aware, and each in the zone of its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class TimeWindow:
    """From `start` up to, but not including, `end`. Both are aware, usually in a local zone."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs times with a zone")
        if not self.start.timestamp() < self.end.timestamp():
            raise ValueError("a window ends after it starts")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def minutes(self) -> int:
        """Its real length: on a night when clocks change, not what the clock face says."""
        return round((self.end.timestamp() - self.start.timestamp()) / 60)

    def shifted(self, by: timedelta) -> TimeWindow:
        """The same window, so much later on the world's clock, shown in the same zone."""
        return TimeWindow(_later(self.start, by), _later(self.end, by))

    def into(self, zone: ZoneInfo) -> TimeWindow:
        return TimeWindow(self.start.astimezone(zone), self.end.astimezone(zone))

    def as_json(self) -> dict[str, Any]:
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TimeWindow:
        return cls(datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"]))


def _later(moment: datetime, by: timedelta) -> datetime:
    # Aware plus a length is wall-clock arithmetic in Python and drops `fold`; go through UTC.
    return (moment.astimezone(ZoneInfo("UTC")) + by).astimezone(moment.tzinfo)
