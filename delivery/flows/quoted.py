"""Options of a quote beyond the few that were shown: by name, all of them, and those free now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from delivery.flows import looking
from delivery.flows.finding import Search, search, without_slots, zone_of_people
from delivery.flows.quoting import kept_rate, search_again, wording_for
from delivery.flows.wording import Wording
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.fitting import why_not
from delivery.rules.money import Money
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import NotFound
from delivery.rules.slot_candidates import window_candidate
from delivery.store import scarcity
from delivery.store.quotes import Quote


class OptionUnknown(NotFound):
    """This quote has no such option."""

    code = "option_unknown"


def option_of(conn: Connection, house: House, quote: Quote, option_id: str) -> DeliveryOption:
    """The option as it stood when it was quoted, whatever has changed since.

    Raises `OptionUnknown` for one that this quote could not offer.
    """
    catalogue = house.catalogues.version(quote.catalogue_version)
    for shown in orjson.loads(quote.answer)["options"]:
        if shown["id"] == option_id:
            return DeliveryOption.from_json(shown, zone_of_people(catalogue))
    ask = QuoteAsk.from_json(quote.request)
    record = house.records.version(quote.record_version)
    found = search(catalogue, _no_plan, ask, quote.at, only="", record=record)
    candidate = _decoded(conn, house, found, option_id)
    if candidate is None:
        raise OptionUnknown
    return _with_extras(wording_for(house, catalogue, ask), candidate, found)


def _decoded(
    conn: Connection, house: House, found: Search, option_id: str
) -> Candidate | None:  # fmt: skip
    """The candidate an id names, if the rules allowed it then; capacity is not asked."""
    code, _, what = option_id.removeprefix("opt_").partition(".")
    service = found.catalogue.service(code)
    if service is None or why_not(service, found.ask, found.here) is not None:
        return None
    if service.promise == "slot":
        return _window_named(conn, house, found, service, what)
    service = found.as_learnt(service)
    return next((each for each in without_slots(found, service) if each.id == option_id), None)


def _no_plan(_service: Service, _zone: str) -> Any:
    raise AssertionError("nothing is searched here")


def _window_named(
    conn: Connection, house: House, found: Search, service: Service, what: str
) -> Candidate | None:
    number = what.removeprefix("s")
    if not (what.startswith("s") and number.isascii() and number.isdigit() and len(number) < 16):
        return None
    zone = service.zone_at(found.ask.postcode, found.here)
    assert zone is not None  # or it were excluded
    planned = house.layouts.planned(conn, service, zone, int(number))
    if planned is None:
        return None
    return window_candidate(service, planned, found.ask, found.moment, zone)


def all_options(
    conn: Connection, house: House, quote: Quote, *, now: datetime
) -> list[DeliveryOption]:
    """Everything this quote allows, is still free and can still be made, earliest first."""
    found, _then = search_again(house, quote, later=max(now, quote.at))
    facts = looking.look(conn, found, 0)
    closed = scarcity.gone(conn, found.zones, now)
    facts = facts._replace(left={**facts.left, **dict.fromkeys(closed, 0)})
    # A day or a place that has moved on to a later date is not what was quoted.
    quoted = {
        each.id
        for service, _free in found.others
        for each in without_slots(found._replace(moment=Moment.of(found.ask, quote.at)), service)
    }
    free = found.feasible(facts).candidates
    shown = [each for each in free if each.slot_id is not None or each.id in quoted]
    wording = wording_for(house, found.catalogue, found.ask)
    return [_with_extras(wording, each, found) for each in sorted(shown, key=_by_time)]


def _with_extras(wording: Wording, candidate: Candidate, found: Search) -> DeliveryOption:
    service = candidate.service
    return replace(
        wording.option(candidate), free_over=wording.free_from(service, found.ask),
        kept_rate=kept_rate(service, found),
    )  # fmt: skip


def _by_time(candidate: Candidate) -> tuple[datetime, float, int, str]:
    return candidate.window.start, candidate.end, candidate.amount, candidate.id


def free_options(
    conn: Connection,
    house: House,
    request: dict[str, Any],
    *,
    now: datetime,
    service: str | None = None,
    locale: str | None = None,
) -> list[DeliveryOption]:
    """What is free at this moment for a stored request, earliest first, with what moving costs."""
    ask, candidates = free_candidates(conn, house, request, now=now, service=service)
    return in_words(house, ask, sorted(candidates, key=_by_time), locale)


def free_candidates(
    conn: Connection, house: House, request: dict[str, Any], *, now: datetime,
    service: str | None = None,
) -> tuple[QuoteAsk, list[Candidate]]:  # fmt: skip
    """The same before it is put into words: most of its cost is in those."""
    ask = QuoteAsk.from_json(request)
    layouts = house.layouts
    found = search(
        house.catalogues.current(), lambda which, zone: layouts.plan(which, zone, now), ask, now,
        only=service, record=house.records.current(),
    )  # fmt: skip
    return ask, found.feasible(looking.look(conn, found, 0)).candidates


def _free(_candidate: Candidate) -> int:
    return 0


def in_words(
    house: House, ask: QuoteAsk, candidates: Iterable[Candidate], locale: str | None,
    fee_of: Callable[[Candidate], int] = _free,
) -> list[DeliveryOption]:  # fmt: skip
    """These as options that a delivery can move to, each with its fee: none unless said."""
    catalogue = house.catalogues.current()
    wording = wording_for(house, catalogue, ask, locale)
    return [
        wording.option(each, fee=Money(fee_of(each), catalogue.currency)) for each in candidates
    ]
