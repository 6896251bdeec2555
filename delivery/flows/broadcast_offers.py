"""Three really free times for each late customer: looked up beforehand, taken in one go, held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows import quoted, quoting, rescheduling
from delivery.flows.choosing import load_in
from delivery.house import House
from delivery.ids import new_id
from delivery.rules.bookings import Booking
from delivery.rules.broadcasts import Effect
from delivery.rules.candidates import FEW_PLACES
from delivery.rules.holds import OPEN, Hold
from delivery.rules.menus import pick_times
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import TooLate
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, broadcast_offers, slots
from delivery.store.slots import Slot


@dataclass(frozen=True)
class Wish:
    """What one customer could choose from, and the load it takes."""

    booking: Booking
    options: Sequence[DeliveryOption]
    load: int


def wishes_of(
    conn: Connection, house: House, references: Iterable[str], effect: Effect, *, now: datetime
) -> dict[str, Wish]:
    """For each of them at most three times that are free now. Nothing is written."""
    found = {}
    for reference in references:
        booking = bookings.get(conn, reference)
        planned = planned_window(bookings.promises(conn, reference))
        coming = effect.coming(booking.window, planned)
        found[reference] = wish_of(conn, house, booking, coming, planned, now=now)
    return found


def wish_of(
    conn: Connection, house: House, booking: Booking, coming: TimeWindow, planned: TimeWindow, *,
    now: datetime,
) -> Wish:  # fmt: skip
    """At most three free times of one booking that will be promised `coming`.

    The same that `offering.list_times` would find, but for narrower windows within its own, which
    no longer stand; only those picked are put into words.
    """
    try:
        rescheduling.must_be_movable(conn, booking, now)
    except TooLate:
        return Wish(booking, (), 0)
    request = quoting.get_quote(conn, booking.quote_id).request
    ask, free = quoted.free_candidates(conn, house, request, now=now)
    other = [
        each for each in free
        if each.service.carrier == booking.carrier and each.slot_id not in (None, booking.slot_id)
    ]  # fmt: skip
    picked = pick_times(other, coming, planned)
    service = house.catalogues.current().service(booking.service)
    load = load_in(service, request) if picked and service is not None else 0
    return Wish(booking, quoted.in_words(house, ask, picked, booking.locale), load)


def take(
    conn: Connection, house: House, number: int, wishes: Mapping[str, Wish], *, only_held: bool,
    now: datetime,
) -> dict[str, list[DeliveryOption]]:  # fmt: skip
    """Hold those times, as far as they are free still; what may be listed for each customer.

    With `only_held` nothing else is listed. Without, the last places of a window are left to
    shoppers and to whoever answers first: such a time is listed and not held.
    """
    minutes = house.settings.broadcasts.offer_minutes
    until = now + timedelta(minutes=minutes)
    listed: dict[str, list[DeliveryOption]] = {reference: [] for reference in wishes}
    held: list[tuple[str, Hold]] = []
    rows: dict[int, Slot] = {}
    for option, reference in _in_order(conn, wishes, rows):
        wish, place = wishes[reference], rows[_slot_of(option)]
        spare = place.capacity - place.taken - _taken(held, place.id)
        if minutes and (only_held or spare > FEW_PLACES):
            if not slots.take_place(conn, place, wish.load):
                continue
            held.append((reference, _hold(wish, option, now, until)))
        elif spare <= 0:
            continue
        listed[reference].append(option)
    broadcast_offers.keep(conn, number, held)
    return {
        reference: sorted(options, key=lambda each: (each.window.start, each.id))
        for reference, options in listed.items()
    }


def _in_order(
    conn: Connection, wishes: Mapping[str, Wish], rows: dict[int, Slot]
) -> list[tuple[DeliveryOption, str]]:
    """Every wish by its place: whoever takes several takes them in one order for all."""
    wanted = [(option, reference) for reference in sorted(wishes)
              for option in wishes[reference].options if option.slot_id is not None]  # fmt: skip
    for slot_id in sorted({_slot_of(option) for option, _ in wanted}):
        rows[slot_id] = slots.get(conn, slot_id)
    return sorted(wanted, key=lambda each: rows[_slot_of(each[0])].chain)


def _slot_of(option: DeliveryOption) -> int:
    assert option.slot_id is not None
    return option.slot_id


def _taken(held: Sequence[tuple[str, Hold]], slot_id: int) -> int:
    return sum(each.slot_id == slot_id for _, each in held)


def _hold(wish: Wish, option: DeliveryOption, now: datetime, until: datetime) -> Hold:
    return Hold(
        new_id("offer"), wish.booking.quote_id, option.id, option.as_json(), option.slot_id, OPEN,
        "offered", 0, now, until, wish.load,
    )  # fmt: skip
