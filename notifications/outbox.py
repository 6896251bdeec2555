"""Messages waiting to leave, written in the transaction of what caused them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.notice import Notice, Texts
from notifications.tables import message, suppression
from notifications.text import segments

_BLOCKED = exists().where(suppression.c.recipient == bindparam("phone"))
_POST = (
    upsert(message)
    .values(state=case((_BLOCKED, "suppressed"), else_="queued"))
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(message.c.id)
)
_OUTDATED = and_(
    message.c.about == bindparam("of"), message.c.notice.in_(bindparam("names", expanding=True))
)
_NOT_BEGUN = or_(
    message.c.state == "queued", and_(message.c.state == "sending", message.c.in_call.is_(False))
)
_REPLACE = (
    update(message)
    .where(_OUTDATED, _NOT_BEGUN)
    .values(state="replaced", lease_by=None, lease_until=None, changed_at=bindparam("now"))
    .returning(message.c.id)
)
# One whose outcome nobody knows may have left; but it is not tried again.
_LET_BE = (
    update(message)
    .where(_OUTDATED, message.c.state.in_(("unsure", "sending")))
    .values(not_after=bindparam("now"))
)
_AT = func.coalesce(message.c.sent_at, message.c.due_at, type_=message.c.sent_at.type).label("at")
_HISTORY = (
    select(message.c.notice, message.c.channel, message.c.state, _AT, message.c.body)
    .where(message.c.about == bindparam("of"))
    .order_by(_AT, message.c.id)
)


def post(
    conn: Connection,
    texts: Texts,
    notice: Notice,
    *,
    to: str,
    locale: str,
    about: str,
    dedupe_key: str,
    now: datetime,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
) -> int | None:
    """Write the message; it leaves once the caller's transaction has committed.

    Gives its number, or None when the key was used before. One to somebody who opted out is
    kept as `suppressed`.
    """
    due = due_at or now
    if not_after is None and notice.useful_for is not None:
        not_after = due + notice.useful_for
    body = texts.render(notice, locale)
    row = {
        "notice": notice.name, "recipient": to, "phone": to, "locale": locale, "body": body,
        "segments": segments(body).count, "about": about, "lane": notice.lane,
        "dedupe_key": dedupe_key, "due_at": due, "not_after": not_after,
        "created_at": now, "changed_at": now,
    }  # fmt: skip
    return conn.execute(_POST, row).scalar_one_or_none()


def replace_unsent(conn: Connection, *, about: str, notices: Collection[str], now: datetime) -> int:
    """Notices of these names about this that have not left become `replaced`; how many."""
    which = {"of": about, "names": list(notices), "now": now}
    replaced = len(conn.execute(_REPLACE, which).all())
    conn.execute(_LET_BE, which)
    return replaced


def history(conn: Connection, about: str) -> list[dict[str, Any]]:
    """What was told about this, oldest first: notice, channel, state, at, body."""
    return [dict(row._mapping) for row in conn.execute(_HISTORY, {"of": about})]
