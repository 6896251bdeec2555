"""Why these options and no others: for a request now, or for a quote that was given.

A given quote is made again from what it kept and compared byte for byte with what was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from delivery.flows import looking, quoting
from delivery.flows.finding import zone_of_people
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate
from delivery.rules.catalogue import Service
from delivery.rules.kept_promises import area_of
from delivery.rules.refusals import NotValid, Refusal
from delivery.rules.tracing import Looked, Step, carrier_step, price_steps, rule_steps
from delivery.rules.tracing_places import free_steps
from delivery.rules.tracing_time import calendar_steps, lead_steps
from delivery.store import quotes
from delivery.store.quotes import Quote

#: Differences between a quote and its replay that are listed.
MOST_DIFFERENCES = 20
#: A moment to try may be so far from now.
LONGEST_AWAY = timedelta(days=366)
_NOTHING = object()
#: How a row breaks that was not written by us: a catalogue that is not there, a field that is not.
_BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError,
           Refusal)  # fmt: skip


@dataclass(frozen=True)
class ServiceTrace:
    """What one service met on its way to the options, and what became of it."""

    service: str
    name: str
    kind: str
    #: shown | folded | in_calendar | absent | not_answered
    verdict: str
    steps: tuple[Step, ...]
    #: How many options it has in all.
    offered: int
    shown: tuple[dict[str, Any], ...]
    folded: tuple[dict[str, Any], ...]
    #: What the shopper is told about its absence.
    exclusion: dict[str, str] | None

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        steps = [step._asdict() | {"fields": dict(step.fields)} for step in self.steps]
        return vars(self) | {"steps": steps}


@dataclass(frozen=True)
class Replay:
    """Whether a quote, made again from what it kept, is what was answered."""

    same: bool
    bytes: int
    replayed_bytes: int
    #: The first byte that is not the same; None when all are.
    first_difference_at: int | None
    differences: tuple[dict[str, Any], ...]
    #: Why it could not be made again; empty when it could.
    failed: str = ""


@dataclass(frozen=True)
class Explanation:
    """A request, each service's trace, what was answered, and the replay of a given quote."""

    at: datetime
    catalogue_version: int
    record_version: int
    ask: dict[str, Any]
    facts: dict[str, Any]
    services: tuple[ServiceTrace, ...]
    recommended: dict[str, Any] | None
    quote: str | None = None
    replay: Replay | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return vars(self) | {
            "at": self.at.isoformat(),
            "services": [each.as_json() for each in self.services],
            "replay": vars(self.replay) if self.replay else None,
        }


def explain(
    house: House, ask: QuoteAsk, *, now: datetime, at: datetime | None = None
) -> Explanation:
    """Why this request would get what it gets now, or at another moment; nothing is kept.

    What is free is always what is free now. Raises `NotValid`.
    """
    if at is not None:
        if abs(at - now) > LONGEST_AWAY:
            raise NotValid("/at", "This is more than a year away.")
        now = at
    found = quoting.begin(house, ask, now=now)
    with house.database.read() as conn:
        facts = looking.look(conn, found, house.layouts.newest(now))
    quote = quoting.compose(house, found, facts, now=now)
    return _explained(house, quote, quote.answer)


def explain_quote(house: House, quote_id: str) -> Explanation:
    """Why a quote said what it said, and whether it would say the same again.

    Raises `NoSuchQuote`.
    """
    with house.database.read() as conn:
        quote = quotes.get(conn, quote_id)
    try:
        again = quoting.answer_again(house, quote)
    except _BROKEN as why:
        failed = Replay(False, len(quote.answer), 0, 0, (), f"{type(why).__name__}: {why}")
        return Explanation(
            quote.at, quote.catalogue_version, quote.record_version, quote.request, quote.facts,
            (), None, quote.id, failed,
        )  # fmt: skip
    replay = _compared(quote, again)
    return replace(_explained(house, quote, again), quote=quote.id, replay=replay)


def _compared(quote: Quote, again: bytes) -> Replay:
    if again == quote.answer:
        return Replay(True, len(again), len(again), None, ())
    at = next(
        (number for number, (one, two) in enumerate(zip(quote.answer, again, strict=False))
         if one != two),
        min(len(quote.answer), len(again)),
    )  # fmt: skip
    found = _differences(quote.answer, again)
    return Replay(False, len(quote.answer), len(again), at, found)


