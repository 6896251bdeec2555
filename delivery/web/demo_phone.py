"""The telephone: what reached a number, a box to reply, levers that make something happen."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from delivery.flows import tracking
from delivery.house import House
from delivery.ids import digest, new_id
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.replies import understand
from delivery.store import bookings
from delivery.web.at_desk import local
from delivery.web.demo_shop import FieldError, Shopper, demo_is_on, number_of
from delivery.web.deps import Now, TheHouse
from delivery.web.phone_log import what_happened
from delivery.web.stand_in_phone import read_phone, write_reply
from delivery.web.templating import language_for, say, show
from delivery.web.views import long_day
from delivery.web.views_phone import (
    Happened,
    HappenedPart,
    PhoneBubble,
    PhonePage,
    ThreadPart,
    Tried,
)
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False, dependencies=[Depends(demo_is_on)])

_LONGEST = 1000
#: What each lever lets the carrier say.
LEVERS: dict[str, dict[str, Any]] = {
    "breakdown": {"type": "delayed", "minutes": 90, "why": "reason_breakdown_place"},
    "late": {"type": "delayed", "minutes": 25, "why": "reason_traffic"},
    "out": {"type": "out_for_delivery"},
    "delivered": {"type": "delivered"},
    "missed": {"type": "attempt_failed"},
}


@router.get("/demo/phone")
def phone_page(house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The whole telephone of one number."""
    return _page(house, visit, _number(house, visit, visit.query.get("number", "")), now)


@router.get("/demo/phone/thread")
def thread_part(house: TheHouse, visit: TheVisit) -> Response:
    """The messages alone; nothing at all when there is no news."""
    number = _number(house, visit, visit.query.get("number", ""))
    lang = language_for(house, visit)
    return _unless_seen(house, visit, ThreadPart(**_thread(house, number, lang)), lang)


@router.get("/demo/phone/happened")
def happened_part(house: TheHouse, visit: TheVisit) -> Response:
    """What happened, alone; nothing at all when there is no news."""
    number = _number(house, visit, visit.query.get("number", ""))
    lang = language_for(house, visit)
    view = HappenedPart(**_happened(house, _latest(house, number), number, lang))
    return _unless_seen(house, visit, view, lang)


