"""Places to fetch a parcel from: near enough, and from when it is there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from operator import gt
from typing import NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.calendars import NeverOpen
from delivery.rules.candidates import PLENTY, Candidate, Moment, last_day
from delivery.rules.catalogue import Service
from delivery.rules.fitting import terms_for
from delivery.rules.geography import Here
from delivery.rules.nearest import in_order
from delivery.rules.place_stays import Places, Stay, Stays, places_of, stays_from
from delivery.rules.pricing import Parts, Terms, price_of, priced, total

#: Points that take nothing more on a day, as (point, `2026-03-12`).
Full = Collection[tuple[str, str]]


def place_candidates(
    service: Service,
    ask: QuoteAsk,
    moment: Moment,
    here: Here,
    *,
    each_hours: int = 0,
    zone: str | None = None,
    full: Full = (),
) -> list[Candidate]:
    """Places near enough, each from when the parcel is there to fetch, the nearest first.

    With `each_hours` only those that fewer than so many nearer ones beat or equal in price, end
    and width of their hours: of places that open and close alike so many, the nearest. `zone` is
    the customer's, which decides the price. Places in `full` on their day are left out.
    """
    terms = terms_for(service, ask, zone or service.zone_at(ask.postcode, here) or "")
    if terms is None or not service.points:
        return []
    try:
        stays = stays_from(service, moment.ready)
    except NeverOpen:
        return []
    places = places_of(service)
    search = _Search(service, ask, moment, places, stays, terms, last_day(service, moment), full)
    near = search.few(here, each_hours) if each_hours else search.every(here)
    return [
        Candidate(
            stay.prefix + places.points[number].id, service, stay.window, offer.amount,
            offer.parts, stay.end, stay.minutes, metres, stay.cutoff, None, PLENTY,
            places.points[number], stay.until,
        )
        for metres, number, offer in near
        for stay in (offer.stay,)
    ]  # fmt: skip


class _Offer(NamedTuple):
    """When and for how much a parcel is at places of one kind."""

    stay: Stay
    parts: Parts
    amount: int


_Near = tuple[int, int, _Offer]  # metres, number of the place, what it offers


class _Search(NamedTuple):
    service: Service
    ask: QuoteAsk
    moment: Moment
    places: Places
    stays: Stays
    terms: Terms
    until_day: date
    full: Full

    def every(self, here: Here) -> list[_Near]:
        """Every place near enough, the nearest first."""
        offers, nearest, found = _Offers(self), self.places.nearest, []
        for metres, number in nearest.within(here, self.service.within_m):
            offer = offers[nearest.spots[number].kind]
            if offer is not None and not self._is_full(number, offer.stay):
                found.append((metres, number, offer))
        return found

    def few(self, here: Here, count: int) -> list[_Near]:
        """The nearest first, without those that `count` nearer ones beat or equal."""
        nearest, most = self.places.nearest, self.service.within_m
        square = nearest.square(here, most, count)
        # Where hours have their price a later place may be the cheaper one.
        alike = not self.service.tariff.surcharges
        spots = self.stays.worth(square, count) if alike else square.spots
        offers, best = _Offers(self), _Best(count)
        for metres, number, kind in in_order(here, most, spots):
            offer = offers[kind]
            if offer is None:
                continue
            if best.beats(offer):
                offers[kind] = None
            elif self.full and self._is_full(number, offer.stay):
                return self._few_of_all(here, count)
            else:
                best.add((metres, number, offer))
        return best.kept

    def _few_of_all(self, here: Here, count: int) -> list[_Near]:
        """The same where some are full, since those that come next are not at hand."""
        best = _Best(count)
        for each in self.every(here):
            if not best.beats(each[2]):
                best.add(each)
        return best.kept

    def _is_full(self, number: int, stay: Stay) -> bool:
        return (self.places.points[number].id, stay.day.isoformat()) in self.full

    def holds(self, stay: Stay) -> bool:
        """Whether the parcels go into the place."""
        most = stay.max_sides_mm
        return not most or not any(map(gt, self.ask.measures.sides_mm, most))


class _Offers(dict[int, "_Offer | None"]):
    """What places of each kind offer; None if the parcel is not there in time, or too big."""

    def __init__(self, search: _Search) -> None:
        self._search = search
        # Where no window costs more than another the price is asked once.
        self._parts = () if search.terms.tariff.surcharges else priced(search.terms, ())

    def __missing__(self, kind: int) -> _Offer | None:
        search, offer = self._search, None
        stay = search.stays[kind]
        if stay is not None and stay.day <= search.until_day and search.holds(stay):
            parts = self._parts or price_of(search.terms, stay.window, search.moment.now)
            offer = _Offer(stay, parts, total(parts))
        self[kind] = offer
        return offer


class _Best:
    """Places, the nearest first, none of them beaten or equalled by `count` before it."""

    def __init__(self, count: int) -> None:
        self.kept: list[_Near] = []
        self._count = count
        self._marks: list[tuple[float, int, int]] = []

    def beats(self, offer: _Offer) -> bool:
        """Whether so many are already as early, as narrow and as cheap."""
        marks, count = self._marks, self._count
        if len(marks) < count:
            return False
        stay, _parts, amount = offer
        end, minutes = stay.end, stay.minutes
        for its_end, its_minutes, its_amount in marks:
            if its_end <= end and its_minutes <= minutes and its_amount <= amount:
                count -= 1
                if not count:
                    return True
        return False

    def add(self, near: _Near) -> None:
        self.kept.append(near)
        stay, _parts, amount = near[2]
        self._marks.append((stay.end, stay.minutes, amount))
