"""Who waits for an answer, and what was said with one of them; with a booking or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from delivery.flows import desk as desk_flow
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.refusals import NotFound
from delivery.store import bookings, conversations, page_notes, replies
from delivery.web import ops_delivery
from delivery.web.at_desk import local
from delivery.web.templating import say
from delivery.web.views_ops import Bubble, DeliveryCard, Waiting
from notifications import inbox
from notifications.phone import masked

_STRANGER = "unknown-"


@dataclass(frozen=True)
class Opened:
    """The conversation that is open on the page; empty when none is."""

    reference: str = ""
    name: str = ""
    writes_in: str = ""
    bubbles: tuple[Bubble, ...] = ()
    may_answer: bool = False
    card: DeliveryCard | None = None


def stranger_number(reference: str) -> int | None:
    """The number in `unknown-12`, a conversation without a booking."""
    number = reference.removeprefix(_STRANGER)
    if number == reference:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound("There is no such conversation.")
    return int(number)


def opened(conn: Connection, house: House, reference: str, lang: str, *, now: datetime) -> Opened:
    """What was said, with its delivery beside it. Raises `NotFound`."""
    unknown = stranger_number(reference)
    if unknown is not None:
        return _stranger(conn, house, replies.stranger(conn, unknown), lang)
    booking = bookings.get(conn, reference)
    teller = ops_delivery.teller_of(conn, house, booking, lang, now)
    language = teller.say(f"lang_{house.words.language(booking.locale)}")
    return Opened(
        reference=booking.reference,
        name=ops_delivery.name_of(booking),
        writes_in=str(teller.say("conv_language", language=language)),
        bubbles=ops_delivery.bubbles_of(conn, teller),
        may_answer=bool(booking.phone),
        card=ops_delivery.card_of(teller),
    )


def _stranger(conn: Connection, house: House, known: replies.Stranger, lang: str) -> Opened:
    speak = partial(say, house.words, lang)
    bubbles = []
    for each in desk_flow.stranger_thread(conn, known):
        at = phrases.clock_time(local(house, each["at"]), lang)
        ours = each["who"] == "we"
        under = str(speak("conv_sms", state=each["state"], at=at)) if ours else at
        bubbles.append(Bubble(ours, each["text"], under, lang))
    return Opened(reference=known.about, name=masked(known.sender), bubbles=tuple(bubbles),
                  may_answer=True)  # fmt: skip


def waiting(
    conn: Connection, house: House, current: str, lang: str, *, now: datetime
) -> tuple[Waiting, ...]:
    """Those that wait for a person, longest first."""
    found = [
        (row["waiting_since"], row["reference"],
         f"{row['given_name']} {row['family_name']}".strip() or row["reference"],
         _last_words(conn, row["reference"]))
        for row in conversations.waiting(conn)
    ]  # fmt: skip
    found += [(each.received_at, each.about, masked(each.sender), each.body)
              for each in replies.strangers(conn)]  # fmt: skip
    return tuple(
        Waiting(
            reference=reference, name=name, initials=_initials(name), text=text,
            since=f"{round((now - since).total_seconds() / 60)} min",
            current=reference == current,
        )
        for since, reference, name, text in sorted(found, key=lambda each: each[:2])
    )  # fmt: skip


def _last_words(conn: Connection, reference: str) -> str:
    """What the customer said last, by SMS or on the page."""
    said = [(each["received_at"], each["body"]) for each in inbox.replies_about(conn, reference)]
    said += [(each.at, each.text) for each in page_notes.written(conn, reference)]
    return max(said)[1] if said else ""


def _initials(name: str) -> str:
    return "".join(part[0] for part in name.split()[:2]).upper()
