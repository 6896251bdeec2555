"""Taking what is due from the head of one line, and leaving what may not leave now."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    exists,
    false,
    or_,
    select,
    update,
)

from notifications import queues, quiet
from notifications.bulk import among
from notifications.columns import UtcDateTime
from notifications.gates import ALL_OPEN
from notifications.queues import QUEUED, Line
from notifications.tables import message, suppression

NOW = bindparam("now", type_=UtcDateTime)
_ASLEEP = and_(message.c.asleep_from <= NOW, message.c.awake_at > NOW)
LATE = or_(message.c.not_after <= NOW, and_(_ASLEEP, message.c.not_after <= message.c.awake_at))
WHEN_AWAKE = case((_ASLEEP, message.c.awake_at), else_=message.c.due_at)


STOPPED = exists().where(suppression.c.recipient == message.c.recipient)
#: Nothing stands before it: its attempt may begin with the claim.
_FREE_TO_LEAVE = and_(
    ~STOPPED, ALL_OPEN,
    or_(message.c.not_after.is_(None), message.c.not_after > NOW),
    or_(message.c.awake_at.is_(None), message.c.asleep_from > NOW),
)  # fmt: skip


def _claim_from(gate: ColumnElement[bool], begins: ColumnElement[bool]) -> Update:
    # MATERIALIZED: without it PostgreSQL may run the selection again and take more than the limit.
    due = (
        select(message.c.id, case((begins, 1), else_=0).label("begins"))
        .where(
            QUEUED, gate, message.c.channel == bindparam("of_channel"),
            message.c.lane == bindparam("of_lane"), message.c.due_at <= NOW,
        )
        .order_by(*queues.IN_LINE)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    return (
        update(message)
        .where(message.c.id == due.c.id)
        .values(
            state=case((LATE, "expired"), (_ASLEEP, "queued"), else_="sending"),
            due_at=WHEN_AWAKE,
            lease_by=case((_ASLEEP, None), else_=bindparam("who")),
            lease_until=case((_ASLEEP, None), else_=bindparam("until", type_=UtcDateTime)),
            in_call=due.c.begins == 1,
            attempts=message.c.attempts + due.c.begins,
            changed_at=NOW,
        )
        .returning(
            message.c.id, message.c.recipient, message.c.body, message.c.segments,
            message.c.not_after, message.c.channel, message.c.parts, message.c.attempts,
            message.c.in_call, message.c.state, (message.c.awake_at <= NOW).label("slept_before"),
            message.c.due_at,
        )
    )  # fmt: skip


def _both(begins: ColumnElement[bool]) -> tuple[Update, Update]:
    """For those without a gate, and for those behind one."""
    behind = message.c.gate == bindparam("of_gate")
    return _claim_from(message.c.gate.is_(None), begins), _claim_from(behind, begins)


_CLAIM = {False: _both(false()), True: _both(_FREE_TO_LEAVE)}
_NIGHTS = select(message.c.id, message.c.asleep_from, message.c.awake_at).where(
    among(message.c.id, "these")
)
_SLEEP_AGAIN = (
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        state="queued", lease_by=None, lease_until=None, asleep_from=bindparam("begins"),
        awake_at=bindparam("ends"), due_at=bindparam("ends"),
    )
)  # fmt: skip


def take(
    conn: Connection, line: Line, asked: dict[str, Any], *, begins: bool
) -> tuple[list[Any], int]:
    """Those of this line that are ours now, the longest due first; and how many were looked at.

    `asked` says who takes, how many at the most, when it is and until when they are theirs. With
    `begins`, attempts of those before which nothing stands are counted as begun.
    """
    where = {"of_channel": line.channel, "of_lane": line.lane}
    open_line, behind = _CLAIM[begins]
    if line.gate is None:
        rows = conn.execute(open_line, asked | where).all()
    else:
        rows = conn.execute(behind, asked | where | {"of_gate": line.gate}).all()
    held = [row.id for row in rows if row.slept_before and row.state == "sending"]
    asleep = _put_to_sleep(conn, held, asked["now"]) if held else set()
    ours = [row for row in rows if row.state == "sending" and row.id not in asleep]
    return sorted(ours, key=attrgetter("due_at", "id")), len(rows)


def _put_to_sleep(conn: Connection, numbers: list[int], now: datetime) -> set[int]:
    """Those held back for a day and more, whose readers sleep again; what was due waits again."""
    asleep = set()
    for row in conn.execute(_NIGHTS, {"these": list(numbers)}):
        night = quiet.still_asleep(row.asleep_from, row.awake_at, now)
        if night is not None:
            begins, ends = night
            conn.execute(_SLEEP_AGAIN, {"which": row.id, "begins": begins, "ends": ends})
            asleep.add(row.id)
    return asleep
