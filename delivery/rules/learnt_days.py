"""How many working days more than its base a service needs, learnt from when its parcels arrived.

For services that promise a day. A promise is the base and so many working days more that of a
hundred parcels `TARGET` were there by then; never less than the base, since nobody is asked to be
at home for a day that was not promised. An area is shrunk to its service, as if that were
`PARENT` parcels of the area. What is overdue counts as arriving now, so that a carrier that brings
nothing does not look fast; what never arrives says nothing, as no day would have been right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from delivery.rules.calendars import NeverOpen
from delivery.rules.catalogue import Service
from delivery.rules.geography import Here
from delivery.rules.kept_promises import (
    EVERYWHERE,
    IN_VAIN,
    Key,
    Learnt,
    Outcome,
    TrackRecord,
    area_of,
    was_kept,
)
from delivery.rules.leads import arrives_on, leaves_on
from delivery.rules.place_stays import places_of, stays_sent
from delivery.rules.wall_clock import window_at

TARGET = 0.95
#: More is no promise but a carrier to look for another of.
MOST = 5
#: Of a service that delivered fewer nothing is learnt.
FEWEST = 50
#: With fewer one late parcel of an area's first few would make all of them later.
PARENT = 50.0
_MINUTE = timedelta(minutes=1)


class Late(NamedTuple):
    """By how many working days more than its base a parcel was there; `MOST + 1` for later."""

    service: str
    area: str
    days: int
    #: Not so if it is overdue.
    arrived: bool


def as_learnt(service: Service, record: TrackRecord, postcode: str) -> Service:
    """The service with the days on the way that it takes to that postcode by the record."""
    if not record.days or not goes_by_days(service):
        return service
    found = record.learnt(service.code, area_of(service.kind, None, postcode))
    return slower(service, found.more) if found and found.more else service


def goes_by_days(service: Service) -> bool:
    """Whether it promises days that depend on when goods leave."""
    return service.promise in ("day", "place") and service.cut_offs is not None


@lru_cache(maxsize=1024)
def slower(service: Service, more: int) -> Service:
    """The same service with so many working days more on the way."""
    by_zone = {zone: days + more for zone, days in service.transit_days_by_zone.items()}
    return replace(service, transit_days=service.transit_days + more, transit_days_by_zone=by_zone)


def late(service: Service, outcome: Outcome, now: datetime) -> Late | None:
    """How late a delivery of a service was; None where that says nothing of its days."""
    sent = outcome.sent
    if sent is None or not goes_by_days(service):
        return None
    if outcome.arrived_at is None and (outcome.state in IN_VAIN or was_kept(outcome, now) is None):
        return None
    arrived_at, days = outcome.arrived_at or now, MOST + 1
    try:
        leaves = leaves_on(service, sent.cutoff_at - _MINUTE)
        for more in range(MOST + 1):
            until = _promised_until(slower(service, more) if more else service, outcome, leaves)
            if until is None:
                return None
            if arrived_at <= until:
                days = more
                break
    except NeverOpen:
        return None
    return Late(service.code, outcome.area, days, outcome.arrived_at is not None)


def _promised_until(service: Service, outcome: Outcome, leaves: date) -> datetime | None:
    """The end of what is promised of goods that leave then."""
    sent = outcome.sent
    assert sent is not None
    if service.promise == "place":
        places = places_of(service)
        number = bisect_left(places.points, sent.place or "", key=attrgetter("id"))
        if number == len(places.points) or places.points[number].id != sent.place:
            return None
        stay = stays_sent(service, leaves)[places.nearest.spots[number].kind]
        return stay.window.end if stay else None
    here = None if sent.lat is None or sent.lon is None else Here.at(sent.lat, sent.lon)
    zone = service.zone_at(sent.postcode, here)
    if zone is None or service.window is None:
        return None
    window = window_at(arrives_on(service, leaves, zone), service.window, service.clock(zone))
    return window.end if window else None


def learn(seen: Iterable[Late]) -> dict[Key, Learnt]:
    """What to promise by service and area; `EVERYWHERE` stands for areas of which nothing is
    known. Services with fewer than `FEWEST` deliveries are left out."""
    counts: dict[str, dict[str, list[int]]] = {}
    arrived: dict[str, int] = {}
    for each in seen:
        areas = counts.setdefault(each.service, {})
        areas.setdefault(each.area, [0] * (MOST + 2))[each.days] += 1
        arrived[each.service] = arrived.get(each.service, 0) + each.arrived
    found: dict[Key, Learnt] = {}
    for service, areas in sorted(counts.items()):
        if arrived[service] < FEWEST:
            continue
        every = [sum(column) for column in zip(*areas.values(), strict=True)]
        of = sum(every)
        # One more that is later than all: of few parcels the slowest was not seen yet.
        shares = [sum(every[: more + 1]) / (of + 1) for more in range(MOST + 1)]
        for area, own in [(EVERYWHERE, [0] * len(every)), *sorted(areas.items())]:
            more = _fewest(own, shares)
            told = own if sum(own) >= FEWEST else every
            found[service, area] = Learnt(more, sum(told[: more + 1]), sum(told))
    return found


def _fewest(own: Sequence[int], parent: Sequence[float]) -> int:
    """The fewest working days more by which `TARGET` are there, at most `MOST`."""
    for more, share in enumerate(parent):
        in_time = sum(own[: more + 1]) + PARENT * share
        if in_time >= TARGET * (sum(own) + PARENT) - 1e-9:
            return more
    return MOST
