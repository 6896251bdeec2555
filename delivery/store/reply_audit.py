"""Whether every reply has ended: answered, or with a person who has a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from delivery.store.tables import conversation
from notifications.tables import reply

#: Longer than this no reply waits for its turn, unless something is broken.
PATIENCE = timedelta(minutes=2)
#: So far back is looked: what is older was looked at before.
_WITHIN = timedelta(days=3)

_SINCE = reply.c.received_at >= bindparam("since")
_STATES = select(reply.c.state, func.count()).where(_SINCE).group_by(reply.c.state)
_ALL = select(func.count()).select_from(reply).where(_SINCE)
_STUCK = (
    select(reply.c.id)
    .where(reply.c.state == "waiting", reply.c.received_at < bindparam("patience"))
    .order_by(reply.c.id)
)
# With a person, and yet neither waited for with a deadline, nor answered or closed since.
_FORGOTTEN = (
    select(reply.c.id)
    .outerjoin(conversation, conversation.c.reference == reply.c.about)
    .where(
        _SINCE,
        reply.c.state == "with_person",
        reply.c.about.is_not(None),
        conversation.c.reference.is_(None)
        | ((conversation.c.state == "waiting") & conversation.c.answer_by.is_(None))
        | (conversation.c.state.in_(("quiet", "asked")) & conversation.c.agent.is_(None)),
    )
    .order_by(reply.c.id)
)
_KNOWN = ("answered", "with_person", "keyword", "waiting")


def violations(conn: Connection, *, now: datetime) -> list[str]:
    """What is wrong with the replies of the last days, each in words; empty when nothing is."""
    span = {"since": now - _WITHIN, "patience": now - PATIENCE}
    wrong = [f"reply {each} waits for its turn" for each in conn.scalars(_STUCK, span)]
    wrong += [f"reply {each} is with nobody" for each in conn.scalars(_FORGOTTEN, span)]
    counted = {state: count for state, count in conn.execute(_STATES, span)}
    total = int(conn.scalar(_ALL, span) or 0)
    ended = sum(counted.get(state, 0) for state in _KNOWN)
    if ended != total:
        wrong.append(f"{total - ended} of {total} replies are in no state we know")
    return wrong
