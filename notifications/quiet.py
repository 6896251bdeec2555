"""Quiet hours: when people sleep, and when those who slept are told. Pure.

Hours are those of a clock on the wall. Where a clock change makes one of them come twice or not at
all, the night is the longer of the two it could be.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

#: What waited for the morning leaves spread over this long.
STAGGER = timedelta(minutes=20)


@dataclass(frozen=True)
class Quiet:
    """From `start` to `end` nobody is woken; an `end` before the `start` is on the next day."""

    start: time
    end: time

    @classmethod
    def between(cls, start: str, end: str) -> Quiet | None:
        """Of "21:00" and "08:00"; None when either is empty, or both are the same."""
        if not start or not end or start == end:
            return None
        return cls(time.fromisoformat(start), time.fromisoformat(end))

    def night(self, zone: tzinfo, at: datetime) -> tuple[datetime, datetime]:
        """The night that `at` lies in, else the next one: its two ends, in UTC."""
        today = at.astimezone(zone).date()
        over = timedelta(days=0 if self.start < self.end else 1)
        for days in (-1, 0, 1, 2):
            day = today + timedelta(days=days)
            begins = min(_instants(day, self.start, zone))
            ends = max(_instants(day + over, self.end, zone))
            if ends > at:
                return begins, ends
        raise AssertionError("some night ends after any moment")


@dataclass(frozen=True)
class Waking:
    """When a message leaves, and the next night in which it would stay after all."""

    due_at: datetime
    asleep_from: datetime | None
    awake_at: datetime | None


def waking(quiet: Quiet | None, zone: tzinfo, due: datetime, *, key: str) -> Waking:
    """When something due then leaves, if nobody is woken by it; `key` decides its turn then."""
    if quiet is None:
        return Waking(due, None, None)
    begins, ends = quiet.night(zone, due)
    later = stagger(key)
    if begins <= due:
        morning = ends
        begins, ends = quiet.night(zone, morning)
        later = min(later, (begins - morning) / 2)  # a day may be very short
        due = morning + later
    return Waking(due, begins, ends + later)


def may_wake(
    quiet: Quiet | None, zone: tzinfo, now: datetime, begins: datetime | None
) -> bool:  # fmt: skip
    """Whether news of what `begins` then cannot wait: it is today, or hardly after people wake.

    None is what has no time of its own: it cannot wait.
    """
    if quiet is None or begins is None:
        return True
    if begins.astimezone(zone).date() <= now.astimezone(zone).date():
        return True
    asleep_from, awake_at = quiet.night(zone, now)
    return asleep_from <= now and begins < awake_at + timedelta(hours=1)


def stagger(key: str) -> timedelta:
    """The same for the same key, and spread evenly over `STAGGER` for many."""
    return STAGGER * (zlib.crc32(key.encode()) / 2**32)


def still_asleep(
    asleep_from: datetime, awake_at: datetime, now: datetime
) -> tuple[datetime, datetime] | None:
    """The same hours of a later night, if `now` lies in them; None when its reader is awake.

    For what was held back for days. A night here is 24 h after the one before: it is an hour off
    when the clocks were changed meanwhile.
    """
    days = max((now - asleep_from) // timedelta(days=1), 0)
    later = timedelta(days=days)
    if asleep_from + later <= now < awake_at + later:
        return asleep_from + later, awake_at + later
    return None


def _instants(day: date, hour: time, zone: tzinfo) -> tuple[datetime, datetime]:
    local = datetime.combine(day, hour, zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
