"""Whether a basket may travel with a service, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from operator import gt
from typing import Any, NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import Service
from delivery.rules.geography import Here
from delivery.rules.limits import MM3_OF_A_CM3
from delivery.rules.measures import Measured
from delivery.rules.pricing import Terms, base_of, terms_of


@dataclass(frozen=True)
class Exclusion:
    """A service left out, and the reason; `fields` complete the sentence people read."""

    service: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)


class Check(NamedTuple):
    """What one rule said. `rule` is the exclusion's code, `fields` are those of its sentence.

    Where there is a limit, `most` is it (0: none) and `is` what was measured.
    """

    rule: str
    passed: bool
    fields: dict[str, Any]


def why_not(service: Service, ask: QuoteAsk, here: Here | None = None) -> Exclusion | None:
    """The first reason for which this service cannot carry this basket there.

    `here` is the address, where it is known: some zones are circles.
    """
    zone, limits = service.zone_at(ask.postcode, here), service.limits
    measured = ask.measures.by(limits.dim_divisor)
    # All rules at one go; one by one only if there is something to say.
    if (
        zone is not None
        and not any(map(gt, measured, limits.most))
        and limits.refuses.isdisjoint(ask.tags)
        and base_of(service.tariff, measured.together_g, ask.value, zone) is not None
    ):
        return None
    failed = next(each for each in _checks(service, ask, zone, measured) if not each.passed)
    return Exclusion(service.code, failed.rule, failed.fields)


def checks(service: Service, ask: QuoteAsk, here: Here | None = None) -> Iterator[Check]:
    """Every rule in the order in which it is asked, with its outcome."""
    zone = service.zone_at(ask.postcode, here)
    yield from _checks(service, ask, zone, ask.measures.by(service.limits.dim_divisor))


def terms_for(service: Service, ask: QuoteAsk, zone: str) -> Terms | None:
    """What the service asks of this basket in that zone; None: it has no price for it."""
    weight_g = ask.measures.by(service.limits.dim_divisor).together_g
    return terms_of(service.tariff, weight_g, ask.value, ask.discount, zone)


def _checks(
    service: Service, ask: QuoteAsk, zone: str | None, measured: Measured
) -> Iterator[Check]:
    limits = service.limits
    yield Check("outside_zone", zone is not None, {"postcode": ask.postcode, "zone": zone})
    refuses, refused = sorted(limits.refuses), limits.refuses & ask.tags
    fields = {"tag": min(refused, default=""), "refuses": refuses}
    yield Check("forbidden_tag", not refused, fields)
    for rule in _LIMITS:
        pairs = [(measured[number], limits.most[number]) for number in rule.measures]
        yield Check(rule.code, not any(its > most for its, most in pairs), _said(rule, pairs))
    base = base_of(service.tariff, measured.together_g, ask.value, zone or "")
    yield Check("no_price", base is not None, {"weight_g": measured.together_g, "zone": zone})


class _Limit(NamedTuple):
    code: str
    #: Which of `Measured`.
    measures: tuple[int, ...]
    #: How much of a measure is one of the limit's units.
    unit: int = 1


_LIMITS = (
    _Limit("too_many_parcels", (0,)),
    _Limit("too_heavy", (1,)),
    _Limit("too_heavy_together", (2,)),
    _Limit("too_long", (3,)),
    _Limit("too_big", (3, 4, 5)),
    _Limit("too_much_girth", (6,)),
    _Limit("too_much_volume", (7,), MM3_OF_A_CM3),
    _Limit("too_much_volume_together", (8,), MM3_OF_A_CM3),
)


def _said(rule: _Limit, pairs: list[tuple[int, float]]) -> dict[str, Any]:
    if len(pairs) > 1:
        limited = [most for _its, most in pairs if isfinite(most)]
        return {"sides": _in_cm(limited), "is": _in_cm(its for its, _most in pairs)}
    its, most = pairs[0]
    return {
        "most": int(most) // rule.unit if isfinite(most) else 0,
        "is": -(-its // rule.unit),
    }


def _in_cm(sides: Iterable[float]) -> str:
    return "×".join(f"{side / 10:g}" for side in sides)
