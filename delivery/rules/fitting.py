"""Whether a basket may travel with a service, and if not, why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import Service
from delivery.rules.geography import Here
from delivery.rules.pricing import Terms, base_of, terms_of


@dataclass(frozen=True)
class Exclusion:
    """A service left out, and the reason; `fields` complete the sentence people read."""

    service: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)


class Check(NamedTuple):
    """What one rule said. `rule` is the exclusion's code, `fields` are those of its sentence."""

    rule: str
    passed: bool
    fields: dict[str, Any]


class _Asked(NamedTuple):
    service: Service
    ask: QuoteAsk
    zone: str | None
    #: Chargeable grams: of the heaviest parcel, and of all.
    heaviest_g: int
    together_g: int


class _Rule(NamedTuple):
    code: str
    breaks: Callable[[_Asked], bool]
    fields: Callable[[_Asked], dict[str, Any]]


def why_not(service: Service, ask: QuoteAsk, here: Here | None = None) -> Exclusion | None:
    """The first reason for which this service cannot carry this basket there.

    `here` is the address, where it is known: some zones are circles.
    """
    asked = _asked(service, ask, here)
    for rule in _RULES:
        if rule.breaks(asked):
            return Exclusion(service.code, rule.code, rule.fields(asked))
    return None


def checks(service: Service, ask: QuoteAsk, here: Here | None = None) -> Iterator[Check]:
    """Every rule in the order in which it is asked, with its outcome."""
    asked = _asked(service, ask, here)
    for rule in _RULES:
        yield Check(rule.code, not rule.breaks(asked), rule.fields(asked))


def terms_for(service: Service, ask: QuoteAsk, zone: str) -> Terms | None:
    """What the service asks of this basket in that zone; None: it has no price for it."""
    _heaviest, weight_g = ask.measures.chargeable(service.limits.dim_divisor)
    return terms_of(service.tariff, weight_g, ask.value, ask.discount, zone)


def _asked(service: Service, ask: QuoteAsk, here: Here | None) -> _Asked:
    zone = service.zone_at(ask.postcode, here)
    return _Asked(service, ask, zone, *ask.measures.chargeable(service.limits.dim_divisor))


def _is_forbidden(asked: _Asked) -> bool:
    return not asked.service.limits.refuses.isdisjoint(asked.ask.tags)


def _refused(asked: _Asked) -> dict[str, Any]:
    refuses = asked.service.limits.refuses
    return {"tag": min(refuses & asked.ask.tags, default=""), "refuses": sorted(refuses)}


def _are_too_many(asked: _Asked) -> bool:
    return 0 < asked.service.limits.max_parcels < len(asked.ask.parcels)


def _is_too_heavy(asked: _Asked) -> bool:
    return 0 < asked.service.limits.max_weight_g < asked.heaviest_g


def _are_too_heavy(asked: _Asked) -> bool:
    return 0 < asked.service.limits.max_total_weight_g < asked.together_g


def _is_too_long(asked: _Asked) -> bool:
    most = asked.service.limits.max_sides_mm
    return bool(most) and asked.ask.measures.sides_mm[0] > most[0]


def _is_too_big(asked: _Asked) -> bool:
    measured, most = asked.ask.measures.sides_mm, asked.service.limits.max_sides_mm
    return any(side > limit for side, limit in zip(measured, most, strict=False))


def _sides(asked: _Asked) -> dict[str, Any]:
    most, measured = asked.service.limits.max_sides_mm, asked.ask.measures.sides_mm
    return {"sides": _in_cm(most), "is": _in_cm(measured)}


def _in_cm(sides: tuple[int, ...]) -> str:
    return "×".join(f"{side / 10:g}" for side in sides)


def _has_too_much_girth(asked: _Asked) -> bool:
    return 0 < asked.service.limits.max_girth_mm < asked.ask.measures.girth_mm


def _has_no_price(asked: _Asked) -> bool:
    service, ask = asked.service, asked.ask
    return base_of(service.tariff, asked.together_g, ask.value, asked.zone or "") is None


def _takes_too_much_room(asked: _Asked) -> bool:
    return not asked.ask.measures.is_within_cm3(asked.service.limits.max_volume_cm3, 0)


def _take_too_much_room(asked: _Asked) -> bool:
    return not asked.ask.measures.is_within_cm3(0, asked.service.limits.max_total_volume_cm3)


_RULES = (
    _Rule("outside_zone", lambda a: a.zone is None,
          lambda a: {"postcode": a.ask.postcode, "zone": a.zone}),
    _Rule("forbidden_tag", _is_forbidden, _refused),
    _Rule("too_many_parcels", _are_too_many,
          lambda a: {"most": a.service.limits.max_parcels, "is": len(a.ask.parcels)}),
    _Rule("too_heavy", _is_too_heavy,
          lambda a: {"most": a.service.limits.max_weight_g, "is": a.heaviest_g}),
    _Rule("too_heavy_together", _are_too_heavy,
          lambda a: {"most": a.service.limits.max_total_weight_g, "is": a.together_g}),
    _Rule("too_long", _is_too_long,
          lambda a: {"most": next(iter(a.service.limits.max_sides_mm), 0),
                     "is": a.ask.measures.sides_mm[0]}),
    _Rule("too_big", _is_too_big, _sides),
    _Rule("too_much_girth", _has_too_much_girth,
          lambda a: {"most": a.service.limits.max_girth_mm, "is": a.ask.measures.girth_mm}),
    _Rule("too_much_volume", _takes_too_much_room,
          lambda a: {"most": a.service.limits.max_volume_cm3,
                     "is": -(-a.ask.measures.biggest_mm3 // 1000)}),
    _Rule("too_much_volume_together", _take_too_much_room,
          lambda a: {"most": a.service.limits.max_total_volume_cm3,
                     "is": -(-a.ask.measures.together_mm3 // 1000)}),
    _Rule("no_price", _has_no_price, lambda a: {"weight_g": a.together_g, "zone": a.zone}),
)  # fmt: skip
