"""The option a customer chose from a quote, and what to offer when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from delivery.flows import quoted, quoting
from delivery.flows.expiring import release_expired_holds
from delivery.flows.finding import here_of
from delivery.house import House
from delivery.rules.alternatives import nearest
from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import Catalogue, Service
from delivery.rules.holds import is_past_cut_off
from delivery.rules.loads import load_of
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import NotFound, SlotFull
from delivery.rules.windows import TimeWindow
from delivery.store import point_slots

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """One option of one quote, in the words in which it was shown."""

    quote_id: str
    option_id: str
    option: dict[str, Any]
    valid_until: datetime
    #: Where it takes a place, and how many load units with it.
    slot_id: int | None
    load: int = 0
    #: Nobody new gets in: past its cut-off, or not in the newest catalogue.
    is_gone: bool = False


class PlaceGone(Exception):
    """The last place of a wanted option went to somebody else."""

    def __init__(self, quote_id: str, option: dict[str, Any]) -> None:
        super().__init__(quote_id)
        self.quote_id = quote_id
        self.option = option


def choose(
    conn: Connection, house: House, quote_id: str, option_id: str, *, now: datetime
) -> Choice:
    """The option as it was quoted. Raises `NotFound` for what that quote did not offer."""
    quote = quoting.get_quote(conn, quote_id)
    shown = _shown(orjson.loads(quote.answer), option_id)
    if shown is None:
        shown = quoted.option_of(conn, house, quote, option_id).as_json()
    choice = Choice(quote_id, option_id, shown, quote.valid_until, slot_of(option_id))
    if is_past_cut_off(shown, patience=quote.valid_until - quote.at, now=now):
        return replace(choice, is_gone=True)
    return _placed(conn, house, choice, quote.request)


def placed(conn: Connection, house: House, quote_id: str, option: DeliveryOption) -> Choice:
    """An option that is free now as a choice, with its place and load in the newest catalogue."""
    quote = quoting.get_quote(conn, quote_id)
    shown = option.as_json()
    choice = Choice(quote_id, option.id, shown, quote.valid_until, option.slot_id)
    return _placed(conn, house, choice, quote.request)


def _placed(conn: Connection, house: House, choice: Choice, request: dict[str, Any]) -> Choice:
    """The choice with its place and its load, as the newest catalogue has them."""
    service = house.catalogues.current().service(choice.option["service"])
    if service is None:
        return replace(choice, is_gone=True)
    if choice.slot_id is not None:
        load = load_in(service, request)
        return replace(choice, load=load) if load else choice
    place = choice.option["place"]
    if place is None:
        return choice
    point = next((each for each in service.points if each.id == place["id"]), None)
    if point is None:
        return replace(choice, is_gone=True)
    if not point.capacity:
        return choice
    day = datetime.fromisoformat(choice.option["window"]["start"]).date()
    found = point_slots.find_or_make(
        conn, service.code, point.id, day, service.zone, point.capacity
    )
    return replace(choice, slot_id=found.id, load=len(request["basket"]["parcels"]))


def load_in(service: Service, request: dict[str, Any]) -> int:
    """The load units that the basket of a stored request takes in a window of a service."""
    if service.rounds is None or not service.rounds.load:
        return 0
    return load_of(service, QuoteAsk.from_json(request))


def _shown(answer: dict[str, Any], option_id: str) -> dict[str, Any] | None:
    # What stands in the answer needs no second look at the rules.
    folded = (each["option"] for each in answer["folded"])
    for option in (*answer["options"], *folded):
        if option["id"] == option_id:
            found: dict[str, Any] = option
            return found
    return None


def slot_of(option_id: str) -> int | None:
    """The slot an option takes a place in (`opt_<service>.s<slot>`), if it takes one."""
    mark = option_id.rpartition(".")[2]
    # Sixteen digits are more than there are slots, and fewer than a database can take.
    number = mark[1:17]
    return int(number) if mark == f"s{number}" and number.isdecimal() else None


def clock_of(catalogue: Catalogue, service: str, request: dict[str, Any]) -> ZoneInfo:
    """The zone of the clock where a service delivers what a stored request asked for."""
    found = _found(catalogue, service)
    if found.promise == "place" or not found.zone_map.clocks:
        return found.zone
    ask = QuoteAsk.from_json(request)
    return found.clock(found.zone_at(ask.postcode, here_of(catalogue, ask)))


def service_of(house: House, service: str) -> Service:
    """The service in the newest catalogue. Raises `NotFound`."""
    return _found(house.catalogues.current(), service)


def _found(catalogue: Catalogue, service: str) -> Service:
    found = catalogue.service(service)
    if found is None:
        raise NotFound(f"There is no service {service}.")
    return found


def place_or_alternatives(house: House, attempt: Callable[[], T], *, now: datetime) -> T:
    """What `attempt` gives; for a full window `SlotFull` with the nearest free options.

    Places of holds that ended a moment ago count as free: the worker only comes by now and then.
    """
    try:
        return attempt()
    except PlaceGone as gone:
        if not release_expired_holds(house.database, now=now):
            raise full(house, gone.quote_id, gone.option, now=now) from None
    try:
        return attempt()
    except PlaceGone as gone:
        raise full(house, gone.quote_id, gone.option, now=now) from None


def full(house: House, quote_id: str, wanted: dict[str, Any], *, now: datetime) -> SlotFull:
    """The refusal for a full window, with the nearest free options."""
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        free = quoted.free_options(conn, house, quote.request, now=now)
    near = nearest(free, TimeWindow.from_json(wanted["window"]), kind=wanted["kind"])
    return SlotFull(alternatives=[replace(option, fee=None).as_json() for option in near])
