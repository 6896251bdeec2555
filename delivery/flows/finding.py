"""From a request to candidates: what the rules allow, and then what is still free.

`search` is what the catalogue alone decides; `Search.feasible` adds the facts. Between the two
stands one look at the database, which many requests can share.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.day_candidates import day_candidates
from delivery.rules.express_candidates import express_candidates
from delivery.rules.facts import Facts
from delivery.rules.fitting import Exclusion, why_not
from delivery.rules.geography import Here
from delivery.rules.kept_promises import NO_RECORD, TrackRecord
from delivery.rules.learnt_days import as_learnt
from delivery.rules.loads import load_of
from delivery.rules.place_candidates import place_candidates
from delivery.rules.reasons import why_nothing
from delivery.rules.rounds import ZonePlan
from delivery.rules.slot_candidates import window_candidates

# Of windows of one width and price, of places with the same hours: the first may be shown,
# the next may stand among the folded, and no other can be worth showing.
LEADERS = 2

PlanOf = Callable[[Service, str], ZonePlan]


class Feasible(NamedTuple):
    candidates: list[Candidate]
    exclusions: list[Exclusion]


class Search(NamedTuple):
    """A request, the services that fit it, and what they offer before anybody looks for places."""

    catalogue: Catalogue
    ask: QuoteAsk
    moment: Moment
    here: Here
    #: Where this postcode lies; those outside are not among `exclusions`.
    reach: Reach
    #: Services with windows, and their plan where this customer lives.
    planned: list[tuple[Service, ZonePlan]]
    #: Candidates of the others by service: no van's places to look at.
    others: list[tuple[Service, list[Candidate]]]
    exclusions: list[Exclusion]
    #: The zones and points whose places decide.
    zones: list[str]
    #: Of these the points.
    points: set[str]
    #: What the basket takes of a van, in the service's own units.
    load: int = 0
    #: Of promises kept, with what days it teaches to promise.
    record: TrackRecord = NO_RECORD

    def as_learnt(self, service: Service) -> Service:
        """The service with the days on the way that the record teaches for this postcode."""
        return as_learnt(service, self.record, self.ask.postcode)

    def feasible(self, facts: Facts, *, leaders: int = 0) -> Feasible:
        """What is free by these facts, and every service that has nothing with its reason."""
        found: list[Candidate] = []
        exclusions = list(self.exclusions)
        for service, plan in self.planned:
            free = window_candidates(
                service, plan, facts.left, self.ask, self.moment, each_price=leaders
            )
            found += free
            if not free:
                exclusions.append(self._nothing(service, plan))
        for service, free in self.others:
            if facts.full and service.promise == "place":
                free = self._not_full(service, free, facts.full, leaders)
            found += free
            if not free:
                exclusions.append(self._nothing(service))
        return Feasible(found, exclusions)

    def _nothing(self, service: Service, plan: ZonePlan | None = None) -> Exclusion:
        return why_nothing(service, self.ask, self.moment, self.here, plan)

    def _not_full(
        self, service: Service, near: list[Candidate], full: frozenset[tuple[str, str]],
        leaders: int,
    ) -> list[Candidate]:  # fmt: skip
        if not any(is_full(each, full) for each in near):
            return near
        return place_candidates(
            service, self.ask, self.moment, self.here, each_hours=leaders, full=full
        )


def is_full(candidate: Candidate, full: frozenset[tuple[str, str]]) -> bool:
    point = candidate.point
    return point is not None and (point.id, f"{candidate.window.start:%Y-%m-%d}") in full


def zone_of_people(catalogue: Catalogue) -> ZoneInfo:
    """The clock of the people we deliver to."""
    return catalogue.services[0].zone


def here_of(catalogue: Catalogue, ask: QuoteAsk) -> Here:
    """The address if the shop knows it, else the middle of the postcode."""
    if ask.lat is not None and ask.lon is not None:
        return Here.at(ask.lat, ask.lon)
    postcode = catalogue.postcodes[ask.postcode]
    return Here.at(postcode.lat, postcode.lon)


class Reach(NamedTuple):
    """Who may come to a postcode, and that the others are `outside_zone`."""

    serving: tuple[Service, ...]
    outside: tuple[Exclusion, ...]
    #: The postcode and the services outside: alike where the sentences are alike.
    key: tuple[str, ...]


_reached: WeakKeyDictionary[Catalogue, dict[str, Reach]] = WeakKeyDictionary()


def reach_of(catalogue: Catalogue, postcode: str) -> Reach:
    """Who is worth asking there. A country has ten times the services that come to any one door."""
    known = _reached.setdefault(catalogue, {})
    found = known.get(postcode)
    if found is None:
        serving = [each for each in catalogue.services if each.zone_map.may_reach(postcode)]
        outside = [
            Exclusion(each.code, "outside_zone", {"postcode": postcode, "zone": None})
            for each in catalogue.services
            if each not in serving
        ]
        key = (postcode, *(each.service for each in outside))
        found = known[postcode] = Reach(tuple(serving), tuple(outside), key)
    return found


def search(
    catalogue: Catalogue, plan_of: PlanOf, ask: QuoteAsk, now: datetime, *,
    leaders: int = 0, later: datetime | None = None, only: str | None = None,
    record: TrackRecord = NO_RECORD,
) -> Search:  # fmt: skip
    """What the rules allow. `later` is a moment after the quote at which it is looked at again."""
    moment = Moment.of(ask, now)
    if later is not None and later > moment.ready:
        moment = moment._replace(ready=later)
    reach = reach_of(catalogue, ask.postcode)
    found = Search(
        catalogue, ask, moment, here_of(catalogue, ask), reach, [], [], [], [], set(),
        record=record,
    )  # fmt: skip
    for service in reach.serving:
        if only is not None and service.code != only:
            continue
        excluded = why_not(service, ask, found.here)
        if excluded is not None:
            found.exclusions.append(excluded)
        elif service.promise == "slot":
            zone = service.zone_at(ask.postcode, found.here)
            assert zone is not None  # or it were excluded
            found.planned.append((service, plan_of(service, zone)))
            found.zones.append(zone)
        else:
            service = found.as_learnt(service)
            near = without_slots(found, service, leaders)
            found.others.append((service, near))
            counted = {each.point.id for each in near if each.point and each.point.capacity}
            found.points.update(counted)
            found.zones.extend(counted)
    loads = [load_of(service, ask) for service, _plan in found.planned]
    return found._replace(load=max(loads)) if any(loads) else found


def without_slots(found: Search, service: Service, leaders: int = 0) -> list[Candidate]:
    """The candidates of a service that has no windows of its own."""
    zone = service.zone_at(found.ask.postcode, found.here)
    if service.promise == "day":
        return day_candidates(service, found.ask, found.moment, zone)
    if service.promise == "express":
        return express_candidates(service, found.ask, found.moment, zone)
    return place_candidates(
        service, found.ask, found.moment, found.here, each_hours=leaders, zone=zone
    )
