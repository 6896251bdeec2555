"""Messages waiting, written in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notifications.consent import suppressed
from notifications.notice import Notice, Texts
from notifications.tables import message
from notifications.text import segments

_NEW = {
    name: insert(message).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(message.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_REPLACE = (
    update(message)
    .where(
        message.c.about == bindparam("of"),
        message.c.state == "queued",
        message.c.notice.in_(bindparam("notices", expanding=True)),
    )
    .values(state="replaced", changed_at=bindparam("now"))
)
_HISTORY = (
    select(
        message.c.notice, message.c.channel, message.c.state,
        message.c.created_at.label("at"), message.c.body,
    )
    .where(message.c.about == bindparam("of"))
    .order_by(message.c.id)
)  # fmt: skip


def post(
    conn: Connection, texts: Texts, notice: Notice, *, to: str, locale: str, about: str,
    dedupe_key: str, now: datetime, due_at: datetime | None = None,
    not_after: datetime | None = None,
) -> int | None:  # fmt: skip
    """Write a message in the caller's transaction; its id, or None when the key was used before.

    For a recipient who opted out it is written as `suppressed`, so that it can be seen.
    """
    body = texts.render(notice, locale)
    if not_after is None and notice.useful_for is not None:
        not_after = now + notice.useful_for
    new: int | None = conn.execute(
        _NEW[conn.dialect.name],
        {
            "notice": notice.name, "channel": "sms", "recipient": to, "locale": locale,
            "body": body, "segments": segments(body).count, "about": about,
            "state": "suppressed" if suppressed(conn, [to]) else "queued",
            "lane": notice.lane, "dedupe_key": dedupe_key, "due_at": due_at or now,
            "not_after": not_after, "created_at": now, "changed_at": now,
        },
    ).scalar()  # fmt: skip
    return new


def replace_unsent(
    conn: Connection, *, about: str, notices: Collection[str], now: datetime
) -> int:
    """Messages that newer news overtook before they left; how many there were."""
    return conn.execute(
        _REPLACE, {"of": about, "notices": list(notices), "now": now}
    ).rowcount


def history(conn: Connection, about: str) -> list[dict[str, Any]]:
    """Every message about one thing, oldest first: notice, channel, state, at, body."""
    return [dict(row._mapping) for row in conn.execute(_HISTORY, {"of": about})]
