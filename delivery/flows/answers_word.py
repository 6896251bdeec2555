"""A reply that asks, thanks, rates or calls off: answered from what we know, or by a person."""

from __future__ import annotations

from delivery.flows import handing_over, offering, rescheduling
from delivery.flows import telling_answers as telling
from delivery.flows.turn import ANSWERED, WITH_PERSON, Turn, to_person
from delivery.rules.bookings import may_cancel
from delivery.rules.questions import CANCEL, CANCEL_LINES
from delivery.rules.refusals import TooLate
from delivery.rules.replies import Understanding
from delivery.rules.whereabouts import NEEDS_PERSON, stage_of
from delivery.store import conversations, feedback

#: "How was it, 0-10?": up to six is a customer who may not come back (NPS detractors).
_LOW = 6


def where(turn: Turn) -> str:
    """The true state of it; where that is none to be content with, a person too."""
    stage = stage_of(turn.booking, turn.now)
    telling.where_is_it(turn.conn, turn.house, turn.booking, stage, cause=turn.cause, now=turn.now)
    if stage not in NEEDS_PERSON:
        return ANSWERED
    handing_over.wait_for_person(turn.conn, turn.house, turn.booking, now=turn.now)
    return WITH_PERSON


def thank(turn: Turn) -> str:
    """Thanks are answered once; more often would be a conversation of machines."""
    if turn.talk.thanked_at is None and not turn.talk.with_person:
        conversations.thanked(turn.conn, turn.booking.reference, now=turn.now)
        telling.you_are_welcome(turn.conn, turn.house, turn.booking, cause=turn.cause,
                                now=turn.now)  # fmt: skip
    return ANSWERED


def rated(turn: Turn, meant: Understanding) -> str:
    """Kept and thanked for; whoever is not content hears from a person."""
    assert meant.rating is not None
    words = turn.text.strip()
    low = meant.rating <= _LOW
    feedback.add(turn.conn, turn.booking.reference, score=meant.rating, source="sms",
                 words="" if words.isdigit() else words, now=turn.now)  # fmt: skip
    telling.feedback_thanked(turn.conn, turn.house, turn.booking, low=low, cause=turn.cause,
                             now=turn.now)  # fmt: skip
    if not low:
        return ANSWERED
    handing_over.wait_for_person(turn.conn, turn.house, turn.booking, now=turn.now)
    return WITH_PERSON


def told_how_it_was(turn: Turn) -> str:
    """Words without a number after "how was it?": kept, and read by a person."""
    feedback.add(turn.conn, turn.booking.reference, score=None, source="sms",
                 words=turn.text.strip(), now=turn.now)  # fmt: skip
    return to_person(turn)


def may_we_cancel(turn: Turn) -> str:
    """Calling off cannot be undone: ask first; a person where it is too late."""
    if not may_cancel(turn.booking, now=turn.now):
        return to_person(turn)
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    offering.ask(turn.conn, turn.house, turn.booking, CANCEL, list(CANCEL_LINES), now=turn.now)
    telling.confirm_cancel(turn.conn, turn.house, turn.booking, cause=turn.cause, now=turn.now)
    return ANSWERED


def call_off(turn: Turn) -> str:
    """Cancelled, as was confirmed."""
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    try:
        rescheduling.cancel(turn.conn, turn.house, turn.booking, by="sms", now=turn.now)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def keep(turn: Turn) -> str:
    """Not cancelled after all: how it stands."""
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    return where(turn)
