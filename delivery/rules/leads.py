"""When goods leave and the last moment at which they still make it, in the origin's own time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from delivery.rules.catalogue import Origin, Service

_UTC = ZoneInfo("UTC")


def working_time_before(origin: Origin, moment: datetime, minutes: int) -> datetime:
    """The moment from which the origin still has `minutes` of working time until `moment`."""
    local = moment.astimezone(origin.zone)
    left = timedelta(minutes=minutes)
    for day in origin.calendar.open_days_back(local.date()):
        opens = datetime.combine(day, origin.opens, origin.zone).astimezone(_UTC)
        closes = datetime.combine(day, origin.closes, origin.zone).astimezone(_UTC)
        until = min(closes, moment.astimezone(_UTC))
        if until - opens >= left and until > opens:
            return (until - left).astimezone(origin.zone)
        left -= max(until - opens, timedelta())
    raise AssertionError("open days never end")


def cut_off_on(service: Service, day: date) -> datetime:
    """The last moment on `day` at which goods still leave that day."""
    assert service.cut_off is not None
    return datetime.combine(day, service.cut_off, service.origin.zone)


def leaves_on(service: Service, ready: datetime) -> date:
    """The first working day whose cut-off comes after the goods are ready."""
    local = ready.astimezone(service.origin.zone)
    for day in service.calendar.open_days(local.date()):
        if service.origin.calendar.is_open(day) and local < cut_off_on(service, day):
            return day
    raise AssertionError("open days never end")


def arrives_on(service: Service, leaves: date) -> date:
    """The day on which goods that left then are there."""
    if service.transit_days == 0:
        return leaves
    return service.calendar.after(leaves, service.transit_days)


def working_time_after(origin: Origin, moment: datetime, minutes: int) -> datetime:
    """The moment at which the origin has worked `minutes` since `moment`."""
    left = timedelta(minutes=minutes)
    since = moment.astimezone(_UTC)
    for day in origin.calendar.open_days(moment.astimezone(origin.zone).date()):
        opens = max(datetime.combine(day, origin.opens, origin.zone).astimezone(_UTC), since)
        closes = datetime.combine(day, origin.closes, origin.zone).astimezone(_UTC)
        if closes - opens >= left:
            return (opens + left).astimezone(origin.zone)
        left -= max(closes - opens, timedelta())
    raise AssertionError("open days never end")
