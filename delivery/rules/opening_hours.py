"""Opening hours in OpenStreetMap's notation, as far as shops and lockers need it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.rules.calendars import public_holidays
from delivery.rules.windows import TimeWindow

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(
    r"^(?P<days>(?:[A-Z][a-z]|PH)(?:[-,](?:[A-Z][a-z]|PH))*)\s+"
    r"(?:(?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)|(?P<off>off))$"
)
_MIDNIGHT = 24 * 60
DAY_AND_NIGHT = "24/7"
Span = tuple[int, int]  # minutes of the day


@dataclass(frozen=True)
class OpeningHours:
    """`24/7`, or rules such as `Mo-Fr 07:00-21:00; Sa 09:00-18:00; PH off`."""

    text: str
    week: tuple[Span | None, ...]
    #: On public holidays; "same" as the weekday when the text says nothing.
    holiday: Span | str | None = "same"
    country: str = "FI"

    @classmethod
    def parse(cls, text: str, country: str = "FI") -> OpeningHours:
        """Raises `ValueError` with the rule that cannot be read."""
        if text == DAY_AND_NIGHT:
            return cls(text, ((0, _MIDNIGHT),) * 7, "same", country)
        week: list[Span | None] = [None] * 7
        holiday: Span | str | None = "same"
        for rule in text.split(";"):
            days, span = _read(rule.strip())
            for day in days:
                if day == len(_DAYS):
                    holiday = span
                else:
                    week[day] = span
        return cls(text, tuple(week), holiday, country)

    def on(self, day: date) -> Span | None:
        """From which to which minute of that day it is open; None when it is closed."""
        if self.holiday != "same" and day in public_holidays(self.country, day.year):
            return self.holiday  # type: ignore[return-value]
        return self.week[day.weekday()]

    def window_on(self, moment: datetime) -> TimeWindow:
        """The hours of the day of `moment`, on which it is open."""
        span, zone = self.on(moment.date()), moment.tzinfo
        assert span is not None
        assert isinstance(zone, ZoneInfo)
        return TimeWindow(*(at_minute(moment.date(), minute, zone) for minute in span))

    def open_from(self, moment: datetime, days: int = 30) -> tuple[datetime, datetime] | None:
        """The first opening at or after `moment` and its closing, in the moment's zone."""
        zone = moment.tzinfo
        assert isinstance(zone, ZoneInfo)
        for ahead in range(days):
            day = moment.date() + timedelta(days=ahead)
            span = self.on(day)
            if span is None:
                continue
            opens, closes = at_minute(day, span[0], zone), at_minute(day, span[1], zone)
            if moment < closes:
                return max(opens, moment), closes
        return None


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The moment at which a clock in `zone` shows that minute; 24:00 is the next midnight."""
    if minute == _MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time(*divmod(minute, 60)), zone)


def _read(rule: str) -> tuple[list[int], Span | None]:
    found = _RULE.match(rule)
    if not found:
        raise ValueError(f"cannot read opening hours {rule!r}")
    days: list[int] = []
    for part in found["days"].split(","):
        ends = [_day(name) for name in part.split("-")]
        days.extend(range(ends[0], ends[-1] + 1))
    if found["off"]:
        return days, None
    span = _minutes(found["from"]), _minutes(found["to"])
    if not 0 <= span[0] < span[1] <= _MIDNIGHT:
        raise ValueError(f"closes before it opens: {rule!r}")
    return days, span


def _day(name: str) -> int:
    if name == "PH":
        return len(_DAYS)
    if name not in _DAYS:
        raise ValueError(f"no such day: {name!r}")
    return _DAYS.index(name)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
