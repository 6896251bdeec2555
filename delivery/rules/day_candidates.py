"""The days on which a carrier comes to the door."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from delivery.rules.asks import QuoteAsk
from delivery.rules.calendars import NeverOpen
from delivery.rules.candidates import AT_HOME, Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.fitting import terms_for
from delivery.rules.leads import cut_off_on, is_blacked_out, leaves_on
from delivery.rules.pricing import price_of, total
from delivery.rules.wall_clock import window_at
from delivery.rules.windows import TimeWindow


def day_candidates(
    service: Service, ask: QuoteAsk, moment: Moment, zone: str | None = None
) -> list[Candidate]:
    """Days on which a carrier comes to the door of that zone; none that has begun."""
    zone = zone or service.zone_at(ask.postcode) or ""
    terms = terms_for(service, ask, zone)
    if terms is None:
        return []
    try:
        leaves = leaves_on(service, moment.ready)
        days = _days(service, leaves, service.days_to(zone), service.clock(zone))
    except NeverOpen:
        return []
    return [
        Candidate(
            f"opt_{service.code}.d{window.start:%Y%m%d}", service, window, total(parts), parts,
            window.end.timestamp(), window.minutes, AT_HOME, cutoff,
        )
        for window, cutoff in days
        if window.start > moment.ready
        for parts in (price_of(terms, window, moment.now),)
    ]  # fmt: skip


@lru_cache(maxsize=1024)
def _days(
    service: Service, leaves: date, transit: int, clock: ZoneInfo
) -> tuple[tuple[TimeWindow, datetime], ...]:
    assert service.window is not None
    found: dict[date, tuple[TimeWindow, datetime]] = {}
    for day in service.calendar.open_days(leaves):
        cut_off = cut_off_on(service, day)
        if cut_off is None:
            continue
        arrives = service.calendar.after(day, transit) if transit else day
        window = window_at(arrives, service.window, clock)
        # Where it comes on the day it leaves, it leaves before the day is over, and nobody
        # orders a window that has begun.
        if window and cut_off < window.end and not is_blacked_out(service, window):
            found[arrives] = (window, min(cut_off, window.start))
        if len(found) == service.days_ahead:
            break
    return tuple(found.values())
