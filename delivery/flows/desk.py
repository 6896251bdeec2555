"""People of the shop in conversations: read, answered by name, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import telling
from delivery.house import House
from delivery.ids import digest
from delivery.rules.refusals import NotFound, Refusal
from delivery.store import bookings, conversations, replies
from delivery.store.replies import Stranger
from notifications import inbox, outbox


class CannotText(Refusal):
    """There is no phone that may be texted about this delivery."""

    code = "cannot_text"


def answer(
    conn: Connection, house: House, reference: str, text: str, agent: str, *, now: datetime
) -> int | None:
    """Send what a person wrote, signed by them; they have the conversation from now on.

    The number of the message; None when the same was sent since the customer last wrote.
    Raises `NotFound`, `CannotText`.
    """
    booking = bookings.lock(conn, reference)
    if not telling.may_text(booking):
        raise CannotText
    conversations.opened(conn, booking, now)
    heard = inbox.replies_about(conn, reference)
    cause = f"{heard[-1]['id'] if heard else 0}:{digest(text.encode())[:16]}"
    sent = telling.answer(conn, house, booking, text, agent, cause=cause, now=now)
    conversations.answered(conn, reference, agent, now=now)
    return sent


def close(conn: Connection, reference: str, *, now: datetime) -> None:
    """Nothing is open any more. Raises `NotFound` where nothing was ever said."""
    if conversations.of(conn, reference) is None:
        raise NotFound("There is no such conversation.")
    conversations.close(conn, reference, now=now)


def answer_stranger(
    conn: Connection, house: House, reply_id: int, text: str, agent: str, *, now: datetime
) -> int | None:
    """The same to somebody who has no booking with us."""
    to = replies.stranger(conn, reply_id)
    told = notices.Answer(agent=agent, shop=house.settings.shop.name, text=text)
    return outbox.post(
        conn, house.texts, told, to=to.sender, locale=house.settings.shop.locale, about=to.about,
        dedupe_key=f"{to.about}:{digest(text.encode())[:16]}", now=now,
    )  # fmt: skip


def stranger_thread(conn: Connection, known: Stranger) -> list[dict[str, Any]]:
    """What they wrote and what we answered, as `conversations.thread`."""
    theirs = {"who": "they", "text": known.body, "at": known.received_at,
              "state": inbox.WITH_PERSON, "notice": None}  # fmt: skip
    return [theirs, *conversations.thread(conn, known.about)]
