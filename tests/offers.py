"""Everything a catalogue offers somebody, without a database: all windows are free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from delivery.flows.finding import search
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.facts import Facts
from delivery.rules.rounds import SlotTimes, ZonePlan, plan_zone
from delivery.rules.slot_plans import plans_of

ALL_FREE = Facts(0, {})


def plans_at(now: datetime) -> Callable[[Service, str], ZonePlan]:
    """The plan of a zone as the seed would make it at that moment."""

    @cache
    def plan_of(service: Service, zone: str) -> ZonePlan:
        numbers: dict[tuple[float, float], int] = {}
        slots = []
        for plan in plans_of(service, now):
            for window in plan.windows.get(zone, ()):
                number = numbers[window.times] = len(numbers) + 1
                within = [numbers[each] for each in window.within]
                slots.append(SlotTimes(number, window.start, window.end, within))
        return plan_zone(service, zone, slots)

    return plan_of


def candidates_of(
    catalogue: Catalogue, ask: QuoteAsk, now: datetime, *,
    leaders: int = 0, facts: Facts = ALL_FREE,
    plan_of: Callable[[Service, str], ZonePlan] | None = None,
) -> list[Candidate]:  # fmt: skip
    """Every candidate, or with `leaders` the few of each kind that a quote looks at."""
    found = search(catalogue, plan_of or plans_at(now), ask, now, leaders=leaders)
    return found.feasible(facts, leaders=leaders).candidates
