"""The pages of one delivery, made from its booking, promises and conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from fastapi.responses import Response
from sqlalchemy import Connection

from delivery.flows import narrowing, rescheduling
from delivery.house import House
from delivery.rules import phrases, tracking
from delivery.rules.bookings import BOOKED, Booking, Promise, may_cancel
from delivery.rules.menus import pick_times
from delivery.rules.money import Money
from delivery.rules.names import given_name
from delivery.rules.options import DeliveryOption
from delivery.rules.questions import times_of
from delivery.rules.refusals import Refusal, SlotFull, TooLate
from delivery.store import bookings, conversations, full_slots, page_notes
from delivery.web.demo_shop import FieldError
from delivery.web.my_words import Teller
from delivery.web.templating import language_for, say, show
from delivery.web.views_calendar import Calendar, calendar_of
from delivery.web.views_my import CancelPage, MoveTimesPage, MyPage, Offer, Said
from delivery.web.views_options import Shelf
from delivery.web.visit import Visit

_CHANGED = ("delayed", "eta_changed")
COMING = ("booked", "on_the_way")


def delivery(
    conn: Connection, house: House, visit: Visit, booking: Booking, *, now: datetime,
    refused: Refusal | None = None, wrong: str = "", draft: str = "",
) -> Response:  # fmt: skip
    """The promise as it stands; with what was refused above it."""
    lang = language_for(house, visit, booking.locale)
    promises = bookings.promises(conn, booking.reference)
    teller = Teller(house, booking, promises, lang, now)
    talk = conversations.of(conn, booking.reference)
    coming = booking.state in COMING and now < booking.window.end
    undo = conversations.undo_of(conn, booking.reference, now) if coming else None
    changed = promises[-1].cause in _CHANGED and coming
    accepted = page_notes.accepted(conn, booking)
    view = MyPage(
        here=f"/my/delivery/{booking.reference}",
        offers=_offers(conn, house, booking, promises, teller, now=now),
        offers_folded=not changed and booking.state != "failed",
        may_acknowledge=changed and not accepted and booking.kind == "to_door",
        acknowledged=changed and accepted,
        undo_until=teller.hour(talk.undo_until) if undo and talk and talk.undo_until else "",
        may_cancel=may_cancel(booking, now=now),
        may_relocate=coming and booking.kind == "to_door",
        left_with=str((booking.leave_with or {}).get("text") or ""),
        agent=house.settings.shop.agent,
        written=tuple(Said(each.text, teller.moment(each.at))
                      for each in page_notes.written(conn, booking.reference)),
        waits=talk is not None and talk.state == conversations.WAITING,
        error_heading=teller.say("slot_gone_heading") if isinstance(refused, SlotFull) else "",
        errors=_errors(teller, refused, wrong), draft=draft,
        **teller.letter_and_promise(coming=coming),
    )  # fmt: skip
    status = refused.status if refused else 422 if wrong else 200
    return show(house, visit, view, lang, status=status)


def _errors(teller: Teller, refused: Refusal | None, wrong: str) -> tuple[FieldError, ...]:
    if wrong:
        return (FieldError("body", str(teller.say(wrong))),)
    if refused is None:
        return ()
    key = {"slot_full": "slot_gone_move", "too_late": "too_late", "outdated": "outdated",
           "fee_changed": "fee_changed"}.get(refused.code)  # fmt: skip
    return (FieldError("mv" if refused.code == "slot_full" else "", str(
        teller.say(key) if key else refused.detail)),)  # fmt: skip


_MOST_OFFERS = 3


def _offers(
    conn: Connection, house: House, booking: Booking, promises: Sequence[Promise],
    teller: Teller, *, now: datetime,
) -> tuple[Offer, ...]:  # fmt: skip
    """At most three free times: those we last texted, as far as they are free still; on the day
    narrower ones within the booked one first."""
    try:
        free = rescheduling.move_options(conn, house, booking, now=now)
    except TooLate:
        return ()
    talk = conversations.of(conn, booking.reference)
    menu = [each["option"] for each in times_of(talk.open_menu(now))] if talk else []
    listed = [each for named in menu for each in free if each.id == _id(named)]
    picked = (
        listed
        or narrowing.narrower_options(conn, house, booking, now=now)[:_MOST_OFFERS]
        or pick_times(free, booking.window, tracking.planned_window(promises))
    )
    return tuple(teller.offer(each) for each in picked)


def _id(named: Any) -> str:
    return str(named["id"]) if isinstance(named, dict) else str(named)


def times(
    conn: Connection, house: House, visit: Visit, booking: Booking, *, now: datetime,
    nothing_chosen: bool = False,
) -> Response:  # fmt: skip
    """Every free time as a calendar, by the rules of the checkout. Raises `TooLate`."""
    lang = language_for(house, visit, booking.locale)
    speak = partial(say, house.words, lang)
    free = rescheduling.move_options(conn, house, booking, now=now)
    here = f"/my/delivery/{booking.reference}"
    name = given_name(booking.given_name, lang)
    today = now.astimezone(booking.window.start.tzinfo).date()
    view = MoveTimesPage(
        here=here,
        heading=speak("move_heading", name=name) if name else speak("move_heading_bare"),
        lead=speak("move_lead", when=phrases.when(booking.window, lang, today=today)),
        calendar=_calendar(conn, house, visit, booking, free, lang, now),
        undo_minutes=round(house.settings.replies.undo_minutes),
        errors=(FieldError("o1", str(speak("wrong_option"))),) if nothing_chosen else (),
    )
    return show(house, visit, view, lang, status=422 if nothing_chosen else 200)


def _calendar(
    conn: Connection, house: House, visit: Visit, booking: Booking,
    free: Sequence[DeliveryOption], lang: str, now: datetime,
) -> Calendar:  # fmt: skip
    zone = booking.window.start.tzinfo
    shelf = Shelf.of(house, [each.as_json() for each in free], lang, now=now,
                     goods=Money(0, house.settings.shop.currency))  # fmt: skip
    slots = [each.slot_id for each in free if each.slot_id is not None]
    until = max([each.window.end for each in free], default=now)
    full = [
        replace(each, start=each.start.astimezone(zone), end=each.end.astimezone(zone))
        for each in full_slots.beside(conn, slots, since=now, until=until)
    ]
    fees = {each.id: each.fee.amount if each.fee else 0 for each in free}
    return calendar_of(
        shelf, full, query=visit.query, here=f"/my/delivery/{booking.reference}/times",
        value=lambda option: f"{option}|{fees[option]}|{booking.version}", now=now.astimezone(zone),
    )  # fmt: skip


def cancelling(
    conn: Connection, house: House, visit: Visit, booking: Booking, *, now: datetime
) -> Response:
    """What cancelling means; when it is too late, the delivery with the reason."""
    if booking.state != BOOKED or not may_cancel(booking, now=now):
        return delivery(conn, house, visit, booking, now=now, refused=TooLate())
    lang = language_for(house, visit, booking.locale)
    today = now.astimezone(booking.window.start.tzinfo).date()
    view = CancelPage(
        here=f"/my/delivery/{booking.reference}",
        when=phrases.when(booking.window, lang, today=today),
        back_money=phrases.price(Money(**booking.option["price"]), lang),
    )
    return show(house, visit, view, lang)
