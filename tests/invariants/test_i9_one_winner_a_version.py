"""I9: of those who change one booking at once, one wins, and the last message tells its window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import orjson
from sqlalchemy import Connection, select, update

from delivery.flows import quoting, rescheduling
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.bookings import Booking
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import Outdated
from delivery.store import bookings, slots
from delivery.store.tables import booking as booking_table
from notifications.tables import message
from tests.nests import wrong_counts
from tests.times import NOW
from tests.together import at_once

ROUNDS = 105
ACTORS = ("sms", "page", "shop")
Change = Callable[[Connection, House, Booking, DeliveryOption, str], Booking]


def _booked(house: House) -> tuple[Booking, list[DeliveryOption]]:
    ask = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="en")
    quote = orjson.loads(quoting.quote_options(house, ask, now=NOW))
    wanted = next(each["id"] for each in quote["options"] if each["carrier"] == "own_van")
    hold_option(house, "h-9", HoldAsk(quote["id"], wanted), now=NOW)
    who = Recipient(given_name="Aino", phone="+358401234567", locale="en")
    booking, _ = book(house, "P-9", BookingAsk("h-9", who, {}, "", "d"), now=NOW)
    with house.database.read() as conn:
        free = rescheduling.move_options(conn, house, booking, now=NOW)
    return booking, [each for each in free if each.window.minutes == 120]


def _change(house: House, seen: Booking, to: DeliveryOption, by: str, change: Change) -> bool:
    try:
        with house.database.write() as conn:
            change(conn, house, seen, to, by)
    except Outdated:
        return False
    return True


def _round(house: House, number: int, free: list[DeliveryOption], change: Change) -> int:
    """All three look, then all three act on what they saw; how many got their way."""
    with house.database.read() as conn:
        seen = bookings.get(conn, "P-9")
    others = [each for each in free if each.slot_id != seen.slot_id]
    wishes = [others[(number * 3 + at) % len(others)] for at in range(3)]
    actors = [
        partial(_change, house, seen, wish, by, change)
        for wish, by in zip(wishes, ACTORS, strict=True)
    ]
    return sum(at_once(actors))


def _move(conn: Connection, house: House, seen: Booking, to: DeliveryOption, by: str) -> Booking:
    return rescheduling.move(conn, house, seen, to, by=by, now=NOW)


def _move_unguarded(
    conn: Connection, house: House, seen: Booking, to: DeliveryOption, by: str
) -> Booking:
    """The bad twin: whoever writes last is believed."""
    assert seen.slot_id is not None
    assert to.slot_id is not None
    slots.move_place(conn, slots.get(conn, seen.slot_id), slots.get(conn, to.slot_id))
    conn.execute(
        update(booking_table).where(booking_table.c.reference == "P-9").values(slot_id=to.slot_id)
    )
    return seen


def test_one_wins_each_version_and_the_last_word_is_true(house: House) -> None:
    booking, free = _booked(house)
    for number in range(ROUNDS):
        assert _round(house, number, free, _move) == 1
        if number % 20 == 0:
            _check(house, booking.version + number + 1)
    _check(house, booking.version + ROUNDS)
    with house.database.read() as conn:
        seen = bookings.get(conn, "P-9")
    calling_off = [partial(_change, house, seen, free[0], by, _cancel) for by in ACTORS]
    assert sum(at_once(calling_off)) == 1
    with house.database.read() as conn:
        assert bookings.get(conn, "P-9").state == "cancelled"
        assert wrong_counts(conn) == []


def _cancel(conn: Connection, house: House, seen: Booking, _to: DeliveryOption, by: str) -> Booking:
    return rescheduling.cancel(conn, house, seen, by=by, now=NOW)


def _check(house: House, version: int) -> None:
    with house.database.read() as conn:
        booking = bookings.get(conn, "P-9")
        assert booking.version == version
        assert len(bookings.promises(conn, "P-9")) == version
        assert wrong_counts(conn) == []
        told = conn.execute(
            select(message.c.state, message.c.body)
            .where(message.c.about == "P-9")
            .order_by(message.c.id)
        ).all()
    assert [each.state for each in told[:-1]] == ["replaced"] * (len(told) - 1)
    assert told[-1].state == "queued"
    assert phrases.when(booking.window, "en", sms=True) in told[-1].body


def test_the_twin_without_the_version_loses_count(house: House) -> None:
    _, free = _booked(house)
    for number in range(10):
        _round(house, number, free, _move_unguarded)
    with house.database.read() as conn:
        assert wrong_counts(conn) != []
