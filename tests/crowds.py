"""Many bookings at once, written as rows: what a day of a shop looks like to a broadcast."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, insert, update

from delivery.flows import quoted
from delivery.house import House
from delivery.rules import links
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.options import DeliveryOption
from delivery.store import quotes, slots
from delivery.store.quotes import Quote
from delivery.store.tables import booking, hold, promise, slot

#: Half of them Finns, and one whose name costs.
PEOPLE: Sequence[tuple[str, str]] = (
    ("Aino", "fi"), ("Bo", "sv"), ("Emma", "en"), ("Väinö", "fi"), ("Ελένη", "el"),
    ("Sigríður", "en"), ("Mikko", "fi"), ("Liisa", "fi"),
)  # fmt: skip
_numbers = itertools.count(1)
_AT_ONCE = 2000


def phone_of(number: int) -> str:
    """A number of its own for each."""
    return f"+35840{number:07}"


def a_crowd(
    house: House, count: int, *, now: datetime, prefix: str = "C", postcode: str = "00530",
    after: timedelta = timedelta(0), width: int | None = 120,
    people: Sequence[tuple[str, str]] = PEOPLE, first: int = 0, **columns: Any,
) -> list[str]:  # fmt: skip
    """So many bookings of a van's window that begins `after` from now at the soonest.

    References are `C-0000001` and so on; each has its own phone and its promise. `columns` are of
    the booking, the same for all: `phone=None`, `email="a@b.fi"`, `state="delivered"`.
    """
    with house.database.write() as conn:
        quote, option = _asked(conn, house, postcode, now, after, width)
        conn.execute(
            update(slot).where(slot.c.id == bindparam("which")).values(
                capacity=slot.c.capacity + count, taken=slot.c.taken + count
            ),
            [{"which": each} for each in _chain(conn, option)],
        )  # fmt: skip
        own = {"destination": _place(postcode)} | columns
        made = [
            _rows(house, quote, option, prefix, first + number, now, people, own)
            for number in range(1, count + 1)
        ]
        for begin in range(0, count, _AT_ONCE):
            some = made[begin : begin + _AT_ONCE]
            conn.execute(insert(hold), [each["hold"] for each in some])
            conn.execute(insert(booking), [each["booking"] for each in some])
            conn.execute(insert(promise), [each["promise"] for each in some])
    return [each["booking"]["reference"] for each in made]


def _asked(
    conn: Connection, house: House, postcode: str, now: datetime, after: timedelta,
    width: int | None,
) -> tuple[str, DeliveryOption]:  # fmt: skip
    parcel = Parcel(weight_g=1200, length_mm=300, width_mm=200, height_mm=100)
    ask = QuoteAsk((parcel,), postcode, "FI", street="Hämeentie 5 A 12", city="Helsinki")
    free = quoted.free_options(conn, house, ask.as_json(), now=now)
    option = next(
        each for each in free
        if each.carrier == "own_van" and each.slot_id is not None
        and each.window.start >= now + after and width in (None, each.window.minutes)
    )  # fmt: skip
    name = f"q_crowd{next(_numbers)}"
    version = house.catalogues.current().version
    quotes.add(conn, Quote(name, now, now + timedelta(minutes=30), version, 0, {"slots": 0},
                           ask.as_json(), b'{"options": [], "folded": []}'))  # fmt: skip
    return name, option


def _place(postcode: str) -> dict[str, str]:
    return {"street": "Hämeentie 5", "postcode": postcode, "city": "Helsinki", "country": "FI"}


def _chain(conn: Connection, option: DeliveryOption) -> list[int]:
    assert option.slot_id is not None
    return list(slots.get(conn, option.slot_id).chain)


def _rows(
    house: House, quote: str, option: DeliveryOption, prefix: str, number: int, now: datetime,
    people: Sequence[tuple[str, str]], columns: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:  # fmt: skip
    reference = f"{prefix}-{number:07}"
    name, locale = people[number % len(people)]
    shown, window = option.as_json(), option.window
    zone = window.start.tzinfo
    assert isinstance(zone, ZoneInfo)
    token = links.link_token(house.settings.server.secret.get_secret_value(), reference, 1)
    digest = hashlib.sha256(reference.encode()).hexdigest()
    booked = {
        "reference": reference, "digest": digest, "hold_id": f"h-{reference}", "quote_id": quote,
        "state": "booked", "version": 1, "option": shown, "carrier": option.carrier,
        "service": option.service, "slot_id": option.slot_id, "load": 0,
        "window_start": window.start, "window_end": window.end, "zone_name": zone.key,
        "given_name": name, "family_name": "Virta", "phone": phone_of(number), "email": None,
        "locale": locale, "consent": {"sms": True, "email": True, "feedback": True},
        "link_version": 1, "link_hash": links.link_hash(token), "created_at": now,
        "changed_at": now,
    }  # fmt: skip
    return {
        "hold": {
            "id": f"h-{reference}", "quote_id": quote, "option_id": option.id, "option": shown,
            "slot_id": option.slot_id, "load": 0, "state": "booked", "origin": "chosen",
            "created_at": now, "expires_at": now,
        },
        "booking": booked | dict(columns),
        "promise": {
            "reference": reference, "version": 1, "start_at": window.start,
            "end_at": window.end, "zone_name": zone.key, "tzdata": "2026a", "cause": "booked",
            "reason": {}, "words": option.title, "at": now,
        },
    }  # fmt: skip
