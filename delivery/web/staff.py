"""JSON for people of the shop: conversations, and what a reply would mean."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from delivery.flows import desk
from delivery.house import House
from delivery.rules.replies import understand
from delivery.store import conversations, replies
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import StaffKey
from delivery.web.once import IdempotencyKey, answered, digest_of, once
from delivery.web.staff_shapes import AnswerShape, InterpretShape, State, conversation_json
from delivery.web.staff_shapes import stranger_json as stranger_shown

router = APIRouter(prefix="/v1", tags=["staff"])

#: A conversation's number; `unknown-12` for a reply from somebody without a booking.
ConversationId = Annotated[str, Path(pattern=r"^(unknown-)?[0-9]{1,15}$")]
_STRANGER = "unknown-"


@router.get("/conversations")
def list_conversations(
    house: TheHouse, _key: StaffKey, now: Now, state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> Response:  # fmt: skip
    """Conversations with what was said in them; people without a booking come first."""
    with house.database.read() as conn:
        rows = conversations.page(conn, state=state, after=int(cursor or 0), limit=limit + 1)
        items = [
            conversation_json(row, conversations.thread(conn, row["reference"]), now=now)
            for row in rows[:limit]
        ]
        if cursor is None and state in (None, conversations.WAITING):
            items = [*_strangers(conn, house, now), *items]
    more = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return answered({"items": items, "next_cursor": more})


def _strangers(conn: Connection, house: House, now: datetime) -> list[dict[str, Any]]:
    shown = []
    for each in replies.strangers(conn):
        until = None if desk.is_answered(conn, each) else desk.stranger_deadline(house, each)
        thread = desk.stranger_thread(conn, each)
        shown.append(stranger_shown(each, thread, answer_by=until, now=now))
    return shown


@router.post("/conversations/{conversation_id}/messages")
def post_message(
    conversation_id: ConversationId, ask: AnswerShape, house: TheHouse, key: StaffKey, now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Send an answer, signed by `agent`. It goes before everything else."""

    def effect(conn: Connection) -> dict[str, Any]:
        return {"message": _send(conn, house, conversation_id, ask, now)}

    asked = digest_of(f"message {conversation_id}", ask)
    return once(house, key, idempotency_key, asked, effect, now=now)


def _send(
    conn: Connection, house: House, conversation_id: str, ask: AnswerShape, now: datetime
) -> int | None:
    agent = ask.agent or house.settings.shop.agent
    if conversation_id.startswith(_STRANGER):
        number = int(conversation_id.removeprefix(_STRANGER))
        return desk.answer_stranger(conn, house, number, ask.text, agent, now=now)
    talk = conversations.get(conn, int(conversation_id))
    return desk.answer(conn, house, talk.reference, ask.text, agent, now=now)


@router.post("/conversations/{conversation_id}/close")
def close_conversation(
    conversation_id: ConversationId, house: TheHouse, _key: StaffKey, now: Now
) -> dict[str, str]:
    """It is settled; the next reply begins anew."""
    with house.database.write() as conn:
        if conversation_id.startswith(_STRANGER):
            number = int(conversation_id.removeprefix(_STRANGER))
            desk.close_stranger(conn, replies.stranger(conn, number), by="", now=now)
        else:
            talk = conversations.get(conn, int(conversation_id))
            desk.close(conn, talk.reference, now=now)
    return {"state": conversations.CLOSED}


@router.post("/replies/interpret")
def interpret(ask: InterpretShape, _key: StaffKey) -> dict[str, Any]:
    """What a reply would mean. Nothing is changed."""
    slots = [each.offered() for each in ask.slots]
    meant = understand(ask.text, locale=ask.locale, now=ask.now, context=ask.context, slots=slots)
    return meant.as_json()
