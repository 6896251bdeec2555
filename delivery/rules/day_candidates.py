"""The days on which a carrier comes to the door."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.asks import QuoteAsk
from delivery.rules.calendars import NeverOpen
from delivery.rules.candidates import AT_HOME, Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.fitting import terms_for
from delivery.rules.leads import cut_off_on, is_blacked_out, leaves_on
from delivery.rules.pricing import price_of, priced, total
from delivery.rules.wall_clock import window_at
from delivery.rules.windows import TimeWindow

_MINUTE = 60


class Day(NamedTuple):
    """A day on which it comes, and the last moment at which goods ordered leave for it."""

    window: TimeWindow
    cutoff: datetime
    start: float
    end: float
    minutes: int
    #: The option's id.
    id: str


def day_candidates(
    service: Service, ask: QuoteAsk, moment: Moment, zone: str | None = None
) -> list[Candidate]:
    """Days on which a carrier comes to the door of that zone; none that has begun."""
    zone = zone or service.zone_at(ask.postcode) or ""
    terms, ready = terms_for(service, ask, zone), moment.ready.timestamp()
    if terms is None:
        return []
    # Cut-offs are on the minute, so all of one minute leave together.
    minute = int(ready // _MINUTE) * _MINUTE
    days = _days_from(service, minute, service.days_to(zone), service.clock(zone))
    # Where no day costs more than another the price is asked once.
    same = () if service.tariff.surcharges else priced(terms, ())
    found = []
    for each in days:
        if each.start > ready:
            parts = same or price_of(terms, each.window, moment.now)
            found.append(
                Candidate(
                    each.id, service, each.window, total(parts), parts, each.end, each.minutes,
                    AT_HOME, each.cutoff,
                )
            )  # fmt: skip
    return found


@lru_cache(maxsize=1024)
def _days_from(service: Service, ready: int, transit: int, clock: ZoneInfo) -> tuple[Day, ...]:
    try:
        leaves = leaves_on(service, datetime.fromtimestamp(ready, service.origin.zone))
        return _days(service, leaves, transit, clock)
    except NeverOpen:
        return ()


@lru_cache(maxsize=1024)
def _days(service: Service, leaves: date, transit: int, clock: ZoneInfo) -> tuple[Day, ...]:
    assert service.window is not None
    found: dict[date, Day] = {}
    for day in service.calendar.open_days(leaves):
        cut_off = cut_off_on(service, day)
        if cut_off is None:
            continue
        arrives = service.calendar.after(day, transit) if transit else day
        window = window_at(arrives, service.window, clock)
        # Where it comes on the day it leaves, it leaves before the day is over, and nobody
        # orders a window that has begun.
        if window and cut_off < window.end and not is_blacked_out(service, window):
            found[arrives] = Day(
                window, min(cut_off, window.start), window.start.timestamp(),
                window.end.timestamp(), window.minutes, f"opt_{service.code}.d{arrives:%Y%m%d}",
            )  # fmt: skip
        if len(found) == service.days_ahead:
            break
    return tuple(found.values())
