"""The queue as the index keeps it: one line for each gate, channel and lane.

Only the heads of lines are looked at, so that a line of any length that may not move, be its gate
closed or its readers asleep, costs those behind it nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.types import String

from notifications.gates import EVERYTHING
from notifications.tables import LANES, gate, message

# Written out, not handed over: a database has to see that its partial index covers the statement.
QUEUED = message.c.state == literal_column("'queued'")


@dataclass(frozen=True)
class Line:
    """Messages that wait one behind the other; the first was due at `since`."""

    gate: str | None
    channel: str
    lane: int
    since: datetime


_FIRST = select(func.min(message.c.gate).label("name")).where(QUEUED, message.c.gate.is_not(None))
_START = _FIRST.cte("gates", recursive=True)
_NEXT = select(func.min(message.c.gate)).where(QUEUED, message.c.gate > _START.c.name)
_GATES = _START.union_all(select(_NEXT.scalar_subquery()).where(_START.c.name.is_not(None)))
_LANES = union_all(*(select(literal(lane).label("lane")) for lane in LANES)).cte("lanes")


# The gate is named in the order, too: PostgreSQL does not take IS NULL for one value, and without
# it would read the whole line and sort it.
IN_LINE = (message.c.gate, message.c.due_at, message.c.id)


def _first_due(behind: ColumnElement[bool]) -> ColumnElement[datetime]:
    return (
        select(message.c.due_at)
        .where(
            QUEUED, behind, message.c.channel == bindparam("channel"),
            message.c.lane == _LANES.c.lane,
        )
        .order_by(*IN_LINE)
        .limit(1)
        .correlate(_LANES, _GATES)
        .scalar_subquery()
        .label("since")
    )  # fmt: skip


_ALL_OPEN = ~exists().where(gate.c.name == EVERYTHING).correlate(None)
_HEADS = union_all(
    select(
        cast(null(), String).label("gate"), _LANES.c.lane, _first_due(message.c.gate.is_(None))
    ).where(_ALL_OPEN),
    select(_GATES.c.name, _LANES.c.lane, _first_due(message.c.gate == _GATES.c.name))
    .select_from(_GATES.join(_LANES, true()))
    .where(_ALL_OPEN, _GATES.c.name.is_not(None), ~exists().where(gate.c.name == _GATES.c.name)),
)


def due_lines(conn: Connection, channels: Sequence[str], now: datetime) -> list[Line]:
    """The lines whose first may leave now: answers first, and in a lane those without a gate."""
    lines = [
        Line(row.gate, channel, row.lane, row.since)
        for channel in channels
        for row in conn.execute(_HEADS, {"channel": channel})
        if row.since is not None and row.since <= now
    ]
    return sorted(lines, key=lambda line: (line.lane, line.gate is not None, line.since))
