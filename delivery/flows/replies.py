"""A customer writes: understood and done in one commit, or handed to a person; never lost."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from delivery.flows.answering import Turn, answer, to_person
from delivery.house import House
from delivery.log import what_broke
from delivery.rules.bookings import MOVES, Booking
from delivery.store import bookings, conversations
from delivery.store import replies as kept_replies
from notifications import inbox
from notifications.inbox import WITH_PERSON, Reply

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
            turn = _turn(conn, house, reply, now)
            return (to_person(turn), turn.booking.reference) if turn else (WITH_PERSON, None)
    except OperationalError:
        raise
    except Exception as error:
        log.error("handing over broke", reply=reply.id, **what_broke(error))
        return WITH_PERSON, None


def _answer(conn: Connection, house: House, reply: Reply, now: datetime) -> tuple[str, str | None]:
    turn = _turn(conn, house, reply, now)
    if turn is None:
        return WITH_PERSON, None  # nobody we know: kept for a person to see
    state = to_person(turn) if reply.media else answer(turn, reply.body)
    return state, turn.booking.reference


def _turn(conn: Connection, house: House, reply: Reply, now: datetime) -> Turn | None:
    booking = _meant_booking(conn, reply.sender, now)
    if booking is None:
        return None
    booking = bookings.lock(conn, booking.reference)
    talk = conversations.opened(conn, booking, now)
    return Turn(conn, house, booking, talk, str(reply.id), now)


def _meant_booking(conn: Connection, phone: str, now: datetime) -> Booking | None:
    """The booking whose question is open, the latest first; else the newest live one."""
    known = bookings.latest_of_phone(conn, phone)
    live = [each for each in known if MOVES[each.state]]
    asked = [
        (talk.changed_at, each)
        for each in live
        if (talk := conversations.of(conn, each.reference)) and talk.asks(now)
    ]
    if asked:
        return max(asked, key=lambda one: one[0])[1]
    return next(iter(live or known), None)
