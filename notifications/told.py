"""Whether somebody knows already: a message stating the same window is waiting, or left lately."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select

from notifications.tables import message

_WAITING = ("queued", "sending")
_LEFT = ("sent", "delivered", "unsure")

_AT = func.coalesce(message.c.sent_at, message.c.due_at, type_=message.c.sent_at.type)
_TOLD = (
    select(message.c.id)
    .where(
        message.c.about == bindparam("of"),
        message.c.states_window == bindparam("window"),
        or_(
            message.c.state.in_(_WAITING),
            (message.c.state.in_(_LEFT)) & (bindparam("since", type_=message.c.sent_at.type) < _AT),
        ),
    )
    .limit(1)
)


def already(
    conn: Connection, *, about: str, window: str, at: datetime, within: timedelta
) -> bool:  # fmt: skip
    """Whether a message states this window that waits, or left less than `within` before `at`."""
    asked = {"of": about, "window": window, "since": at - within}
    return conn.execute(_TOLD, asked).first() is not None
