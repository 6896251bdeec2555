"""A customer writes: understood and done in one commit, or handed to a person; never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from delivery.flows import offering
from delivery.flows import telling_answers as telling
from delivery.flows.answering import answer
from delivery.flows.turn import ANSWERED, WITH_PERSON, Turn, to_person
from delivery.flows.whose import goods_in, whose
from delivery.house import House
from delivery.log import what_broke
from delivery.rules.bookings import Booking
from delivery.rules.questions import WHICH, about_line
from delivery.store import bookings, conversations
from delivery.store import replies as kept_replies
from notifications import inbox
from notifications.inbox import Reply

log = structlog.get_logger()


def answer_next_reply(house: House, *, now: datetime) -> bool:
    """Answer the oldest reply that waits; False when none does.

    One transaction each, so that a crash leaves it waiting. A reply that breaks goes to a
    person, so that those behind it go on.
    """
    with house.database.read() as conn:
        if not kept_replies.any_waiting(conn):
            return False
    with house.database.write() as conn:
        reply = inbox.next_waiting(conn)
        if reply is None:
            return False
        state, about = _answered_or_aside(conn, house, reply, now)
        inbox.settle(conn, reply.id, state=state, about=about, now=now)
    return True


def _answered_or_aside(
    conn: Connection, house: House, reply: Reply, now: datetime
) -> tuple[str, str | None]:
    try:
        with conn.begin_nested():
            return _answer(conn, house, reply, now)
    except OperationalError:
        raise  # the database is away or busy: the reply waits
    except Exception as error:
        log.error("reply broke", reply=reply.id, **what_broke(error))
    try:
        with conn.begin_nested():
            known = bookings.latest_of_phone(conn, reply.sender)
            if not known:
                return WITH_PERSON, None
            to_person(_turn(conn, house, reply, known[0], reply.body, now))
            return WITH_PERSON, known[0].reference
    except OperationalError:
        raise
    except Exception as error:
        log.error("handing over broke", reply=reply.id, **what_broke(error))
        return WITH_PERSON, None


def _answer(conn: Connection, house: House, reply: Reply, now: datetime) -> tuple[str, str | None]:
    found = whose(conn, reply, now=now)
    booking = found.booking or next(iter(found.several), None)
    if booking is None:
        return WITH_PERSON, None  # nobody we know: kept for a person to see
    text = found.meant.body if found.meant else reply.body
    if found.asked is not None:
        conversations.settle_question(conn, found.asked, now=now)
    if found.meant is not None:
        inbox.settle(conn, found.meant.id, state=ANSWERED, about=booking.reference, now=now)
    turn = _turn(conn, house, reply, booking, text, now)
    if reply.media:
        return to_person(turn), booking.reference
    if found.several:
        return _which(turn, found.several), booking.reference
    return answer(turn), booking.reference


def _turn(
    conn: Connection, house: House, reply: Reply, booking: Booking, text: str, now: datetime
) -> Turn:
    booking = bookings.lock(conn, booking.reference)
    talk = conversations.opened(conn, booking, now)
    return Turn(conn, house, booking, talk, reply, text, now)


def _which(turn: Turn, several: Sequence[Booking]) -> str:
    """Ask which of their deliveries is meant, by what is in it and when it comes."""
    conn, now = turn.conn, turn.now
    offering.drop_question(conn, turn.booking, now=now)
    lines = [about_line(each.reference) for each in several]
    offering.ask(conn, turn.house, turn.booking, WHICH, lines, pending=turn.reply.id, now=now)
    named = [(each, goods_in(conn, each)) for each in several]
    telling.which_delivery(conn, turn.house, turn.booking, named, cause=turn.cause, now=now)
    return ANSWERED
