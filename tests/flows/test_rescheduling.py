"""Moving, taking back and calling off, as SMS, page and shop do it alike."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from delivery.flows import promising, quoting, rescheduling
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.house import House
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.bookings import Booking
from delivery.rules.money import Money
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import Outdated, SlotFull, TooLate
from delivery.store import bookings, slots
from delivery.store.seeds import TOWN
from notifications import outbox
from tests.nests import wrong_counts
from tests.times import NOW

LATE = {"en": "a flat tyre", "fi": "rengas puhkesi"}


def _booked(house: House) -> Booking:
    ask = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="en")
    quote = orjson.loads(quoting.quote_options(house, ask, now=NOW))
    wanted = next(each["id"] for each in quote["options"] if each["carrier"] == "own_van")
    hold_option(house, "h-1", HoldAsk(quote["id"], wanted), now=NOW)
    who = Recipient(given_name="Aino", phone="+358401234567", locale="en")
    return book(house, "P-1", BookingAsk("h-1", who, {}, "", "d"), now=NOW)[0]


def _options(house: House, booking: Booking) -> list[DeliveryOption]:
    with house.database.read() as conn:
        return rescheduling.move_options(conn, house, booking, now=NOW)


def _move(house: House, booking: Booking, to: DeliveryOption) -> Booking:
    with house.database.write() as conn:
        return rescheduling.move(conn, house, booking, to, by="sms", now=NOW)


def _notices(house: House) -> list[tuple[str, str]]:
    with house.database.read() as conn:
        return [(each["notice"], each["state"]) for each in outbox.history(conn, "P-1")]


def test_a_move_is_taken_back_once(house: House) -> None:
    booking = _booked(house)
    moved = _move(house, booking, _options(house, booking)[3])
    with house.database.write() as conn:
        back = rescheduling.undo(conn, house, moved, by="sms", now=NOW)
    assert (back.slot_id, back.window, back.option) == (
        booking.slot_id, booking.window, booking.option,
    )  # fmt: skip
    with house.database.read() as conn:
        causes = [each.cause for each in bookings.promises(conn, "P-1")]
        assert wrong_counts(conn) == []
    assert causes == ["booked", "rescheduled", "undone"]
    assert _notices(house)[-1] == ("rescheduled", "queued")
    with pytest.raises(TooLate), house.database.write() as conn:
        rescheduling.undo(conn, house, back, by="sms", now=NOW)


def test_what_was_paid_stays_what_was_paid(house: House) -> None:
    booking = _booked(house)
    dearer = max(_options(house, booking), key=lambda each: each.price.amount)
    cheaper = min(_options(house, booking), key=lambda each: each.price.amount)
    assert dearer.price.amount != cheaper.price.amount
    paid = booking.option["price"], booking.option["price_parts"]
    for each in (dearer, cheaper):
        booking = _move(house, booking, each)
        assert (booking.option["price"], booking.option["price_parts"]) == paid
        assert booking.option["window"] == each.window.as_json()


def test_a_move_cannot_be_taken_back_for_ever(house: House) -> None:
    booking = _booked(house)
    moved = _move(house, booking, _options(house, booking)[3])
    with pytest.raises(TooLate), house.database.write() as conn:
        rescheduling.undo(conn, house, moved, by="sms", now=NOW + timedelta(minutes=61))


def test_a_full_window_refuses_and_the_caller_goes_on_in_the_same_transaction(
    house: House,
) -> None:
    booking = _booked(house)
    # Another day's: within its own van a full window would let it in.
    far = _options(house, booking)[-1]
    assert far.slot_id is not None
    with house.database.write() as conn:
        wanted = slots.get(conn, far.slot_id)
        while slots.take_place(conn, wanted):
            pass
    with house.database.write() as conn:
        with pytest.raises(SlotFull) as refused:
            rescheduling.move(conn, house, booking, far, by="sms", now=NOW)
        bookings.add_note(conn, "P-1", "reply", "I tried", NOW)
        assert bookings.get(conn, "P-1") == booking
    assert 3 <= len(refused.value.extra["alternatives"]) <= 5
    assert _notices(house) == [("booking_confirmed", "queued")]


def test_who_read_an_older_version_has_lost(house: House) -> None:
    booking = _booked(house)
    free = _options(house, booking)
    _move(house, booking, free[0])
    with pytest.raises(Outdated):
        _move(house, booking, free[1])
    with pytest.raises(Outdated), house.database.write() as conn:
        rescheduling.cancel(conn, house, booking, by="page", now=NOW)
    with house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_delay_is_a_new_promise_from_the_same_slot(house: House) -> None:
    booking = _booked(house)
    later = booking.window.shifted(timedelta(minutes=90))
    with house.database.write() as conn:
        late = promising.revise(conn, booking, later, cause="delayed", reason=LATE, now=NOW)
        first, second = bookings.promises(conn, "P-1")
    assert (late.slot_id, late.window, late.version) == (booking.slot_id, later, 2)
    assert (first.window, second.window, second.reason) == (booking.window, later, LATE)
    assert second.cause == "delayed"


def test_a_move_of_ones_own_costs_what_the_shop_asks_and_nothing_while_we_are_late(
    house: House,
) -> None:
    booking = _booked(house)
    assert {each.fee for each in _options(house, booking)} == {Money(0, "EUR")}
    town = TOWN.read_text("utf-8").replace("[services.home]", "[services.home]\nmove_fee = 300")
    with house.database.write() as conn:
        house.catalogues.load(conn, town, NOW)
    fees = {(each.slot_id, each.fee) for each in _options(house, booking)}
    inside = {
        each.slot_id for each in _options(house, booking)
        if booking.window.start <= each.window.start and each.window.end <= booking.window.end
    }  # fmt: skip
    assert {fee for at, fee in fees if at not in inside} == {Money(300, "EUR")}
    assert {fee for at, fee in fees if at in inside} <= {Money(0, "EUR")}
    there = next(each for each in _options(house, booking) if each.slot_id not in inside)
    moved = _move(house, booking, there)
    assert [(each["code"], each["amount"]) for each in moved.charges] == [("move", 300)]
    with house.database.write() as conn:
        later = moved.window.shifted(timedelta(minutes=90))
        late = promising.revise(conn, moved, later, cause="delayed", reason=LATE, now=NOW)
    assert {each.fee for each in _options(house, late)} == {Money(0, "EUR")}
    moved = _move(house, late, _options(house, late)[0])
    assert len(moved.charges) == 1
    with house.database.write() as conn:
        failed = bookings.save(conn, moved, was=moved.version, state="failed", changed_at=NOW)
    assert {each.fee for each in _options(house, failed)} == {Money(0, "EUR")}


def test_on_the_way_it_moves_only_once_we_are_late(house: House) -> None:
    booking = _booked(house)
    free = _options(house, booking)
    with house.database.write() as conn:
        out = bookings.save(conn, booking, was=1, state="on_the_way", changed_at=NOW)
        bookings.add_milestone(conn, "P-1", "out_for_delivery", NOW)
    with pytest.raises(TooLate):
        _move(house, out, free[0])
    with pytest.raises(TooLate), house.database.write() as conn:
        rescheduling.cancel(conn, house, out, by="page", now=NOW)
    later = out.window.shifted(timedelta(minutes=90))
    with house.database.write() as conn:
        late = promising.revise(conn, out, later, cause="delayed", reason=LATE, now=NOW)
    assert _move(house, late, free[0]).state == "booked"
