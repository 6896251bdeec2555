"""The free windows of a van."""

from __future__ import annotations

from collections.abc import Mapping

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import AT_HOME, PLENTY, Candidate, Moment, last_day
from delivery.rules.catalogue import Service
from delivery.rules.pricing import Parts, total, with_basket
from delivery.rules.rounds import Planned, ZonePlan


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
    until_day = last_day(service, moment)
    ready = moment.ready.timestamp()
    found: list[Candidate] = []
    for group in plan.by_price:
        parts = with_basket(service.tariff, group[0].parts, ask.value)
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


def places_left(planned: Planned, scarce: Mapping[int, int]) -> int:
    """The fewest of the window and all it lies within."""
    return min([scarce.get(slot_id, PLENTY) for slot_id in planned.chain]) if scarce else PLENTY


def window_candidate(
    service: Service, planned: Planned, ask: QuoteAsk, moment: Moment
) -> Candidate | None:
    """One window as it was offered then, whatever became of its places."""
    if moment.ready >= planned.cutoff or planned.day > last_day(service, moment):
        return None
    parts = with_basket(service.tariff, planned.parts, ask.value)
    return _window(service, planned, parts, total(parts), PLENTY)


def _window(service: Service, planned: Planned, parts: Parts, amount: int, left: int) -> Candidate:
    return Candidate(
        f"opt_{service.code}.s{planned.slot_id}", service, planned.window, amount, parts,
        planned.end, planned.minutes, AT_HOME, planned.cutoff, planned.slot_id, left,
    )  # fmt: skip
