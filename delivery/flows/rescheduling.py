"""Move a booking, take the move back, call it off: the same for an SMS, a page and the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.flows import narrowing, quoted, quoting, telling
from delivery.flows.choosing import load_in, service_of, slot_of
from delivery.flows.promising import promise
from delivery.house import House
from delivery.rules.alternatives import nearest
from delivery.rules.bookings import (
    BOOKED,
    CANCELLED,
    Booking,
    delayed_since_leaving,
    may_cancel,
    may_move,
)
from delivery.rules.candidates import Candidate
from delivery.rules.menus import Timed
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import NotFound, SlotFull, TooLate
from delivery.rules.tracking import move_fee
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations, slots
from delivery.store import broadcast_offers as held_times


@dataclass(frozen=True)
class Target:
    """Where a booking goes: the option as shown, its slot, the window to promise."""

    option: dict[str, Any]
    slot_id: int
    load: int
    window: TimeWindow
    zone_name: str
    #: What the customer owes and was given, once it is there.
    charges: list[dict[str, Any]]


@dataclass(frozen=True)
class FreeTimes:
    """The times a booking can move to, soonest first; most of their cost is in the words."""

    times: Sequence[Timed]
    _words: Callable[[Sequence[Candidate]], list[DeliveryOption]]

    def options(self, some: Iterable[Timed]) -> list[DeliveryOption]:
        """These of them in words, with their fees, in the order given."""
        wanted = list(some)
        worded = iter(self._words([each for each in wanted if isinstance(each, Candidate)]))
        return [
            next(worded) if isinstance(each, Candidate) else each
            for each in wanted if isinstance(each, Candidate | DeliveryOption)
        ]  # fmt: skip


def free_times(conn: Connection, house: House, booking: Booking, *, now: datetime) -> FreeTimes:
    """Every free time this booking can move to, those held for it among them.

    Also the narrower windows within its own that may still be chosen on the day.
    Raises `TooLate` when it may not move any more.
    """
    must_be_movable(conn, booking, now)
    request = quoting.get_quote(conn, booking.quote_id).request
    ask, candidates = quoted.free_candidates(conn, house, request, now=now)
    free: dict[str, Candidate | DeliveryOption] = {
        each.id: each for each in candidates
        if each.service.carrier == booking.carrier and _moves(each.slot_id, booking)
    }  # fmt: skip
    narrower = narrowing.narrower_options(conn, house, booking, now=now)
    for option in (*narrower, *held_times.options_for(conn, booking, now=now)):
        if option.carrier == booking.carrier and _moves(option.slot_id, booking):
            free.setdefault(option.id, option)
    times = sorted(
        free.values(), key=lambda each: (each.window.start, each.window.minutes, each.id)
    )
    promises = bookings.promises(conn, booking.reference)

    def fee_of(each: Candidate) -> int:
        return move_fee(booking, promises, each.service.move_fee, each.window)

    return FreeTimes(times, lambda some: quoted.in_words(house, ask, some, booking.locale, fee_of))


def move_options(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[DeliveryOption]:
    """The same in words, each with its fee. Raises `TooLate`."""
    free = free_times(conn, house, booking, now=now)
    return free.options(free.times)


def _moves(slot_id: int | None, booking: Booking) -> bool:
    return slot_id not in (None, booking.slot_id)


def wanted_option(
    conn: Connection, house: House, booking: Booking, option_id: str, *, now: datetime
) -> DeliveryOption:
    """The free time with this id. Raises `SlotFull` with alternatives, `NotFound`, `TooLate`."""
    free = free_times(conn, house, booking, now=now)
    found = free.options(each for each in free.times if each.id == option_id)
    if found:
        return found[0]
    slot_id = slot_of(option_id)
    if slot_id is None:
        raise NotFound("This delivery cannot be moved to such an option.")
    window = slots.get(conn, slot_id).window
    near = nearest(free.options(free.times), window, kind=booking.kind)
    raise SlotFull(alternatives=[option.as_json() for option in near])


def move(
    conn: Connection,
    house: House,
    booking: Booking,
    option: DeliveryOption,
    *,
    by: str,
    now: datetime,
    cause: str = "rescheduled",
    reason: dict[str, str] | None = None,
) -> Booking:
    """Give the old place back, take the new one, promise it and tell the customer.

    Raises `SlotFull` with alternatives, `TooLate`, `Outdated`; then nothing has changed.
    """
    service = service_of(house, option.service)
    if option.slot_id is None:
        raise TooLate("The delivery cannot be moved there.")
    wanted = slots.get(conn, option.slot_id)
    if narrowing.is_narrowing(option, booking.slot_id, wanted, now):
        cause = "narrowed"
    # What was paid stays what was paid; a fee, where there is one, is another matter.
    paid = {key: booking.option[key] for key in ("price", "price_parts")}
    shown = option.as_json() | paid
    shown.pop("fee", None)
    charged = _charge(option, by, now)
    load = load_in(service, quoting.get_quote(conn, booking.quote_id).request)
    zone = service.clock(wanted.zone)
    target = Target(shown, wanted.id, load, option.window.into(zone), zone.key,
                    [*booking.charges, *charged])  # fmt: skip
    until = now + timedelta(minutes=house.settings.replies.undo_minutes)
    moved = _move(conn, house, booking, target, cause=cause, reason=reason or {}, now=now)
    if moved is not booking:
        back = {
            "option": booking.option, "slot_id": booking.slot_id, "load": booking.load, "by": by,
            "window": booking.window.as_json(), "zone": booking.zone_name,
            "charged": charged,
        }  # fmt: skip
        conversations.remember_undo(conn, moved, back, until=until, now=now)
        telling.rescheduled(conn, house, moved, now=now, undo_until=until)
    return moved


def undo(conn: Connection, house: House, booking: Booking, *, by: str, now: datetime) -> Booking:
    """Take the last move back while that is still possible and the place is free.

    Raises `TooLate` when there is nothing to take back, `SlotFull`, `Outdated`.
    """
    back = conversations.undo_of(conn, booking.reference, now)
    if back is None:
        raise TooLate("There is no move that can be taken back.")
    window = TimeWindow.from_json(back["window"])
    if now >= window.end:
        raise TooLate("The earlier time is over.")
    # Its own fee only: what the desk has given meanwhile stays given.
    charges = [each for each in booking.charges if each not in back.get("charged", ())]
    target = Target(
        back["option"], back["slot_id"], back.get("load", 0), window, back["zone"], charges
    )
    moved = _move(conn, house, booking, target, cause="undone", reason={}, now=now)
    conversations.forget_undo(conn, booking.reference, now=now)
    telling.rescheduled(conn, house, moved, now=now, undo_until=None)
    return moved


def cancel(conn: Connection, house: House, booking: Booking, *, by: str, now: datetime) -> Booking:
    """Call a booking off, free its place and say so. The same again changes nothing.

    Raises `TooLate` once it has left, `Outdated`.
    """
    if booking.state == CANCELLED:
        return booking
    if not may_cancel(booking, now=now):
        raise TooLate
    gone = bookings.save(conn, booking, was=booking.version, state=CANCELLED, changed_at=now)
    if booking.slot_id is not None:
        slots.give_back_place(conn, slots.get(conn, booking.slot_id), booking.load)
    telling.cancelled(conn, house, gone, now=now)
    return gone


def must_be_movable(conn: Connection, booking: Booking, now: datetime) -> None:
    """Raises `TooLate` when it may not take another time any more."""
    late = delayed_since_leaving(
        bookings.promises(conn, booking.reference), bookings.milestones(conn, booking.reference)
    )
    if not may_move(booking, delayed_since_leaving=late, now=now):
        raise TooLate


def _move(
    conn: Connection, house: House, booking: Booking, to: Target, *,
    cause: str, reason: dict[str, str], now: datetime,
) -> Booking:  # fmt: skip
    """The booking at its new place; the same booking when it is there already."""
    must_be_movable(conn, booking, now)
    if (booking.slot_id, booking.window) == (to.slot_id, to.window):
        return booking
    assert booking.slot_id is not None  # or it were not movable
    # A savepoint: whoever catches our refusal goes on with everything as it was.
    with conn.begin_nested():
        moved = bookings.save(
            conn, booking, was=booking.version, state=BOOKED, option=to.option, slot_id=to.slot_id,
            load=to.load, service=to.option["service"], carrier=to.option["carrier"],
            window=to.window, zone_name=to.zone_name, charges=to.charges, changed_at=now,
        )  # fmt: skip
        held_times.give_back(conn, booking.reference)
        old, new = slots.get(conn, booking.slot_id), slots.get(conn, to.slot_id)
        if not slots.move_place(conn, old, new, was=booking.load, load=to.load):
            raise SlotFull(alternatives=_alternatives(conn, house, booking, to, now))
    promise(conn, moved, cause=cause, reason=reason, now=now)
    # Whoever moved it, by a page or an SMS: the digits of an older question mean nothing now.
    conversations.settle_question(conn, booking.reference, now=now, understood=True)
    return moved


def _charge(option: DeliveryOption, by: str, now: datetime) -> list[dict[str, Any]]:
    if option.fee is None or option.fee.amount == 0:
        return []
    return [{"code": "move", **option.fee.as_json(), "by": by, "at": now.isoformat()}]


def _alternatives(
    conn: Connection, house: House, booking: Booking, to: Target, now: datetime
) -> list[dict[str, Any]]:
    free = move_options(conn, house, booking, now=now)
    return [option.as_json() for option in nearest(free, to.window, kind=booking.kind)]
