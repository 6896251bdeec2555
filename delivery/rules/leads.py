"""When goods leave and the last moment at which they still make it, in the origin's own time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from delivery.rules.calendars import NeverOpen
from delivery.rules.catalogue import Origin, Service
from delivery.rules.wall_clock import UTC, end_at, later_by, moment_at
from delivery.rules.windows import TimeWindow

_ONE_DAY = timedelta(days=1)


def working_hours(origin: Origin, day: date) -> tuple[datetime, datetime]:
    """When the origin opens and closes on an open day, in UTC."""
    opens = moment_at(day, origin.opens, origin.zone)
    closes = end_at(day, origin.opens, origin.closes, origin.zone)
    return opens.astimezone(UTC), closes.astimezone(UTC)


def working_time_before(origin: Origin, moment: datetime, minutes: int) -> datetime:
    """The latest moment from which the origin still works `minutes` until `moment`.

    Raises `NeverOpen` if it did not work that long in a year.
    """
    local = moment.astimezone(origin.zone)
    if minutes <= 0:
        return local
    left, last = timedelta(minutes=minutes), moment.astimezone(UTC)
    for day in origin.calendar.open_days_back(local.date()):
        opens, closes = working_hours(origin, day)
        until = min(closes, last)
        if until - opens >= left:
            return (until - left).astimezone(origin.zone)
        left -= max(until - opens, timedelta())
    raise NeverOpen


def working_time_after(origin: Origin, moment: datetime, minutes: int) -> datetime:
    """The first moment at which the origin has worked `minutes` since `moment`.

    Raises `NeverOpen` if it will not work that long in a year.
    """
    local = moment.astimezone(origin.zone)
    if minutes <= 0:
        return local
    left, since = timedelta(minutes=minutes), moment.astimezone(UTC)
    for day in origin.calendar.open_days(local.date()):
        opens, closes = working_hours(origin, day)
        start = max(opens, since)
        if closes - start >= left:
            return (start + left).astimezone(origin.zone)
        left -= max(closes - start, timedelta())
    raise NeverOpen


@lru_cache(maxsize=4096)
def cut_off_on(service: Service, day: date) -> datetime | None:
    """The last moment at which goods ordered still leave that day; None: nothing leaves then.

    The day's cut-off on the origin's clock, less the working time that handling takes.
    """
    face = (service.cut_offs or {}).get(day.weekday())
    if face is None or not (service.calendar.is_open(day) and service.origin.calendar.is_open(day)):
        return None
    closed = end_at(day, time(), face, service.origin.zone)
    return working_time_before(service.origin, closed, service.handling_minutes)


def leaves_on(service: Service, ready: datetime) -> date:
    """The first working day whose cut-off comes after the goods are ready. Raises `NeverOpen`."""
    local = ready.astimezone(service.origin.zone)
    for day in service.calendar.open_days(local.date()):
        cut_off = cut_off_on(service, day)
        if cut_off is not None and local < cut_off:
            return day
    raise NeverOpen


def arrives_on(service: Service, leaves: date, zone: str | None = None) -> date:
    """The day on which goods that left then are there. Raises `NeverOpen`."""
    days = service.days_to(zone)
    return service.calendar.after(leaves, days) if days else leaves


def order_by(service: Service, starts: datetime) -> datetime:
    """The last moment at which goods still make a round that starts then.

    The earlier of what handling needs and what the service says. Raises `NeverOpen`.
    """
    last = working_time_before(service.origin, starts, service.handling_minutes)
    said = service.order_by
    if said is None:
        return last
    if said.minutes_before is not None:
        return min(last, later_by(starts.astimezone(service.origin.zone), -said.minutes_before))
    assert said.day_before is not None
    day = starts.astimezone(service.origin.zone).date() - _ONE_DAY
    return min(last, end_at(day, time(), said.day_before, service.origin.zone))


def is_blacked_out(service: Service, window: TimeWindow) -> bool:
    """Whether the service does not come in some part of that window, on the place's clock."""
    if not service.blackouts:
        return False
    start, end = window.start.replace(tzinfo=None), window.end.replace(tzinfo=None)
    return any(each.start < end and start < each.end for each in service.blackouts)
