"""The demo shop's pages before a place is held: options, all times, all places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from fastapi.responses import Response
from sqlalchemy import Connection

from delivery.flows import quoting
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.asks import QuoteAsk
from delivery.rules.names import given_name
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import SlotFull
from delivery.store import full_slots
from delivery.web.demo_shop import GOODS_COUNT, FieldError, address_of, goods
from delivery.web.templating import language_for, say, show
from delivery.web.views import Choice, OptionCard
from delivery.web.views_calendar import calendar_of
from delivery.web.views_demo import LeftOut, OptionsPage, TimesPage, TooOldPage
from delivery.web.views_options import Shelf
from delivery.web.visit import Visit

_CALENDAR = timedelta(days=16)
#: As many places as one compares; the next is farther than all of them.
_PLACES = 12


def quote_page(answer: bytes) -> str:
    return f"/demo/choose/{orjson.loads(answer)['id']}"


def same_ask(quote: quoting.Quote, now: datetime) -> QuoteAsk:
    return replace(QuoteAsk.from_json(quote.request), ready_at=now)


def too_old(house: House, visit: Visit, quote: quoting.Quote) -> Response:
    """Prices are checked again by one press; a GET makes nothing new."""
    view = TooOldPage(here=f"/demo/choose/{quote.id}", address=address_of(quote.request))
    return show(house, visit, view, language_for(house, visit), status=410)


def options(
    house: House, visit: Visit, quote: quoting.Quote, answer: bytes, *, now: datetime,
    nothing_chosen: bool = False, gone: SlotFull | None = None, wanted: str = "",
) -> Response:  # fmt: skip
    """The options page; with an error above it when a press was refused."""
    known, lang = orjson.loads(answer), language_for(house, visit)
    speak = partial(say, house.words, lang)
    shown, recommended = _shown(known, gone)
    shelf = Shelf.of(house, shown, lang, now=now, goods=goods(house), recommended=recommended)
    name = given_name((quote.request.get("customer") or {}).get("given_name") or "", lang)
    left_out = _left_out(known, house, lang, now)
    view = OptionsPage(
        here=f"/demo/choose/{quote.id}", address=address_of(quote.request),
        heading=speak("options_heading", name=name) if name else speak("options_heading_bare"),
        options=shelf.cards(), why=known["recommended"]["why"] if recommended else "",
        left_out=left_out, left_out_heading=_counted(speak, "left_out", len(left_out)),
        goods=phrases.price(goods(house), lang), goods_count=GOODS_COUNT,
        hold_minutes=round(house.settings.holds.minutes),
        error_heading=speak("slot_gone_heading") if gone else "",
        errors=_errors(speak, known, gone, wanted, nothing_chosen, lang),
    )  # fmt: skip
    status = 409 if gone else 422 if nothing_chosen else 200
    return show(house, visit, view, lang, status=status)


def _shown(known: dict[str, Any], gone: SlotFull | None) -> tuple[list[dict[str, Any]], str]:
    if gone is not None:
        return list(gone.extra.get("alternatives", []))[:5], ""
    listed = list(known["options"])
    best = known["recommended"]["option"] if known["recommended"] else ""
    # The suggestion stands first; the others keep their order.
    return sorted(listed, key=lambda each: each["id"] != best), best


def _errors(
    speak: Any, known: dict[str, Any], gone: SlotFull | None, wanted: str, nothing: bool, lang: str
) -> tuple[FieldError, ...]:
    if nothing:
        return (FieldError("o1", str(speak("wrong_option"))),)
    if gone is None:
        return ()
    for each in known["options"]:
        if each["id"] == wanted:
            when = phrases.when(Choice.of(each).window, lang)
            return (FieldError("options", str(speak("slot_gone_text", when=when))),)
    return (FieldError("options", str(speak("slot_gone_text_bare"))),)


def _left_out(known: dict[str, Any], house: House, lang: str, now: datetime) -> tuple[LeftOut, ...]:
    folded = [each["option"] for each in known["folded"]]
    shelf = Shelf.of(house, folded, lang, now=now, goods=goods(house))
    cards = shelf.cards() if folded else ()
    return (
        *(LeftOut(f"{card.when}, {card.where}, {card.price}", each["reason"])
          for card, each in zip(cards, known["folded"], strict=True)),
        *(LeftOut(str(each.get("title") or each["service"]), each["reason"])
          for each in known["exclusions"]),
    )  # fmt: skip


def _counted(speak: Any, key: str, count: int) -> str:
    return str(speak(f"{key}_one" if count == 1 else key, count=count))


def times(
    conn: Connection, house: House, visit: Visit, quote: quoting.Quote,
    free: Sequence[DeliveryOption], *, now: datetime,
) -> Response:  # fmt: skip
    """Every time to the door; full ones stay in their place."""
    lang = language_for(house, visit)
    at_home = [each for each in free if each.kind == "to_door"]
    shelf = Shelf.of(house, [each.as_json() for each in at_home], lang, now=now,
                     goods=goods(house))  # fmt: skip
    slots = [each.slot_id for each in at_home if each.slot_id is not None]
    zone = at_home[0].window.start.tzinfo if at_home else now.tzinfo
    full = [
        replace(each, start=each.start.astimezone(zone), end=each.end.astimezone(zone))
        for each in full_slots.beside(conn, slots, since=now, until=now + _CALENDAR)
    ]
    here = f"/demo/choose/{quote.id}"
    view = TimesPage(
        here=here, hold_minutes=round(house.settings.holds.minutes),
        heading=house.words.say(lang, "pages.times_heading"),
        lead=house.words.say(lang, "pages.times_lead", address=address_of(quote.request)),
        calendar=calendar_of(
            shelf, full, query=visit.query, here=f"{here}/times", now=now.astimezone(zone)
        ),
    )  # fmt: skip
    return show(house, visit, view, lang)


def places(
    conn: Connection, house: House, visit: Visit, quote: quoting.Quote,
    free: Sequence[DeliveryOption], *, now: datetime,
) -> Response:  # fmt: skip
    """Every place to fetch from, nearest first, each at its earliest."""
    lang = language_for(house, visit)
    earliest: dict[str, DeliveryOption] = {}
    for each in sorted(free, key=lambda option: option.window.start):
        if each.place is not None:
            earliest.setdefault(each.place.id, each)
    nearest = sorted(earliest.values(), key=lambda option: option.distance_m or 0)[:_PLACES]
    shelf = Shelf.of(house, [each.as_json() for each in nearest], lang, now=now,
                     goods=goods(house))  # fmt: skip
    view = TimesPage(
        here=f"/demo/choose/{quote.id}",
        hold_minutes=round(house.settings.holds.minutes),
        heading=house.words.say(lang, "pages.places_heading"),
        lead=house.words.say(lang, "pages.places_lead", address=address_of(quote.request)),
        places=_with_place(shelf),
    )  # fmt: skip
    return show(house, visit, view, lang)


def _with_place(shelf: Shelf) -> tuple[OptionCard, ...]:
    found = []
    for choice, card in zip(shelf.choices, shelf.cards() if shelf.choices else (), strict=True):
        far = phrases.distance(choice.distance_m, shelf.lang) if choice.distance_m else ""
        more = ". ".join(part for part in (far, choice.description) if part)
        found.append(replace(card, more=(more,), gives=shelf.say("nothing")))
    return tuple(found)
