"""Why a service is, or is not, among the options: each rule it met, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from delivery.rules import phrases
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.facts import Facts
from delivery.rules.fitting import Check, checks
from delivery.rules.geography import Here
from delivery.rules.kept_promises import Learnt
from delivery.rules.money import Money
from delivery.rules.pricing import free_over_of
from delivery.rules.rounds import ZonePlan

#: What people here read; what shoppers read is in their own language.
LANGUAGE = "en"
#: Different prices of one service that are listed.
MOST_PRICES = 6
NO_LIMIT = "no limit"
_KILO = 1000


class Step(NamedTuple):
    """One thing that was looked at. `passed` is None where nothing could stop the service."""

    about: str
    passed: bool | None
    said: str
    #: The same for programs.
    fields: Mapping[str, Any]


class Looked(NamedTuple):
    """All that decides about one service for one request."""

    catalogue: Catalogue
    service: Service
    ask: QuoteAsk
    moment: Moment
    here: Here
    facts: Facts
    zone: str | None
    #: Its windows where the customer lives, if it has any.
    plan: ZonePlan | None
    #: Everything it can offer, best known or not.
    candidates: Sequence[Candidate]
    #: What its arrivals teach of its days on the way; they are among those of `service`.
    learnt: Learnt | None = None


#: By rule: what it is about, what is said when it lets pass and when it stops.
_RULES = {
    "outside_zone": (
        "address", "{postcode} is in its zone {zone}", "it does not come to {postcode}",
    ),
    "forbidden_tag": (
        "goods", "nothing in the basket is of a kind it refuses", "it does not carry {tag}",
    ),
    "too_many_parcels": (
        "parcels", "{is} of at most {most}", "{is} parcels, and it takes at most {most}",
    ),
    "too_heavy": (
        "weight", "the heaviest parcel counts as {is}, at most {most}",
        "the heaviest parcel counts as {is}, and it takes at most {most}",
    ),
    "too_heavy_together": (
        "weight", "together they count as {is}, at most {most}",
        "together they count as {is}, and it takes at most {most}",
    ),
    "too_long": (
        "size", "the longest side is {is}, at most {most}",
        "the longest side is {is}, and it takes at most {most}",
    ),
    "too_big": ("size", "{is} cm fits into {sides} cm", "{is} cm does not fit into {sides} cm"),
    "too_much_girth": (
        "size", "length and twice the other sides are {is}, at most {most}",
        "length and twice the other sides are {is}, and it takes at most {most}",
    ),
    "too_much_volume": (
        "size", "the biggest parcel takes {is}, at most {most}",
        "the biggest parcel takes {is}, and it has room for {most}",
    ),
    "too_much_volume_together": (
        "size", "together they take {is}, at most {most}",
        "together they take {is}, and it has room for {most}",
    ),
    "no_price": (
        "price", "it has a price for this weight, value and zone",
        "its price list has nothing for this weight, value and zone",
    ),
}  # fmt: skip
_UNITS = {
    "too_heavy": (_KILO, "kg"), "too_heavy_together": (_KILO, "kg"), "too_long": (10, "cm"),
    "too_much_girth": (10, "cm"), "too_much_volume": (_KILO, "litres"),
    "too_much_volume_together": (_KILO, "litres"),
}  # fmt: skip


def carrier_step(looked: Looked) -> Step:
    """Who brings it, and what kind of promise that is."""
    service = looked.service
    named = looked.catalogue.carriers.get(service.carrier, {})
    name = named.get(LANGUAGE) or service.carrier
    how = {
        "slot": "comes in windows of its own rounds",
        "day": "comes on a day, within its working hours",
        "place": "brings it to a place to fetch it from",
        "express": "comes as soon as it can",
    }.get(service.promise, service.promise)
    said = f"{name} {how}"
    return Step("carrier", None, said, {"carrier": service.carrier, "promise": service.promise})


def rule_steps(looked: Looked) -> Iterator[Step]:
    """Each rule on the address and the goods, whether it lets the basket pass or not."""
    for check in checks(looked.service, looked.ask, looked.here):
        yield _rule_step(check)


def _rule_step(check: Check) -> Step:
    about, passes, stops = _RULES.get(check.rule, (check.rule, "it lets this pass", "it says no"))
    fields = dict(check.fields)
    shown = {name: _measured(check.rule, value) for name, value in fields.items()}
    said = (passes if check.passed else stops).format(**shown)
    if check.passed and (fields.get("most") == 0 or fields.get("sides") == ""):
        said = NO_LIMIT
    if check.passed and fields.get("refuses"):
        said = f"it refuses {', '.join(fields['refuses'])}; none of that is in the basket"
    return Step(about, check.passed, said, {"rule": check.rule, **fields})


def _measured(rule: str, value: Any) -> Any:
    if rule not in _UNITS or not isinstance(value, int | float):
        return value
    per, unit = _UNITS[rule]
    return f"{value / per:g} {unit}"


def price_steps(looked: Looked) -> Iterator[Step]:
    """Its different prices, part by part, and how far the basket is from free delivery."""
    service, ask, currency = looked.service, looked.ask, looked.catalogue.currency
    counted: dict[tuple[tuple[str, int], ...], int] = {}
    for each in looked.candidates:
        counted[each.parts] = counted.get(each.parts, 0) + 1
    prices = sorted(counted, key=lambda parts: sum(amount for _code, amount in parts))
    for parts in prices[:MOST_PRICES]:
        whole = sum(amount for _code, amount in parts)
        sums = " ".join(_part(code, amount, currency) for code, amount in parts)
        said = f"{_money(whole, currency)} = {sums.removeprefix('+ ')}"
        if len(prices) > 1:
            said += f" ({counted[parts]} of its {len(looked.candidates)} options)"
        fields = {"amount": whole, "parts": [list(each) for each in parts], "of": counted[parts]}
        yield Step("price", None, said, fields)
    free = free_over_of(service.tariff, ask.value, ask.discount)
    if free is not None:
        threshold = _money(free.threshold, currency)
        more = f"{_money(free.to_go, currency)} to go" if free.to_go else "which this basket is"
        fields = {"threshold": free.threshold, "to_go": free.to_go, "basis": free.basis}
        yield Step("price", None, f"free from {threshold} on, {more}", fields)


def _part(code: str, amount: int, currency: str) -> str:
    name = code.replace("_", " ")
    return f"{'+' if amount >= 0 else '-'} {_money(abs(amount), currency)} {name}"


def _money(amount: int, currency: str) -> str:
    return phrases.price(Money(amount, currency), LANGUAGE)
