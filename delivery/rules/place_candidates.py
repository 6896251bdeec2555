"""Places to fetch a parcel from: near enough, and from when it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate, Moment, last_day
from delivery.rules.catalogue import PickupPoint, Service
from delivery.rules.fitting import terms_for
from delivery.rules.geography import Here
from delivery.rules.leads import arrives_on, cut_off_on, leaves_on, working_time_after
from delivery.rules.pricing import price_of, total
from delivery.rules.windows import TimeWindow

# Nobody hurries to a shop for its last minutes.
_SHORTEST_OPENING = timedelta(minutes=30)
_HALF_HOUR = 30 * 60


def place_candidates(
    service: Service, ask: QuoteAsk, moment: Moment, here: Here, *, each_hours: int = 0
) -> list[Candidate]:
    """Places near enough, each from when the parcel is there to fetch.

    With `each_hours` only so many, the nearest, of those that open and close alike.
    """
    terms = terms_for(service, ask, service.zone_at(ask.postcode, here) or "")
    if terms is None:
        return []
    until_day = last_day(service, moment)
    found: list[Candidate] = []
    for stays in _stays_from(service, moment.ready):
        if stays[0].window.start.date() > until_day:
            continue
        parts = price_of(terms, stays[0].window, moment.now)
        amount = total(parts)
        near = sorted((here.metres_to(stay.lat, stay.lon), stay) for stay in stays)
        for metres, stay in near[:each_hours] if each_hours else near:
            if metres <= service.within_m:
                found.append(
                    Candidate(
                        stay.id, service, stay.window, amount, parts, stay.end, stay.minutes,
                        metres, stay.cutoff, point=stay.point, until=stay.until,
                    )
                )  # fmt: skip
    return found


class _Stay(NamedTuple):
    """A parcel at a point: the hours of its first day there, and until when it is kept."""

    id: str
    lat: float
    lon: float
    end: float
    minutes: int
    window: TimeWindow
    point: PickupPoint
    until: datetime
    cutoff: datetime | None


#: Stays with the same hours stand together: of those only the distance tells.
_Alike = tuple[tuple[_Stay, ...], ...]


def _stays_from(service: Service, ready: datetime) -> _Alike:
    if service.cut_offs is None:
        # On the half hour: nobody promises 14:07, and the answer can be kept for others.
        return _stays_packed(service, -(-ready.timestamp() // _HALF_HOUR) * _HALF_HOUR)
    return _stays_sent(service, leaves_on(service, ready))


@lru_cache(maxsize=256)
def _stays_packed(service: Service, ready: float) -> _Alike:
    since = datetime.fromtimestamp(ready, service.origin.zone)
    packed = working_time_after(service.origin, since, service.handling_minutes)
    return _alike(_stays(service, packed.astimezone(service.zone), None))


@lru_cache(maxsize=256)
def _stays_sent(service: Service, leaves: date) -> _Alike:
    opens = service.window[0] if service.window else time()
    there = datetime.combine(arrives_on(service, leaves), opens, service.zone)
    return _alike(_stays(service, there, cut_off_on(service, leaves)))


def _alike(stays: Iterable[_Stay]) -> _Alike:
    groups: dict[TimeWindow, list[_Stay]] = {}
    for stay in stays:
        groups.setdefault(stay.window, []).append(stay)
    return tuple(map(tuple, groups.values()))


def _stays(service: Service, there: datetime, cutoff: datetime | None) -> Iterator[_Stay]:
    for point in service.points:
        hours = point.hours.open_from(there)
        if hours is not None and hours[1] - hours[0] < _SHORTEST_OPENING:
            hours = point.hours.open_from(hours[1])
        if hours is not None:
            window = TimeWindow(*hours)
            until = _kept_until(service, point, window.start.date())
            yield _Stay(
                f"opt_{service.code}.d{window.start:%Y%m%d}.{point.id}", point.lat, point.lon,
                window.end.timestamp(), window.minutes, window, point, until, cutoff,
            )  # fmt: skip


def _kept_until(service: Service, point: PickupPoint, since: date) -> datetime:
    """The last closing within the days a parcel is kept."""
    for kept in range(service.kept_days, -1, -1):
        span = point.hours.on(since + timedelta(days=kept))
        if span is not None:
            day = datetime.combine(since + timedelta(days=kept), time(), service.zone)
            return point.hours.window_on(day).end
    raise AssertionError("a stay begins on an open day")