def _differences(answered: bytes, again: bytes) -> tuple[dict[str, Any], ...]:
    try:
        walked = _walk("", orjson.loads(answered), orjson.loads(again))
        return tuple(each for each, _ in zip(walked, range(MOST_DIFFERENCES), strict=False))
    except orjson.JSONDecodeError:
        return ({"pointer": "", "answered": "not JSON any more", "replayed": "JSON"},)


def _walk(pointer: str, answered: Any, again: Any) -> Iterator[dict[str, Any]]:
    if isinstance(answered, dict) and isinstance(again, dict):
        for key in [*answered, *(key for key in again if key not in answered)]:
            one, two = answered.get(key, _NOTHING), again.get(key, _NOTHING)
            yield from _walk(f"{pointer}/{key}", one, two)
    elif isinstance(answered, list) and isinstance(again, list):
        for number in range(max(len(answered), len(again))):
            one = answered[number] if number < len(answered) else _NOTHING
            two = again[number] if number < len(again) else _NOTHING
            yield from _walk(f"{pointer}/{number}", one, two)
    elif answered != again or type(answered) is not type(again):
        yield {
            "pointer": pointer or "/",
            "answered": "nothing" if answered is _NOTHING else answered,
            "replayed": "nothing" if again is _NOTHING else again,
        }


def _explained(house: House, quote: Quote, told: bytes) -> Explanation:
    answer: dict[str, Any] = orjson.loads(told)
    found, facts = quoting.search_again(house, quote)
    candidates = found.feasible(facts).candidates
    plans = {service.code: plan for service, plan in found.planned}
    catalogue = found.catalogue
    traces = []
    for service in catalogue.services:
        own = [each for each in candidates if each.service.code == service.code]
        zone = service.zone_at(found.ask.postcode, found.here)
        learnt = found.record.learnt(service.code, area_of(service.kind, None, found.ask.postcode))
        looked = Looked(
            catalogue, found.as_learnt(service), found.ask, found.moment, found.here, facts, zone,
            plans.get(service.code), sorted(own, key=_by_time), learnt,
        )  # fmt: skip
        traces.append(_trace(looked, answer))
    return Explanation(
        quote.at.astimezone(zone_of_people(catalogue)), catalogue.version, quote.record_version,
        quote.request, quote.facts, tuple(traces), answer.get("recommended"),
    )  # fmt: skip


def _by_time(candidate: Candidate) -> tuple[float, str]:
    return candidate.end, candidate.id


def _trace(looked: Looked, answer: dict[str, Any]) -> ServiceTrace:
    service = looked.service
    steps = [carrier_step(looked), *rule_steps(looked)]
    if looked.zone is None:
        steps = steps[:2]  # Where it never comes, nothing else matters.
    elif all(step.passed is not False for step in steps):
        steps += [*calendar_steps(looked), *lead_steps(looked), *free_steps(looked)]
        steps += price_steps(looked)
    shown = [each for each in answer.get("options", ()) if each["service"] == service.code]
    folded = [
        each for each in answer.get("folded", ()) if each["option"]["service"] == service.code
    ]
    excluded = [each for each in answer.get("exclusions", ()) if each["service"] == service.code]
    return ServiceTrace(
        service.code, _name(service), service.kind,
        _verdict(shown, folded, excluded, looked), tuple(steps), len(looked.candidates),
        tuple(_option(each) for each in shown),
        tuple(_hidden(each, answer) for each in folded),
        excluded[0] if excluded else None,
    )  # fmt: skip


def _name(service: Service) -> str:
    return (service.name or {}).get("en") or service.code.replace("-", " ").capitalize()


def _verdict(shown: list[Any], folded: list[Any], excluded: list[Any], looked: Looked) -> str:
    if shown:
        return "shown"
    if folded:
        return "folded"
    if excluded:
        return "absent"
    return "in_calendar" if looked.candidates else "not_answered"


def _option(option: dict[str, Any]) -> dict[str, Any]:
    return {name: option[name] for name in ("id", "title", "price", "labels", "gives")}


def _hidden(folded: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    titles = {each["id"]: each["title"] for each in answer.get("options", ())}
    option = folded["option"]
    return {
        "id": option["id"], "title": option["title"], "price": option["price"],
        "code": folded["code"], "by": folded["by"], "beside": titles.get(folded["by"], ""),
        "reason": folded["reason"],
    }  # fmt: skip
