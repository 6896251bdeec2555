"""One reply to one booking: what is done about it, and what the customer hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from delivery.flows import offering, rescheduling, telling
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.menus import pick_times
from delivery.rules.options import DeliveryOption
from delivery.rules.refusals import SlotFull, TooLate
from delivery.rules.replies import OfferedSlot, Understanding, understand
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.rules.wishes import best_of, stands_already
from delivery.store import bookings, conversations
from delivery.store.conversations import Conversation
from notifications.inbox import ANSWERED, WITH_PERSON


@dataclass(frozen=True)
class Turn:
    """A reply's transaction: the booking, locked, and what was said before."""

    conn: Connection
    house: House
    booking: Booking
    talk: Conversation
    #: The reply's number: one answer for one reply.
    cause: str
    now: datetime

    @property
    def menu(self) -> list[dict[str, Any]]:
        return self.talk.open_menu(self.now)

    def understood(self, text: str, slots: Sequence[OfferedSlot]) -> Understanding:
        local = self.now.astimezone(self.booking.window.start.tzinfo)
        context = "menu" if self.talk.asks(self.now) else "none"
        return understand(text, locale=self.booking.locale, now=local, context=context, slots=slots)


def answer(turn: Turn, text: str) -> str:
    """Do what the reply asks; the state it is settled in. What we cannot do a person can."""
    meant = turn.understood(text, _listed(turn.menu))
    if meant.intent == "choose" and meant.choice is not None:
        return _choose(turn, meant.choice)
    if meant.intent == "thanks":
        return ANSWERED
    if turn.talk.with_person:
        return to_person(turn)
    if meant.intent == "confirm":
        return ANSWERED
    if meant.intent == "reschedule":
        return _wish(turn, text, meant)
    if meant.intent == "decline":
        return _declined(turn, text)
    return _unclear(turn) if meant.intent == "unknown" else to_person(turn)


def to_person(turn: Turn) -> str:
    """Let a person answer, and say so; once, and not to somebody who talks with one already."""
    newly = conversations.hand_to_person(turn.conn, turn.booking, now=turn.now)
    if newly and turn.talk.agent is None:
        telling.handed_over(turn.conn, turn.house, turn.booking, cause=turn.cause, now=turn.now)
    return WITH_PERSON


def _choose(turn: Turn, number: int) -> str:
    if number == 0:
        return _undo(turn)
    if number > len(turn.menu):
        return _unclear(turn)
    wanted = turn.menu[number - 1]["option"]
    free = offering.free_times(turn.conn, turn.house, turn.booking, now=turn.now)
    return _take(turn, next((each for each in free if each.id == wanted), None))


def _undo(turn: Turn) -> str:
    if conversations.undo_of(turn.conn, turn.booking.reference, turn.now) is None:
        return _unclear(turn)
    try:
        rescheduling.undo(turn.conn, turn.house, turn.booking, by="sms", now=turn.now)
    except SlotFull:
        return _gone(turn)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def _take(turn: Turn, wanted: DeliveryOption | None) -> str:
    """Move there at once, if it is still free."""
    if wanted is None:
        return _gone(turn)
    try:
        rescheduling.move(turn.conn, turn.house, turn.booking, wanted, by="sms", now=turn.now)
    except SlotFull:
        return _gone(turn)
    except TooLate:
        return to_person(turn)
    conversations.forget_menu(turn.conn, turn.booking.reference, now=turn.now)
    return ANSWERED


def _gone(turn: Turn) -> str:
    """That time is not free: what is, as a new menu."""
    times = offering.list_times(turn.conn, turn.house, turn.booking, now=turn.now)
    if not times:
        return to_person(turn)
    telling.slot_gone(turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now)
    return ANSWERED


def _wish(turn: Turn, text: str, meant: Understanding) -> str:
    """Move to the one time that is meant; in doubt ask which of those that fit."""
    if stands_already(meant, turn.booking.window):
        return ANSWERED
    free = offering.free_times(turn.conn, turn.house, turn.booking, now=turn.now)
    if not free:
        return to_person(turn)
    if not meant.days and not meant.has_hours:
        return _ask(turn, free)
    fits = turn.understood(text, _offered(free)).slots
    fitting = [each for each in free if each.id in fits]
    if not fitting:
        return _gone(turn)
    best = best_of(fitting, meant, planned=_planned(turn), menu=[e["option"] for e in turn.menu])
    return _take(turn, best) if best else _ask(turn, fitting)


def _declined(turn: Turn, text: str) -> str:
    """What was offered does not suit: other times, and a person if those do not either."""
    unclear = conversations.count_unclear(turn.conn, turn.booking, now=turn.now)
    if unclear > 1 or not turn.menu:
        return to_person(turn)
    free = offering.free_times(turn.conn, turn.house, turn.booking, now=turn.now)
    refused = turn.understood(text, ()).refused
    return _ask(turn, [each for each in free if each.window.start.date() not in refused])


def _ask(turn: Turn, free: Sequence[DeliveryOption]) -> str:
    picked = pick_times(free, turn.booking.window, _planned(turn))
    if not picked:
        return _gone(turn)
    times = offering.remember(turn.conn, turn.house, turn.booking, picked, now=turn.now)
    telling.which_time(turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now)
    return ANSWERED


def _unclear(turn: Turn) -> str:
    """Say what can be said, once, while a question is open; then a person."""
    unclear = conversations.count_unclear(turn.conn, turn.booking, now=turn.now)
    if unclear > 1 or not turn.menu or turn.talk.with_person:
        return to_person(turn)
    times = [TimeWindow.from_json(each["window"]) for each in turn.menu]
    telling.not_understood(
        turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now
    )
    return ANSWERED


def _planned(turn: Turn) -> TimeWindow:
    return planned_window(bookings.promises(turn.conn, turn.booking.reference))


def _listed(menu: Sequence[dict[str, Any]]) -> list[OfferedSlot]:
    windows = [(each["option"], TimeWindow.from_json(each["window"])) for each in menu]
    return [OfferedSlot(option, window.start, window.end) for option, window in windows]


def _offered(free: Sequence[DeliveryOption]) -> list[OfferedSlot]:
    return [OfferedSlot(each.id, each.window.start, each.window.end) for each in free]
