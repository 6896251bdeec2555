"""One reply in hand: the booking, locked, what was said before, and the two ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from delivery.flows import handing_over
from delivery.flows import telling_answers as telling
from delivery.house import House
from delivery.rules.addresses import Address, address_in
from delivery.rules.bookings import Booking
from delivery.rules.menus import Timed
from delivery.rules.questions import Line, times_of
from delivery.rules.replies import OfferedSlot, Understanding, understand
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations
from delivery.store.conversations import Conversation
from notifications.inbox import ANSWERED, WITH_PERSON, Reply

__all__ = ["ANSWERED", "WITH_PERSON", "Turn", "offered", "to_person", "unclear"]


@dataclass(frozen=True)
class Turn:
    """A reply's transaction."""

    conn: Connection
    house: House
    booking: Booking
    talk: Conversation
    reply: Reply
    #: What is to be understood: the reply, or an earlier one it explains.
    text: str
    now: datetime

    @property
    def cause(self) -> str:
        """The reply's number: one answer for one reply."""
        return str(self.reply.id)

    @property
    def question(self) -> str | None:
        """What is open, unless it was asked only after this was written."""
        return None if self.talk.is_newer_than(self.reply) else self.talk.open_question(self.now)

    @property
    def menu(self) -> list[Line]:
        return self.talk.open_menu(self.now) if self.question else []

    @property
    def address(self) -> Address | None:
        """The address it names: a street with its number, and a postcode that there is."""
        return address_in(self.text, self.house.catalogues.current().postcodes)

    def understood(self, slots: Sequence[OfferedSlot]) -> Understanding:
        # "Tomorrow" is the day after it was written, also when it reached us late.
        local = self.reply.received_at.astimezone(self.booking.window.start.tzinfo)
        late = self.talk.is_newer_than(self.reply)
        context = "none" if late else self.talk.context(self.now)
        # The numbers of an address are no hours, and no line of a menu.
        named = self.address
        text = named.without(self.text) if named else self.text
        return understand(text, locale=self.booking.locale, now=local, context=context,
                          slots=slots)  # fmt: skip

    def listed(self) -> list[OfferedSlot]:
        """The times of the open menu."""
        windows = [(e["option"], TimeWindow.from_json(e["window"])) for e in times_of(self.menu)]
        return [OfferedSlot(option, window.start, window.end) for option, window in windows]

    def planned(self) -> TimeWindow:
        return planned_window(bookings.promises(self.conn, self.booking.reference))


def offered(free: Sequence[Timed]) -> list[OfferedSlot]:
    """Free times as slots that a wish is read against."""
    return [OfferedSlot(each.id, each.window.start, each.window.end) for each in free]


def to_person(turn: Turn) -> str:
    """Let a person answer, and say until when."""
    handing_over.hand_over(turn.conn, turn.house, turn.booking, cause=turn.cause, now=turn.now)
    return WITH_PERSON


def unclear(turn: Turn) -> str:
    """Say what can be said, once; then a person."""
    count = conversations.count_unclear(turn.conn, turn.booking, now=turn.now)
    if count > 1 or turn.talk.with_person:
        return to_person(turn)
    times = [TimeWindow.from_json(each["window"]) for each in times_of(turn.menu)]
    telling.not_understood(
        turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now
    )
    return ANSWERED
