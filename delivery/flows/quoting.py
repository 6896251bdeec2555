"""Quotes: the few options worth showing, chosen, kept, and made again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from delivery.flows import looking
from delivery.flows.finding import (
    LEADERS,
    Search,
    search,
    zone_of_people,
)
from delivery.flows.remembering import remembered
from delivery.flows.suggesting import suggest
from delivery.flows.wording import Wording, wording_of
from delivery.house import House
from delivery.ids import new_id
from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.facts import Facts
from delivery.rules.kept_promises import area_of
from delivery.rules.refusals import NotValid
from delivery.rules.slate import choose
from delivery.store import quotes
from delivery.store.quotes import Quote

__all__ = [
    "Quote", "QuoteAsk", "answer_again", "begin", "compose", "get_answer", "get_quote",
    "keep_quote", "make_quote", "quote_options", "search_again",
]  # fmt: skip

get_answer = quotes.get_answer
get_quote = quotes.get
keep_quote = quotes.add

#: Goods that leave later than this are no order yet.
LATEST_READY = timedelta(days=365)


def quote_options(house: House, ask: QuoteAsk, *, now: datetime) -> bytes:
    """Choose a few clearly different options, keep them as a quote, and answer in JSON."""
    quote = make_quote(house, ask, now=now)
    with house.database.write() as conn:
        keep_quote(conn, quote)
    return quote.answer


def make_quote(house: House, ask: QuoteAsk, *, now: datetime) -> Quote:
    """A quote that is not kept yet. Raises `NotValid` for what no catalogue could serve."""
    found = begin(house, ask, now=now)
    with house.database.read() as conn:
        facts = looking.look(conn, found, house.layouts.newest(now))
    return compose(house, found, facts, now=now)


def begin(house: House, ask: QuoteAsk, *, now: datetime) -> Search:
    """What the catalogue allows, before a look at what is free. Raises `NotValid`."""
    catalogue = house.catalogues.current()
    _check(ask, catalogue, now)
    layouts = house.layouts
    return search(
        catalogue, lambda service, zone: layouts.plan(service, zone, now), ask, now,
        leaders=LEADERS, record=house.records.current(),
    )  # fmt: skip


def compose(house: House, found: Search, facts: Facts, *, now: datetime) -> Quote:
    """The quote that these facts give; nothing is asked of the database any more."""
    quote_id = new_id("q")
    valid_until = now + timedelta(minutes=house.settings.quotes.minutes)
    answer, facts = _answer(house, found, facts, quote_id, valid_until)
    return Quote(
        quote_id, now, valid_until, found.catalogue.version, found.record.version,
        facts.as_json(), found.ask.as_json(), answer,
    )  # fmt: skip


def answer_again(house: House, quote: Quote) -> bytes:
    """The answer that what the quote kept gives today; a faithful replay is the same bytes."""
    found, facts = search_again(house, quote, leaders=LEADERS)
    return _answer(house, found, facts, quote.id, quote.valid_until)[0]


def _check(ask: QuoteAsk, catalogue: Catalogue, now: datetime) -> None:
    if ask.country not in catalogue.countries:
        raise NotValid("/destination/country", "We do not deliver to this country.")
    if ask.postcode not in catalogue.postcodes:
        raise NotValid("/destination/postcode", "There is no such postcode.")
    if ask.value is not None and ask.value.currency != catalogue.currency:
        raise NotValid("/basket/value/currency", f"Prices here are in {catalogue.currency}.")
    if ask.ready_at is not None and ask.ready_at > now + LATEST_READY:
        raise NotValid("/ready_at", "This is more than a year away.")


def _answer(
    house: House,
    found: Search,
    facts: Facts,
    quote_id: str,
    valid_until: datetime,
) -> tuple[bytes, Facts]:
    """The answer, and the facts with what was suggested because of them."""
    catalogue = found.catalogue
    said = remembered(house.words, catalogue.currency, locale_of(house, found.ask))
    feasible = found.feasible(facts, leaders=LEADERS)
    slate = choose(feasible.candidates)
    extras = _Extras(said.wording, found)
    if facts.habit is not None:
        facts = facts._replace(
            recommended=suggest(facts.habit, slate.shown, found.ask, said.wording.say)
        )
    answer = orjson.dumps(
        {
            "id": quote_id,
            "valid_until": valid_until.astimezone(zone_of_people(catalogue)).isoformat(),
            "currency": catalogue.currency,
            "recommended": facts.recommended,
            "options": [
                said.option(each, extras[each.service], labels, gives)
                for each, labels, gives in slate.shown
            ],
            "folded": [
                {
                    "option": said.option(each.candidate, extras[each.candidate.service]),
                    "code": each.code,
                    "by": each.by.id,
                    "reason": said.why_folded(each),
                }
                for each in slate.folded
            ],
            "exclusions": [
                *said.outside(found.reach),
                *[said.wording.exclusion(each) for each in feasible.exclusions],
            ],
        }
    )
    return answer, facts


class _Extras(dict[Service, Any]):
    """What an option says of its service to this one basket, worked out once a service."""

    def __init__(self, wording: Wording, found: Search) -> None:
        self._wording, self._found = wording, found

    def __missing__(self, service: Service) -> dict[str, Any]:
        free = self._wording.free_from(service, self._found.ask)
        rate = kept_rate(service, self._found)
        self[service] = extras = {
            "free_over": free.as_json() if free else None,
            "kept_rate": {"kept": rate[0], "of": rate[1]} if rate else None,
        }
        return extras


def kept_rate(service: Service, found: Search) -> tuple[int, int] | None:
    """How a service keeps its word where this customer lives."""
    zone = service.zone_at(found.ask.postcode, found.here) if service.promise == "slot" else None
    return found.record.rate(service.code, area_of(service.kind, zone, found.ask.postcode))


def locale_of(house: House, ask: QuoteAsk, locale: str | None = None) -> str:
    """The language of ours nearest to the one somebody asks in."""
    return house.words.language(locale or ask.locale or house.settings.shop.locale, "options")


def wording_for(
    house: House, catalogue: Catalogue, ask: QuoteAsk, locale: str | None = None
) -> Wording:
    """Words in the language of whoever asks, or in `locale`."""
    return wording_of(house.words, catalogue, locale_of(house, ask, locale))


def search_again(
    house: House, quote: Quote, *, leaders: int = 0, later: datetime | None = None
) -> tuple[Search, Facts]:
    """What the rules allowed when a quote was made, and its facts; or, of the same, at `later`."""
    catalogue = house.catalogues.version(quote.catalogue_version)
    facts = Facts.from_json(quote.facts)
    at, layouts = later or quote.at, house.layouts
    found = search(
        catalogue, lambda service, zone: layouts.plan_at(service, zone, at, facts.slots),
        QuoteAsk.from_json(quote.request), quote.at, leaders=leaders, later=later,
        record=house.records.version(quote.record_version),
    )  # fmt: skip
    return found, facts
