"""The next hours in which a courier brings it at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.asks import QuoteAsk
from delivery.rules.calendars import NeverOpen
from delivery.rules.candidates import AT_HOME, Candidate, Moment, last_day
from delivery.rules.catalogue import Origin, Service
from delivery.rules.fitting import terms_for
from delivery.rules.leads import is_blacked_out, working_hours, working_time_before
from delivery.rules.pricing import price_of, priced, total
from delivery.rules.wall_clock import UTC, end_at, moment_of
from delivery.rules.windows import TimeWindow

#: A courier sets out on the half hour: nobody promises 14:07.
EVERY_MINUTES = 30
#: The next window and two that do not overlap it: more of the same would hide the rest.
MOST_WINDOWS = 3
_MINUTE = 60
_ONE_DAY = timedelta(days=1)


class Run(NamedTuple):
    """A window, and the last moment at which goods ordered are packed when it begins."""

    window: TimeWindow
    cutoff: datetime
    #: The same moment and the ends of the window, as seconds since 1970.
    closes: float
    start: float
    end: float
    #: The option's id.
    id: str


def express_candidates(
    service: Service, ask: QuoteAsk, moment: Moment, zone: str | None = None
) -> list[Candidate]:
    """The next window and two later ones, on the half hour, as wide as the way is long.

    They are those of the moment of the quote; when it is looked at again later, those that can
    still be packed in time remain. A window lies within the operating hours of an open day, and
    begins while the origin is open.
    """
    zone = zone or service.zone_at(ask.postcode) or ""
    terms = terms_for(service, ask, zone)
    if terms is None:
        return []
    asked, ready = Moment.of(ask, moment.now).ready.timestamp(), moment.ready.timestamp()
    # Cut-offs are on the minute, so all of one minute have the same windows before them.
    minute = int(asked // _MINUTE) * _MINUTE
    way, clock = service.minutes_to(zone), service.clock(zone)
    # Where no hour costs more than another the price is asked once.
    same = () if service.tariff.surcharges else priced(terms, ())
    found = []
    for run in _next_runs(service, minute, last_day(service, moment), way, clock):
        if ready < run.closes:
            parts = same or price_of(terms, run.window, moment.now)
            found.append(
                Candidate(
                    run.id, service, run.window, total(parts), parts, run.end, way, AT_HOME,
                    run.cutoff,
                )
            )  # fmt: skip
    return found


@lru_cache(maxsize=1024)
def _next_runs(
    service: Service, asked: int, until_day: date, minutes: int, clock: ZoneInfo
) -> tuple[Run, ...]:
    day = datetime.fromtimestamp(asked, clock).date()
    found: list[Run] = []
    while day <= until_day and len(found) < MOST_WINDOWS:
        for run in _runs(service, day, minutes, clock):
            if asked < run.closes and (not found or found[-1].end <= run.start):
                found.append(run)
        day += _ONE_DAY
    return tuple(found[:MOST_WINDOWS])


@lru_cache(maxsize=1024)
def _runs(service: Service, day: date, minutes: int, clock: ZoneInfo) -> tuple[Run, ...]:
    """Every window of a day, whoever asks."""
    if service.window is None or not service.calendar.is_open(day):
        return ()
    shown = datetime.combine(day, service.window[0])
    closes = end_at(day, *service.window, clock).timestamp()
    found: dict[float, Run] = {}
    while shown.date() == day:
        start = moment_of(shown, clock)
        end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(clock)
        if end.timestamp() > closes:
            break
        run = _run(service, TimeWindow(start, end))
        if run is not None:
            found[run.start] = run
        shown += timedelta(minutes=EVERY_MINUTES)
    return tuple(found.values())


def _run(service: Service, window: TimeWindow) -> Run | None:
    if is_blacked_out(service, window) or not _is_open_at(service.origin, window.start):
        return None
    try:
        cutoff = working_time_before(service.origin, window.start, service.handling_minutes)
    except NeverOpen:
        return None
    start, end = window.start.timestamp(), window.end.timestamp()
    at = window.start.astimezone(UTC)
    id = f"opt_{service.code}.t{at:%Y%m%d%H%M}"
    return Run(window, cutoff, cutoff.timestamp(), start, end, id)


def _is_open_at(origin: Origin, moment: datetime) -> bool:
    """Whether somebody is there to hand the parcel over."""
    day = moment.astimezone(origin.zone).date()
    if not origin.calendar.is_open(day):
        return False
    opens, closes = working_hours(origin, day)
    return opens <= moment.astimezone(UTC) <= closes
