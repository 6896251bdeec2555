"""The days on which a carrier comes to the door."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import AT_HOME, Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.leads import arrives_on, cut_off_on, leaves_on
from delivery.rules.pricing import total, with_basket
from delivery.rules.windows import TimeWindow


def day_candidates(service: Service, ask: QuoteAsk, moment: Moment) -> list[Candidate]:
    """Days on which a carrier comes to the door."""
    parts = with_basket(service.tariff, (("base", service.tariff.base),), ask.value)
    amount = total(parts)
    leaves = leaves_on(service, moment.ready)
    return [
        Candidate(
            f"opt_{service.code}.d{window.start:%Y%m%d}", service, window, amount, parts,
            window.end.timestamp(), window.minutes, AT_HOME, cutoff,
        )
        for window, cutoff in _days(service, leaves)
    ]  # fmt: skip


@lru_cache(maxsize=256)
def _days(service: Service, leaves: date) -> tuple[tuple[TimeWindow, datetime], ...]:
    assert service.window is not None
    start, end = service.window
    found: dict[date, tuple[TimeWindow, datetime]] = {}
    for day in service.calendar.open_days(leaves):
        arrives = arrives_on(service, day)
        window = TimeWindow(
            datetime.combine(arrives, start, service.zone),
            datetime.combine(arrives, end, service.zone),
        )
        found[arrives] = (window, cut_off_on(service, day))
        if len(found) == service.days_ahead:
            break
    return tuple(found.values())
