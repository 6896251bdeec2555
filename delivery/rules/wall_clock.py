"""From what a clock on the wall shows to the moment meant, on every night of the year.

On the night when clocks go forward some times do not exist: such a time is the first moment after
the gap. On the night when they go back some exist twice: such a time is the first of the two. So
a later time on the wall is never an earlier moment, windows that touch go on touching, and a
window that lies within the gap alone has no length and is not there.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.rules.windows import TimeWindow

UTC = ZoneInfo("UTC")
_SECOND = timedelta(seconds=1)


def moment_of(shown: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which a clock in `zone` shows `shown`, a time without a zone."""
    local = shown.replace(tzinfo=zone, fold=0)
    exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == shown
    return local if exists else _after_the_gap(local, zone)


def moment_at(day: date, face: time, zone: ZoneInfo) -> datetime:
    """The moment of that day at which a clock in `zone` shows `face`."""
    return moment_of(datetime.combine(day, face), zone)


def end_at(day: date, opens: time, closes: time, zone: ZoneInfo) -> datetime:
    """The closing of a day that opened at `opens`; 0:00 is the end of the day."""
    return moment_at(day if closes > opens else day + timedelta(days=1), closes, zone)


def window_at(day: date, times: tuple[time, time], zone: ZoneInfo) -> TimeWindow | None:
    """From one time of the day to the other; None when clocks leave nothing between them."""
    start, end = moment_at(day, times[0], zone), end_at(day, *times, zone)
    return TimeWindow(start, end) if start.timestamp() < end.timestamp() else None


def later_by(moment: datetime, minutes: float) -> datetime:
    """So many minutes later on the world's clock, shown in the same zone."""
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)


def _after_the_gap(local: datetime, zone: ZoneInfo) -> datetime:
    # Read with the offset of afterwards it is before the change, with that of before after it.
    before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0).astimezone(zone)