@router.post("/demo/phone/replies")
def reply(house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Write a reply on the telephone; it reaches us as from any provider, signed."""
    number, body = _number(house, visit, visit.line("number")), visit.text("body")
    if not body or len(body) > _LONGEST:
        return _page(house, visit, number, now, wrong="phone_wrong", draft=body[:_LONGEST])
    if not write_reply(_base(house), number, body):
        return _page(house, visit, number, now, wrong="phone_away", draft=body)
    return RedirectResponse(_address("", number), 303)


@router.post("/demo/phone/events")
def pull_lever(house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Let the carrier say something, kept by the same flow as a signed event."""
    number, lever = _number(house, visit, visit.line("number")), LEVERS.get(visit.line("lever"))
    booking = _latest(house, number)
    if lever is None or booking is None:
        return RedirectResponse(_address("", number), 303)
    body = {"booking": booking.reference, "type": lever["type"], "occurred_at": now.isoformat()}
    if "minutes" in lever:
        reason = {each: house.words.say(each, f"pages.{lever['why']}")
                  for each in house.words.locales}  # fmt: skip
        body |= {"minutes": lever["minutes"], "reason": reason}
    with house.database.write() as conn:
        tracking.keep_event(conn, house, booking.carrier, new_id("demo"), body, now=now)
    return RedirectResponse(_address("", number), 303)


def _number(house: House, visit: Visit, asked: str) -> str:
    """The number asked for, else that of whoever shopped last on this browser."""
    typed = number_of(house, asked.replace(" ", "")) if len(asked) < 40 else None
    return typed or number_of(house, Shopper.remembered(visit).phone) or ""


def _latest(house: House, number: str) -> Booking | None:
    with house.database.read() as conn:
        known = bookings.latest_of_phone(conn, number)
    return known[0] if known else None


def _page(
    house: House, visit: Visit, number: str, now: datetime, *, wrong: str = "", draft: str = ""
) -> Response:
    lang = language_for(house, visit)
    speak = partial(say, house.words, lang)
    booking = _latest(house, number)
    name = booking.given_name if booking else Shopper.remembered(visit).given_name
    tried = visit.query.get("try", "").strip()[:_LONGEST]
    view = PhonePage(
        heading=str(speak("phone_heading", name=name) if name else speak("phone_heading_bare")),
        number=number, shop=house.settings.shop.name, lever_lead=_lead(speak, booking, lang),
        reference=booking.reference if booking else "", tried_text=tried,
        tried=_tried(house, tried, lang, speak, now) if tried else None, draft=draft,
        errors=(FieldError("body", str(speak(wrong))),) if wrong else (),
        **_thread(house, number, lang), **_happened(house, booking, number, lang),
    )  # fmt: skip
    return show(house, visit, view, lang, status=422 if wrong else 200)


def _lead(speak: Any, booking: Booking | None, lang: str) -> str:
    if booking is None:
        return str(speak("lever_none"))
    when = phrases.when(booking.window, lang)
    return str(speak("lever_lead", reference=booking.reference, when=when))


def _thread(house: House, number: str, lang: str) -> dict[str, Any]:
    messages = read_phone(_base(house), number)
    booking = _latest(house, number)
    bubbles = tuple(
        PhoneBubble(
            each.from_shop,
            _linked(house, each.text),
            phrases.clock_time(local(house, each.at), lang),
        )
        for each in messages or ()
    )
    return {
        "bubbles": bubbles,
        "away": messages is None,
        "language": booking.locale if booking else lang,
        "thread_address": _seen(_address("/thread", number), bubbles),
    }


def _linked(house: House, text: str) -> Markup:
    """The text exactly as sent; our own links can be pressed, as on any phone."""
    start = house.settings.server.public_url + "/my/"
    said = [Markup.escape(part) for part in text.split(start)]
    for at, part in enumerate(said[1:], 1):
        token = re.match(r"[A-Za-z0-9_-]+", part)
        if token:
            link = Markup('<a href="/my/{0}">{1}{0}</a>').format(token[0], start)
            said[at] = link + part[token.end() :]
    return Markup("").join(said)


def _happened(house: House, booking: Booking | None, number: str, lang: str) -> dict[str, Any]:
    happened: tuple[Happened, ...] = ()
    if booking:
        with house.database.read() as conn:
            happened = what_happened(conn, booking, lang, partial(say, house.words, lang))
    address = _seen(_address("/happened", number), happened)
    return {"happened": happened, "happened_address": address}


def _seen(address: str, shown: Any) -> str:
    return f"{address}&seen={digest(repr(shown).encode())[:16]}"


def _unless_seen(house: House, visit: Visit, view: Any, lang: str) -> Response:
    # A 204 swaps nothing, so that nobody hears the same list read out every two seconds.
    address = getattr(view, "thread_address", None) or view.happened_address
    if address.endswith(f"&seen={visit.query.get('seen', '-')}"):
        return Response(status_code=204)
    return show(house, visit, view, lang, form=False)


def _tried(house: House, text: str, lang: str, speak: Any, now: datetime) -> Tried:
    meant = understand(text, locale=lang, now=local(house, now)).as_json()
    day = long_day(datetime.fromisoformat(meant["date"]).date(), lang) if meant["date"] else ""
    hours = "–".join(each for each in (meant["from"], meant["to"]) if each)
    return Tried(
        intent=meant["intent"].capitalize(),
        when=", ".join(each for each in (day, hours) if each),
        because=", ".join(meant["because"]),
        sure=Markup(speak("try_sure", confidence=f"{meant['confidence']:.2f}")),
    )


def _address(part: str, number: str) -> str:
    return f"/demo/phone{part}?{urlencode({'number': number})}"


def _base(house: House) -> str:
    return house.settings.twilio.base_url.rstrip("/")
