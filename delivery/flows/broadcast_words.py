"""One broadcast as one customer reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from delivery import notices
from delivery.flows import fields
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import names
from delivery.rules.bookings import Booking
from delivery.rules.broadcast_fields import CHOOSING, Saying
from delivery.rules.broadcasts import as_sentence, in_words
from delivery.rules.windows import TimeWindow
from notifications.notice import FALLBACK, Notice

#: After the answers to people, and after news of single deliveries.
BULK = 2


@cache
def in_bulk(name: str) -> type[Notice]:
    """The notice of this name, in the lane of what is sent to many."""
    kind = notices.NOTICES[name]
    return type(kind.__name__, (kind,), {"lane": BULK, "__doc__": kind.__doc__})


def languages(house: House) -> tuple[str, ...]:
    """In which other languages a text is said to whom it is not given in their own."""
    return tuple(dict.fromkeys((house.settings.shop.locale, FALLBACK)))


def texts_for(house: House, saying: Saying, locale: str) -> dict[str, str]:
    """Each text in the reader's language, else the shop's, else English."""
    others = languages(house)
    said = {name: in_words(texts, locale, others) for name, texts in saying.texts.items()}
    # A reason is a sentence of its own; what we give and what they said stand within one.
    return {name: as_sentence(text) if name in ("reason", "fixed") else text
            for name, text in said.items()}  # fmt: skip


def notice_for(
    house: House, saying: Saying, booking: Booking, was: TimeWindow,
    times: Sequence[TimeWindow], *, now: datetime,
) -> Notice:  # fmt: skip
    """What a customer is told whose promise was `was` and is the booking's window now."""
    kind, texts = in_bulk(saying.notice), texts_for(house, saying, booking.locale)
    given: dict[str, Any] = {
        "given_name": names.given_name(booking.given_name, booking.locale),
        # Those whom somebody else of the shop talks with are left to them.
        "agent": house.settings.shop.agent,
        "shop": house.settings.shop.name,
        "link": link_of(house, booking),
        **texts,
    }
    if saying.notice in ("delayed", "moved_earlier", "back_on_time"):
        given["when"] = fields.near(booking, now)
    if saying.notice in ("delayed", "moved_earlier"):
        given["was"] = fields.when(was, booking, fields.today(booking, now))
        given["times"] = fields.listed(times, booking, now)
    if saying.notice == "delayed":
        given["minutes"] = fields.minutes_late(was, booking.window)
    if saying.notice == CHOOSING:
        given["when"] = fields.when(was, booking, None)
        given["times"] = fields.listed(times, booking, now)
    return kind(**given)
