"""One delivery as the desk sees it: facts, what was promised, what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import Connection

from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.rules.tracking import planned_window
from delivery.store import bookings, conversations, page_notes
from delivery.web.my_words import Teller
from delivery.web.templating import language_for, say, show
from delivery.web.views import DayScale
from delivery.web.views_ops import Bubble, DeliveryCard, DeliveryPage, DeskFrame
from delivery.web.visit import Visit


def page(
    conn: Connection, house: House, visit: Visit, booking: Booking, frame: DeskFrame, *,
    now: datetime,
) -> Response:  # fmt: skip
    """The page of one delivery."""
    lang = language_for(house, visit)
    teller = teller_of(conn, house, booking, lang, now)
    view = DeliveryPage(
        desk=frame,
        name=name_of(booking),
        card=card_of(conn, teller),
        promises=teller.letter_and_promise(coming=False)["versions"],
        bubbles=bubbles_of(conn, teller),
        milestones=tuple(
            (_plain(each.milestone), teller.moment(each.at))
            for each in reversed(bookings.milestones(conn, booking.reference))
        ),
    )
    return show(house, visit, view, lang)


def teller_of(conn: Connection, house: House, booking: Booking, lang: str, now: datetime) -> Teller:
    return Teller(house, booking, bookings.promises(conn, booking.reference), lang, now)


def name_of(booking: Booking) -> str:
    return f"{booking.given_name} {booking.family_name}".strip() or booking.reference


def card_of(conn: Connection, teller: Teller) -> DeliveryCard:
    """The facts that decide what can be offered."""
    booking, lang = teller.booking, teller.lang
    speak: Callable[..., Markup] = partial(say, teller.house.words, lang)
    planned = planned_window(teller.promises)
    was = planned if planned != booking.window else None
    to = booking.destination
    where = ", ".join(str(to[key]) for key in ("street", "postcode", "city") if to.get(key))
    paid = phrases.price(Money(**booking.option["price"]), lang)
    facts = {
        "delivery_promised": teller.when(booking.window),
        "delivery_where": where,
        "delivery_phone": booking.phone or "–",
        "delivery_state": speak(f"state_{booking.state}"),
        "delivery_paid": paid,
        "delivery_leave": (booking.leave_with or {}).get("text"),
        "delivery_notes": " · ".join(each.text for each in bookings.notes(conn, booking.reference)),
    }
    windows = [booking.window, *([was] if was else [])]
    return DeliveryCard(
        reference=booking.reference,
        facts=tuple((str(speak(key)), str(value)) for key, value in facts.items() if value),
        was=teller.when(was) if was else "",
        line=DayScale.of(windows).line(booking.window, was=was, now=teller.now),
    )


def bubbles_of(conn: Connection, teller: Teller) -> tuple[Bubble, ...]:
    """Everything said on both sides, oldest first, exactly as it was said."""
    booking, speak = teller.booking, teller.say
    said = [(each["at"], _bubble(each, teller)) for each in
            conversations.thread(conn, booking.reference)]  # fmt: skip
    for note in page_notes.written(conn, booking.reference):
        under = f"{teller.moment(note.at)}, {speak('conv_from_page')}"
        said.append((note.at, Bubble(False, note.text, under, booking.locale)))
    return tuple(bubble for _, bubble in sorted(said, key=lambda each: each[0]))


def _bubble(said: dict[str, Any], teller: Teller) -> Bubble:
    at = teller.moment(said["at"])
    ours = said["who"] == "we"
    under = str(teller.say("conv_sms", state=said["state"], at=at)) if ours else at
    return Bubble(ours, said["text"], under, teller.booking.locale)


def _plain(milestone: str) -> str:
    return milestone.replace("_", " ").capitalize()
