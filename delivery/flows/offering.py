"""Times a customer can take: found, listed, held for a yes, remembered as what digits mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.flows import quoting, rescheduling
from delivery.flows.choosing import load_in, service_of
from delivery.flows.rescheduling import FreeTimes
from delivery.flows.telling import may_text
from delivery.house import House
from delivery.ids import new_id
from delivery.rules import questions
from delivery.rules.bookings import Booking
from delivery.rules.holds import OPEN, RELEASED, Hold
from delivery.rules.menus import pick_times
from delivery.rules.options import DeliveryOption
from delivery.rules.questions import Line
from delivery.rules.refusals import TooLate
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations, holds, slots
from delivery.store import broadcast_offers as held_times


def free_times(conn: Connection, house: House, booking: Booking, *, now: datetime) -> FreeTimes:
    """Every time that this booking can move to; none when it cannot be moved."""
    try:
        return rescheduling.free_times(conn, house, booking, now=now)
    except TooLate:
        return FreeTimes((), lambda some: [])


def list_times(
    conn: Connection, house: House, booking: Booking, *, now: datetime
) -> list[TimeWindow]:
    """Pick at most three free times and remember them as the menu; their windows in order.

    None when the booking can no longer be moved; then digits mean nothing any more.
    """
    if not may_text(booking):
        return []
    free = free_times(conn, house, booking, now=now)
    planned = planned_window(bookings.promises(conn, booking.reference))
    picked = free.options(pick_times(free.times, booking.window, planned))
    return remember(conn, house, booking, picked, now=now)


def remember(
    conn: Connection, house: House, booking: Booking, picked: Sequence[DeliveryOption], *,
    now: datetime,
) -> list[TimeWindow]:  # fmt: skip
    """Make these the menu, in this order; with none of them, digits mean nothing."""
    drop_question(conn, booking, now=now)
    if picked:
        menu = [questions.time_line(each) for each in picked]
        ask(conn, house, booking, questions.TIMES, menu, now=now)
    return [each.window for each in picked]


def ask(
    conn: Connection, house: House, booking: Booking, question: str, menu: list[Line], *,
    now: datetime, held: str | None = None, pending: int | None = None,
) -> None:  # fmt: skip
    """From now on digits mean the lines of this question."""
    until = now + timedelta(minutes=house.settings.replies.menu_minutes)
    conversations.ask(conn, booking, question, menu, until=until, held=held, pending=pending,
                      now=now)  # fmt: skip


def hold_and_ask(
    conn: Connection, house: House, booking: Booking, option: DeliveryOption, *, now: datetime
) -> bool:
    """Hold this time and make "this one?" the open question. False when its place is taken."""
    drop_question(conn, booking, now=now)
    held = None
    if option.id not in {each.id for each in held_times.options_for(conn, booking, now=now)}:
        held = _hold(conn, house, booking, option, now)
        if held is None:
            return False
    menu = [questions.time_line(option), questions.OTHER]
    ask(conn, house, booking, questions.CONFIRM, menu, held=held, now=now)
    return True


def drop_question(conn: Connection, booking: Booking, *, now: datetime) -> None:
    """Nothing is asked any more, and what was held for a yes is free again."""
    talk = conversations.of(conn, booking.reference)
    if talk is None:
        return
    if talk.held is not None:
        hold = holds.lock(conn, talk.held)
        if hold.state == OPEN and hold.slot_id is not None:
            slots.give_back_place(conn, slots.get(conn, hold.slot_id), hold.load)
            holds.close(conn, hold.id, RELEASED)
    conversations.settle_question(conn, booking.reference, now=now)


def _hold(
    conn: Connection, house: House, booking: Booking, option: DeliveryOption, now: datetime
) -> str | None:
    """The hold of its place; None when there is none left."""
    if option.slot_id is None:
        return None
    service = service_of(house, option.service)
    load = load_in(service, quoting.get_quote(conn, booking.quote_id).request)
    until = now + timedelta(minutes=house.settings.replies.hold_minutes)
    new = Hold(new_id("ask"), booking.quote_id, option.id, option.as_json(), option.slot_id, OPEN,
               "offered", 0, now, until, load)  # fmt: skip
    if not slots.take_place(conn, slots.get(conn, option.slot_id), load):
        return None
    holds.add(conn, new)
    return new.id
