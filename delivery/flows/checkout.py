"""Checkout: keep a place while the customer pays, extend it, give it back, book it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows.booking import BookingAsk, Recipient, book
from delivery.flows.choosing import Choice, PlaceGone, choose, place_or_alternatives
from delivery.flows.expiring import release_expired_holds
from delivery.house import House
from delivery.rules.holds import BOOKED, OPEN, RELEASED, Hold
from delivery.rules.refusals import ExtensionLimit, HoldClosed, QuoteExpired
from delivery.store import holds, slots

__all__ = [
    "BookingAsk", "HoldAsk", "Recipient", "book", "extend_hold", "hold_option",
    "release_expired_holds", "release_hold",
]  # fmt: skip


@dataclass(frozen=True)
class HoldAsk:
    """Which option of which quote to keep, and how it came to be chosen."""

    quote: str
    option: str
    origin: str = "chosen"


def hold_option(house: House, hold_id: str, ask: HoldAsk, *, now: datetime) -> tuple[Hold, bool]:
    """Keep one place for this customer; True with it when the hold is new.

    The same again changes nothing; another option under the same id moves the hold there.
    Raises `SlotFull` with alternatives, `QuoteExpired`, `HoldClosed`, `NotFound`.
    """

    def attempt() -> tuple[Hold, bool]:
        with house.database.write() as conn:
            return _hold(conn, house, hold_id, ask, now)

    return place_or_alternatives(house, attempt, now=now)


def extend_hold(conn: Connection, house: House, hold_id: str, *, now: datetime) -> Hold:
    """Keep an open hold for the usual time from now. Raises `ExtensionLimit`, `HoldClosed`."""
    hold = _open(holds.lock(conn, hold_id), now)
    if hold.extensions >= house.settings.holds.extensions:
        raise ExtensionLimit
    until = _end(house, now)
    holds.extend(conn, hold_id, until=until)
    return replace(hold, expires_at=until, extensions=hold.extensions + 1)


def release_hold(conn: Connection, hold_id: str, *, now: datetime) -> None:
    """Give the place back, once. A closed hold stays as it is. Raises `HoldClosed` when booked."""
    hold = holds.lock(conn, hold_id)
    if hold.state == BOOKED:
        raise HoldClosed("This hold is booked; cancel the booking instead.")
    if hold.state != OPEN:
        return
    if hold.slot_id is not None:
        slots.give_back_place(conn, slots.get(conn, hold.slot_id), hold.load)
    holds.close(conn, hold_id, RELEASED)


def _hold(
    conn: Connection, house: House, hold_id: str, ask: HoldAsk, now: datetime
) -> tuple[Hold, bool]:
    choice = choose(conn, house, ask.quote, ask.option, now=now)
    wanted = Hold(
        hold_id, choice.quote_id, choice.option_id, choice.option, choice.slot_id, OPEN,
        ask.origin, 0, now, _end(house, now), choice.load,
    )  # fmt: skip
    # Written before its place is taken: the row that many wait for is held the shortest time.
    if now < choice.valid_until and holds.add(conn, wanted):
        if choice.is_gone or not _take(conn, wanted):
            raise PlaceGone(choice.quote_id, choice.option)
        return wanted, True
    return _hold_again(conn, wanted, choice, now), False


def _take(conn: Connection, wanted: Hold) -> bool:
    if wanted.slot_id is None:
        return True
    return slots.take_place(conn, slots.get(conn, wanted.slot_id), wanted.load)


def _hold_again(conn: Connection, wanted: Hold, choice: Choice, now: datetime) -> Hold:
    known = holds.find(conn, wanted.id)
    if known is None:
        raise QuoteExpired
    known = _open(holds.lock(conn, wanted.id), now)
    if (known.quote_id, known.option_id) == (wanted.quote_id, wanted.option_id):
        # What it holds it holds, whatever became of its window.
        if known.origin != wanted.origin:
            known = replace(known, origin=wanted.origin)
            holds.change_option(conn, known)
        return known
    if now >= choice.valid_until:
        raise QuoteExpired
    if choice.is_gone or not _move(conn, known, wanted):
        raise PlaceGone(choice.quote_id, choice.option)
    holds.change_option(conn, wanted)
    return replace(wanted, extensions=known.extensions, created_at=known.created_at)


def _move(conn: Connection, old: Hold, new: Hold) -> bool:
    if old.slot_id is None:
        return _take(conn, new)
    held = slots.get(conn, old.slot_id)
    if new.slot_id is None:
        slots.give_back_place(conn, held, old.load)
        return True
    if (old.slot_id, old.load) == (new.slot_id, new.load):
        return True
    wanted = held if new.slot_id == old.slot_id else slots.get(conn, new.slot_id)
    return slots.move_place(conn, held, wanted, was=old.load, load=new.load)


def _open(hold: Hold, now: datetime) -> Hold:
    state = hold.state_at(now)
    if state != OPEN:
        raise HoldClosed(f"This hold is {state}.", state=state)
    return hold


def _end(house: House, now: datetime) -> datetime:
    return now + timedelta(minutes=house.settings.holds.minutes)
