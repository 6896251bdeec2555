"""The demo shop's pages once a place is held: paying, and the promise after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import Response

from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.holds import EXPIRED, OPEN, Hold
from delivery.rules.money import Money
from delivery.rules.names import given_name
from delivery.rules.refusals import ExtensionLimit, HoldClosed, Refusal, SlotFull
from delivery.store import holds
from delivery.web.demo_shop import GOODS_COUNT, FieldError, goods
from delivery.web.templating import language_for, say, show
from delivery.web.views import Choice, DayScale, minutes_left, said_when
from delivery.web.views_demo import DonePage, HeldView, PayPage
from delivery.web.views_options import where
from delivery.web.visit import Visit

_ENDING = timedelta(minutes=2)


def left(house: House, visit: Visit, hold_id: str, *, now: datetime) -> Response:
    with house.database.read() as conn:
        hold = holds.get(conn, hold_id)
    lang = language_for(house, visit)
    return show(house, visit, HeldView(**_left(hold, lang, now)), lang, form=False)


def _left(hold: Hold, lang: str, now: datetime) -> dict[str, Any]:
    until = hold.expires_at.astimezone(Choice.of(hold.option).window.start.tzinfo)
    return {
        "here": f"/demo/pay/{hold.id}",
        "until": phrases.clock_time(until, lang),
        "minutes": minutes_left(hold.expires_at, now),
        "ending": hold.expires_at - now <= _ENDING,
        "over": hold.state_at(now) == EXPIRED,
    }


def pay(
    house: House, visit: Visit, hold_id: str, *, now: datetime, refused: Refusal | None = None
) -> Response:
    """What is held and what it comes to; with the reason above when paying was refused."""
    with house.database.read() as conn:
        hold = holds.get(conn, hold_id)
    lang = language_for(house, visit)
    choice, speak = Choice.of(hold.option), partial(say, house.words, lang)
    day, hours = said_when(choice, lang, today=_today(choice, now), words=speak)
    extensions = house.settings.holds.extensions
    view = PayPage(
        back=f"/demo/choose/{hold.quote_id}", day=day.rstrip(", "), hours=hours,
        line=DayScale.of([choice.window]).line(choice.window), where=where(house, choice, lang),
        place_icon="home" if choice.at_home else "pin", goods=phrases.price(goods(house), lang),
        goods_count=GOODS_COUNT,
        parts=tuple((label, phrases.price(Money(amount, choice.price.currency), lang))
                    for label, amount in choice.parts),
        total=phrases.price(goods(house) + choice.price, lang),
        may_extend=hold.state_at(now) == OPEN and hold.extensions < extensions,
        extend_minutes=round(house.settings.holds.minutes),
        error_heading=speak("slot_gone_heading") if isinstance(refused, SlotFull) else "",
        errors=(FieldError("", _why(speak, refused)),) if refused else (),
        **_left(hold, lang, now),
    )  # fmt: skip
    return show(house, visit, view, lang, status=refused.status if refused else 200)


def _today(choice: Choice, now: datetime) -> date:
    return now.astimezone(choice.window.start.tzinfo).date()


def _why(speak: Any, refused: Refusal) -> str:
    if isinstance(refused, SlotFull):
        return str(speak("slot_gone_at_pay"))
    if isinstance(refused, ExtensionLimit):
        return str(speak("hold_no_more"))
    return str(speak("hold_over")) if isinstance(refused, HoldClosed) else refused.detail


def done(house: House, visit: Visit, booking: Booking, *, now: datetime) -> Response:
    lang = language_for(house, visit)
    choice, speak = Choice.of(booking.option), partial(say, house.words, lang)
    choice = replace(choice, window=booking.window)
    day, hours = said_when(choice, lang, today=_today(choice, now), words=speak)
    name = given_name(booking.given_name, lang)
    view = DonePage(
        heading=speak("done_heading", name=name) if name else speak("done_heading_bare"),
        agent=house.settings.shop.agent, reference=booking.reference, day=day.rstrip(", "),
        hours=hours, line=DayScale.of([booking.window]).line(booking.window),
        where=where(house, choice, lang), place_icon="home" if choice.at_home else "pin",
        my_link=urlsplit(link_of(house, booking)).path,
    )  # fmt: skip
    return show(house, visit, view, lang)
