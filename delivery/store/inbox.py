"""What waits at the desk, whose it is, and what people there have done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from delivery.store.conversations import CLOSED, WAITING
from delivery.store.tables import booking, conversation, note, staff
from delivery.store.tables_talks import desk_action
from notifications.tables import reply, task

_LAST_REPLY = (
    select(func.max(reply.c.id))
    .where(reply.c.about == conversation.c.reference)
    .correlate(conversation)
    .scalar_subquery()
)
_LAST_NOTE = (
    select(func.max(note.c.id))
    .where(note.c.reference == conversation.c.reference, note.c.source == "page")
    .correlate(conversation)
    .scalar_subquery()
)
_ROWS = (
    select(
        conversation.c.id, conversation.c.reference, conversation.c.phone, conversation.c.state,
        conversation.c.waiting_since, conversation.c.answer_by, conversation.c.escalated_at,
        conversation.c.agent, conversation.c.assignee, conversation.c.assigned_at,
        conversation.c.changed_at, staff.c.name.label("assignee_name"),
        booking.c.given_name, booking.c.family_name, booking.c.locale,
        booking.c.state.label("booking_state"),
        reply.c.body.label("reply_text"), reply.c.received_at.label("reply_at"),
        note.c.text.label("note_text"), note.c.at.label("note_at"),
    )
    .join(booking, booking.c.reference == conversation.c.reference)
    .outerjoin(staff, staff.c.login == conversation.c.assignee)
    .outerjoin(reply, reply.c.id == _LAST_REPLY)
    .outerjoin(note, note.c.id == _LAST_NOTE)
    .limit(bindparam("limit"))
)  # fmt: skip


def _soonest() -> tuple[ColumnElement[Any], ...]:
    # Databases sort nulls differently: those without a deadline are the oldest.
    missing = case((conversation.c.answer_by.is_(None), 0), else_=1)
    return missing, conversation.c.answer_by, conversation.c.id


_WAITS = conversation.c.state == WAITING
_WAITING = _ROWS.where(_WAITS).order_by(*_soonest())
_MINE = _ROWS.where(
    conversation.c.assignee == bindparam("login"), conversation.c.state != CLOSED
).order_by(case((_WAITS, 0), else_=1), *_soonest())
_ACTIONS = (
    select(desk_action, staff.c.name.label("by_name"))
    .outerjoin(staff, staff.c.login == desk_action.c.by)
    .where(desk_action.c.reference == bindparam("of"))
    .order_by(desk_action.c.id)
)
_ADD = insert(desk_action)
_SIGNS = (
    update(conversation)
    .where(conversation.c.reference == bindparam("of"))
    .values(agent=bindparam("who"), changed_at=bindparam("now"))
)
_DUE: Select[Any] = (
    select(
        conversation.c.reference, conversation.c.waiting_since, conversation.c.answer_by,
        conversation.c.assignee, staff.c.name.label("assignee_name"),
    )
    .outerjoin(staff, staff.c.login == conversation.c.assignee)
    .where(_WAITS, conversation.c.escalated_at.is_(None))
    .order_by(*_soonest())
    .limit(bindparam("limit"))
)  # fmt: skip
_ESCALATED = (
    update(conversation)
    .where(
        conversation.c.reference == bindparam("of"), _WAITS, conversation.c.escalated_at.is_(None)
    )
    .values(escalated_at=bindparam("now"))
    .returning(conversation.c.id)
)
_NO_DEADLINE = (
    select(conversation.c.reference, conversation.c.waiting_since, conversation.c.changed_at)
    .where(_WAITS, conversation.c.answer_by.is_(None))
    .limit(bindparam("limit"))
)
_SET_DEADLINE = (
    update(conversation)
    .where(conversation.c.reference == bindparam("of"), _WAITS, conversation.c.answer_by.is_(None))
    .values(answer_by=bindparam("until"))
)
_TASK = select(task.c.id).where(task.c.dedupe_key == bindparam("key"))


def waiting(conn: Connection, *, limit: int = 200) -> list[dict[str, Any]]:
    """Those that wait for a person, soonest deadline first.

    Each with the customer's name, language and last words (`last_words`, `last_at`, by SMS or on
    the page), whose it is (`assignee`, `assignee_name`) and until when (`answer_by`).
    """
    return [_row(row) for row in conn.execute(_WAITING, {"limit": limit})]


def mine(conn: Connection, login: str, *, limit: int = 200) -> list[dict[str, Any]]:
    """Those that are somebody's and not closed, those that wait first, as `waiting`."""
    return [_row(row) for row in conn.execute(_MINE, {"login": login, "limit": limit})]


def actions(conn: Connection, reference: str) -> list[dict[str, Any]]:
    """What the desk did about one booking, oldest first; `by_name` is None where none is known."""
    return [dict(row._mapping) for row in conn.execute(_ACTIONS, {"of": reference})]


def add_action(
    conn: Connection, reference: str, kind: str, by: str, *, now: datetime, text: str = "",
    amount: int | None = None, currency: str | None = None, waited: int | None = None,
) -> None:  # fmt: skip
    """Write down that the login `by` (empty: nobody, it happened by itself) did this."""
    conn.execute(
        _ADD,
        {"reference": reference, "kind": kind, "by": by, "text": text, "amount": amount,
         "currency": currency, "waited": waited, "at": now},
    )  # fmt: skip


def signs(conn: Connection, reference: str, agent: str, *, now: datetime) -> None:
    """`agent` has written to the customer; who waits for an answer goes on waiting."""
    conn.execute(_SIGNS, {"of": reference, "who": agent, "now": now})


def due(conn: Connection, *, limit: int = 200) -> list[dict[str, Any]]:
    """Those that wait and of which nobody was warned yet, soonest deadline first."""
    return [dict(row._mapping) for row in conn.execute(_DUE, {"limit": limit})]


def escalated(conn: Connection, reference: str, *, now: datetime) -> bool:
    """Everybody is warned of it now. False when they were before, or nobody waits any more."""
    return conn.execute(_ESCALATED, {"of": reference, "now": now}).one_or_none() is not None


def without_deadline(conn: Connection, *, limit: int = 200) -> list[dict[str, Any]]:
    """Those left waiting by a version that knew no deadlines."""
    return [dict(row._mapping) for row in conn.execute(_NO_DEADLINE, {"limit": limit})]


def set_deadline(conn: Connection, reference: str, until: datetime) -> None:
    conn.execute(_SET_DEADLINE, {"of": reference, "until": until})


def task_exists(conn: Connection, dedupe_key: str) -> bool:
    """Whether there is or was such a task."""
    return conn.execute(_TASK, {"key": dedupe_key}).first() is not None


def _row(row: Any) -> dict[str, Any]:
    found = dict(row._mapping)
    said = [
        (found.pop(f"{kind}_at"), found.pop(f"{kind}_text")) for kind in ("reply", "note")
    ]  # fmt: skip
    at, words = max((each for each in said if each[0] is not None), default=(None, ""))
    return found | {"last_words": words, "last_at": at}
