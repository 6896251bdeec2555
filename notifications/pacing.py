"""How fast segments may leave, shared by every worker through one row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.claims import Call, Claimed
from notifications.tables import pace

#: So much of what is allowed is used: calls leave a little late now and then, and what follows a
#: late one must not make up for it.
_USED = 0.99

#: Calls that leave one after another were all asked for before the first: not long before.
_SPREAD_SECONDS = 0.5

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADD = upsert(pace)
_OPEN = _ADD.on_conflict_do_nothing(index_elements=["sender"])
_HOLD = _ADD.on_conflict_do_update(
    index_elements=["sender"],
    set_={"free_at": _ADD.excluded.free_at},
    where=_ADD.excluded.free_at > pace.c.free_at,
)
_MOVE_BACK = (
    update(pace)
    .where(pace.c.sender == bindparam("who"))
    .values(free_at=pace.c.free_at + bindparam("takes"))
)
_FREE = select(pace.c.free_at).where(pace.c.sender == bindparam("who"))
_BEGINS = case((pace.c.free_at > bindparam("now"), pace.c.free_at), else_=bindparam("now"))
_RESERVE = (
    update(pace)
    .where(pace.c.sender == bindparam("who"))
    .values(free_at=_BEGINS + bindparam("takes"))
    .returning(pace.c.free_at)
)


def reserve(
    conn: Connection, sender: str, segments: int, per_second: float, *, now: datetime
) -> datetime:
    """From when these segments may leave, one after another at the sender's rate.

    The time they take is theirs: whoever asks next gets what follows.
    """
    # Up: a microsecond rounded down is too fast.
    takes = -(-segments * 1_000_000 // (per_second * _USED))
    at = _since_epoch(now)
    asked = {"who": sender, "now": at, "takes": int(takes)}
    freed = conn.execute(_RESERVE, asked).scalar_one_or_none()
    if freed is None:
        conn.execute(_OPEN, {"sender": sender, "free_at": at})
        freed = conn.execute(_RESERVE, asked).scalar_one()
    return _EPOCH + timedelta(microseconds=freed - int(takes))


def free_at(conn: Connection, sender: str) -> datetime | None:
    """From when nothing is reserved any more, nor asked to wait; None when nothing ever was."""
    freed = conn.execute(_FREE, {"who": sender}).scalar_one_or_none()
    return None if freed is None else _EPOCH + timedelta(microseconds=freed)


def move_back(conn: Connection, sender: str, late: timedelta) -> None:
    """Turns not yet given move back by so much."""
    conn.execute(_MOVE_BACK, {"who": sender, "takes": late // timedelta(microseconds=1)})


def hold(conn: Connection, sender: str, until: datetime) -> None:
    """Nobody gets a turn before `until`; a later one that was set before stays."""
    conn.execute(_HOLD, {"sender": sender, "free_at": _since_epoch(until)})


def _since_epoch(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def parts(claimed: Sequence[Claimed], size: int, per_second: float) -> list[list[Claimed]]:
    """Sub-batches of at most `size`; where there is a pace, of half a second's worth."""
    if not per_second:
        return [list(claimed[at : at + size]) for at in range(0, len(claimed), size)]
    made: list[list[Claimed]] = []
    room = 0.0
    for each in claimed:
        if room < each.segments or len(made[-1]) == size:
            made.append([])
            room = max(per_second * _USED * _SPREAD_SECONDS, each.segments)
        made[-1].append(each)
        room -= each.segments
    return made


def waits(calls: Sequence[Call], per_second: float, already: float) -> list[float]:
    """How long each call still waits for its turn, its sub-batch's having begun `already` ago.

    Less than 0: it will begin so much later.
    """
    if not per_second:
        return [0.0] * len(calls)
    before = itertools.accumulate((each.message.segments for each in calls), initial=0)
    used = per_second * _USED
    return [max(0.0, at / used - already) for at, _ in zip(before, calls, strict=False)]
