"""Whether a basket may travel with a service, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import Service
from delivery.rules.limits import Limits


@dataclass(frozen=True)
class Exclusion:
    """A service left out, and the reason; `fields` complete the sentence people read."""

    service: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)


def why_not(service: Service, ask: QuoteAsk) -> Exclusion | None:
    """The first reason for which this service cannot carry this basket there."""
    if ask.postcode not in service.zone_of:
        return Exclusion(service.code, "outside_zone", {"postcode": ask.postcode})
    return (
        _tag(service, ask) or _count(service, ask) or _weight(service, ask) or _size(service, ask)
    )


def _tag(service: Service, ask: QuoteAsk) -> Exclusion | None:
    refused = service.limits.refuses & ask.tags
    return Exclusion(service.code, "forbidden_tag", {"tag": min(refused)}) if refused else None


def _count(service: Service, ask: QuoteAsk) -> Exclusion | None:
    most = service.limits.max_parcels
    if most and len(ask.parcels) > most:
        return Exclusion(service.code, "too_many_parcels", {"most": most})
    return None


def _weight(service: Service, ask: QuoteAsk) -> Exclusion | None:
    limits = service.limits
    if limits.max_weight_g and any(each.weight_g > limits.max_weight_g for each in ask.parcels):
        return Exclusion(service.code, "too_heavy", {"most": limits.max_weight_g})
    total = limits.max_total_weight_g
    if total and sum(each.weight_g for each in ask.parcels) > total:
        return Exclusion(service.code, "too_heavy_together", {"most": total})
    return None


def _size(service: Service, ask: QuoteAsk) -> Exclusion | None:
    limits = service.limits
    if all(_goes_in(each.sides, limits) for each in ask.parcels):
        return None
    longest = limits.max_sides_mm[0]
    if any(each.sides[0] > longest for each in ask.parcels):
        return Exclusion(service.code, "too_long", {"most": longest})
    sides = "×".join(str(round(side / 10)) for side in limits.max_sides_mm)
    return Exclusion(service.code, "too_big", {"sides": sides})


def _goes_in(sides: tuple[int, ...], limits: Limits) -> bool:
    return all(side <= most for side, most in zip(sides, limits.max_sides_mm, strict=False))
