"""The free windows of a van."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import AT_HOME, PLENTY, Candidate, Moment, last_day
from delivery.rules.catalogue import Service
from delivery.rules.fitting import terms_for
from delivery.rules.pricing import Parts, Terms, hours_between, priced, total
from delivery.rules.rounds import Planned, ZonePlan

_HOUR = 3600.0


def window_candidates(
    service: Service,
    plan: ZonePlan,
    scarce: Mapping[int, int],
    ask: QuoteAsk,
    moment: Moment,
    *,
    each_price: int = 0,
) -> list[Candidate]:
    """Free windows; with `each_price` only so many, the earliest, of each width and price."""
    terms = terms_for(service, ask, plan.zone)
    if terms is None:
        return []
    until_day = last_day(service, moment)
    ready = moment.ready.timestamp()
    found: list[Candidate] = []
    for parts, group in _alike(terms, plan, moment):
        amount, enough = total(parts), len(found) + (each_price or PLENTY)
        for planned in group:
            if ready >= planned.cutoff_stamp or planned.day > until_day:
                continue
            left = places_left(planned, scarce)
            if left > 0:
                found.append(_window(service, planned, parts, amount, left))
                if len(found) == enough:
                    break
    return found


def _alike(
    terms: Terms, plan: ZonePlan, moment: Moment
) -> Iterator[tuple[Parts, Sequence[Planned]]]:
    """The windows of each width and price, earliest first, with that price."""
    urgency = terms.tariff.urgency
    for group in plan.by_price:
        first, since = 0, moment.now.timestamp()
        for below in urgency:
            # What is this pressing is priced apart: an earlier window may be dearer.
            after = bisect_left(group, since + below * _HOUR, key=_start)
            if after > first:
                yield _price(terms, group[first], moment), group[first:after]
                first = after
        if first < len(group):
            yield _price(terms, group[first], moment), group[first:]


def _start(planned: Planned) -> float:
    return planned.start


def _price(terms: Terms, planned: Planned, moment: Moment) -> Parts:
    return priced(terms, planned.parts, hours_between(moment.now, planned.window.start))


def places_left(planned: Planned, scarce: Mapping[int, int]) -> int:
    """The fewest of the window and all it lies within."""
    return min([scarce.get(slot_id, PLENTY) for slot_id in planned.chain]) if scarce else PLENTY


def window_candidate(
    service: Service, planned: Planned, ask: QuoteAsk, moment: Moment, zone: str | None = None
) -> Candidate | None:
    """One window as it was offered then, whatever became of its places."""
    terms = terms_for(service, ask, zone or service.zone_at(ask.postcode) or "")
    if terms is None or moment.ready >= planned.cutoff or planned.day > last_day(service, moment):
        return None
    parts = _price(terms, planned, moment)
    return _window(service, planned, parts, total(parts), PLENTY)


def _window(service: Service, planned: Planned, parts: Parts, amount: int, left: int) -> Candidate:
    return Candidate(
        f"opt_{service.code}.s{planned.slot_id}", service, planned.window, amount, parts,
        planned.end, planned.minutes, AT_HOME, planned.cutoff, planned.slot_id, left,
    )  # fmt: skip
