"""From a request to candidates: the catalogue's rules over the slots that are free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate, Moment, nothing_there
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.day_candidates import day_candidates
from delivery.rules.fitting import Exclusion, why_not
from delivery.rules.geography import Here
from delivery.rules.place_candidates import place_candidates
from delivery.rules.slot_candidates import window_candidates
from delivery.store.layouts import Layouts, scarce

# Of windows of one width and price, of places with the same hours: the first may be shown,
# the next may stand among the folded, and no other can be worth showing.
LEADERS = 2


class Feasible(NamedTuple):
    candidates: list[Candidate]
    exclusions: list[Exclusion]


class Offering(NamedTuple):
    """What candidates are made of: a catalogue, the slots in memory, and who asks when."""

    catalogue: Catalogue
    layouts: Layouts
    ask: QuoteAsk
    moment: Moment
    #: At which the slots are looked at.
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the people we deliver to."""
        return self.catalogue.services[0].zone

    def feasible(self, conn: Connection, *, leaders: int = 0) -> Feasible:
        """Everything free now, and every service that has nothing with its reason."""
        found = Feasible([], [])
        for service in self.catalogue.services:
            excluded = why_not(service, self.ask)
            if excluded is None:
                candidates = self.of(conn, service, leaders)
                found.candidates.extend(candidates)
                excluded = None if candidates else nothing_there(service)
            if excluded is not None:
                found.exclusions.append(excluded)
        return found

    def of(self, conn: Connection, service: Service, leaders: int = 0) -> Iterable[Candidate]:
        """The candidates of one service that fits; capacity is asked of the database."""
        if service.promise == "slot":
            zone = service.zone_of[self.ask.postcode]
            plan = self.layouts.plan(conn, service, zone, self.now)
            few = scarce(conn, service.code, zone, self.now)
            return window_candidates(service, plan, few, self.ask, self.moment, each_price=leaders)
        return self.without_slots(service, leaders)

    def without_slots(self, service: Service, leaders: int = 0) -> list[Candidate]:
        """The candidates of a service that has no capacity of its own."""
        if service.promise == "day":
            return day_candidates(service, self.ask, self.moment)
        return place_candidates(service, self.ask, self.moment, self.here(), each_hours=leaders)

    def slotless(self) -> list[Candidate]:
        """The candidates of every fitting service that has no capacity of its own."""
        return [
            each
            for service in self.catalogue.services
            if service.promise != "slot" and why_not(service, self.ask) is None
            for each in self.without_slots(service)
        ]

    def here(self) -> Here:
        """The address if the shop knows it, else the middle of the postcode."""
        if self.ask.lat is not None and self.ask.lon is not None:
            return Here.at(self.ask.lat, self.ask.lon)
        postcode = self.catalogue.postcodes[self.ask.postcode]
        return Here.at(postcode.lat, postcode.lon)


def offering(catalogue: Catalogue, layouts: Layouts, ask: QuoteAsk, now: datetime) -> Offering:
    return Offering(catalogue, layouts, ask, Moment.of(ask, now), now)
