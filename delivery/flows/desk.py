"""People of the shop in conversations: read, answered by name, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import offering, telling_answers
from delivery.flows.posting import may_email, may_text
from delivery.house import House
from delivery.ids import digest
from delivery.rules.bookings import Booking
from delivery.rules.refusals import NotFound, Refusal
from delivery.settings import working_hours_of
from delivery.store import bookings, conversations, page_notes, replies
from delivery.store import inbox as desk_inbox
from delivery.store.conversations import Conversation
from delivery.store.replies import Stranger
from delivery.store.staff import Member
from notifications import inbox, outbox, tasks


class CannotText(Refusal):
    """There is no phone that may be texted about this delivery, and no e-mail either."""

    code = "cannot_text"


def answer(
    conn: Connection, house: House, reference: str, text: str, agent: str, *, now: datetime,
    member: Member | None = None,
) -> int | None:  # fmt: skip
    """Send what a person wrote, signed by them; they have the conversation from now on.

    The number of the message; None when the same was sent since the customer last wrote.
    Raises `NotFound`, `CannotText`.
    """
    booking = bookings.lock(conn, reference)
    talk = may_answer(conn, booking, now=now)
    sent = telling_answers.answer(
        conn, house, booking, text, agent, cause=cause_of(conn, reference, text), now=now
    )
    if sent is not None or talk.state == conversations.WAITING:
        answered(conn, house, booking, talk, "answered", agent, member, now=now)
    return sent


def may_answer(conn: Connection, booking: Booking, *, now: datetime) -> Conversation:
    """The booking's conversation, locked. Raises `CannotText` where nobody can be reached."""
    if not may_text(booking) and not may_email(booking):
        raise CannotText
    return conversations.opened(conn, booking, now)


def cause_of(conn: Connection, reference: str, text: str) -> str:
    """The same words are sent once for each thing the customer wrote."""
    heard, written = inbox.replies_about(conn, reference), page_notes.written(conn, reference)
    since = f"{heard[-1]['id'] if heard else 0}" + (f".{len(written)}" if written else "")
    return f"{since}:{digest(text.encode())[:16]}"


def answered(
    conn: Connection, house: House, booking: Booking, talk: Conversation, kind: str, agent: str,
    member: Member | None, *, now: datetime,
) -> None:  # fmt: skip
    """Write down that it was answered, by whom and how fast; it is theirs if it was nobody's."""
    offering.drop_question(conn, booking, now=now)
    conversations.answered(conn, talk.reference, agent, now=now)
    waited = None
    if talk.waiting_since is not None:
        waited = working_hours_of(house.settings).minutes_between(talk.waiting_since, now)
    by = member.login if member else ""
    desk_inbox.add_action(conn, talk.reference, kind, by, text=agent, waited=waited, now=now)
    if member is not None and talk.assignee is None:
        conversations.assign(conn, talk.reference, member.login, now=now)
    tasks.settled(conn, escalation_of(talk.reference), by=agent, now=now)


def close(conn: Connection, reference: str, *, now: datetime, member: Member | None = None) -> None:
    """Nothing is open any more. Raises `NotFound` where nothing was ever said."""
    talk = conversations.of(conn, reference)
    if talk is None:
        raise NotFound("There is no such conversation.")
    if talk.state == conversations.CLOSED:
        return
    offering.drop_question(conn, bookings.lock(conn, reference), now=now)
    conversations.close(conn, reference, now=now)
    by = member.login if member else ""
    desk_inbox.add_action(conn, reference, "closed", by, text=talk.agent or "", now=now)
    tasks.settled(conn, escalation_of(reference), by=by or "closed", now=now)


def escalation_of(about: str) -> str:
    """The key of the task that warns of a customer who is not answered."""
    return f"unanswered:{about}"


def answer_stranger(
    conn: Connection, house: House, reply_id: int, text: str, agent: str, *, now: datetime
) -> int | None:
    """The same to somebody who has no booking with us; listed until it is closed."""
    to = replies.stranger(conn, reply_id)
    told = notices.Answer(agent=agent, shop=house.settings.shop.name, text=text)
    tasks.settled(conn, escalation_of(to.about), by=agent, now=now)
    return outbox.post(
        conn, house.texts, told, to=to.sender, locale=house.settings.shop.locale, about=to.about,
        dedupe_key=f"{to.about}:{digest(text.encode())[:16]}", now=now,
    )  # fmt: skip


def close_stranger(conn: Connection, known: Stranger, *, by: str, now: datetime) -> None:
    """Nobody has to answer them any more."""
    replies.close_stranger(conn, known.id)
    tasks.settled(conn, escalation_of(known.about), by=by, now=now)


def stranger_deadline(house: House, known: Stranger) -> datetime:
    """Until when somebody without a booking is to be answered."""
    minutes = house.settings.desk.answer_minutes
    return working_hours_of(house.settings).deadline(known.received_at, minutes)


def is_answered(conn: Connection, known: Stranger) -> bool:
    """Whether somebody has written to them, so that they wait no more."""
    return bool(outbox.history(conn, known.about))


def stranger_thread(conn: Connection, known: Stranger) -> list[dict[str, Any]]:
    """What they wrote and what we answered, as `conversations.thread`."""
    theirs = {"who": "they", "text": known.body, "at": known.received_at,
              "state": inbox.WITH_PERSON, "notice": None}  # fmt: skip
    return [theirs, *conversations.thread(conn, known.about)]
