"""How fast segments may leave, shared by every worker through one row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, case, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.claims import Call, Claimed
from notifications.tables import pace

#: Calls that leave one after another were all asked for before the first: not long before.
_SPREAD_SECONDS = 0.5

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN = upsert(pace).on_conflict_do_nothing(index_elements=["sender"])
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
    takes = -(-segments * 1_000_000 // per_second)  # up: a rounded-down microsecond is too fast
    at = (now - _EPOCH) // timedelta(microseconds=1)
    asked = {"who": sender, "now": at, "takes": int(takes)}
    freed = conn.execute(_RESERVE, asked).scalar_one_or_none()
    if freed is None:
        conn.execute(_OPEN, {"sender": sender, "free_at": at})
        freed = conn.execute(_RESERVE, asked).scalar_one()
    return _EPOCH + timedelta(microseconds=freed - int(takes))


def parts(claimed: Sequence[Claimed], size: int, per_second: float) -> list[list[Claimed]]:
    """Sub-batches of at most `size`; where there is a pace, of half a second's worth."""
    if not per_second:
        return [list(claimed[at : at + size]) for at in range(0, len(claimed), size)]
    made: list[list[Claimed]] = []
    room = 0.0
    for each in claimed:
        if room < each.segments or len(made[-1]) == size:
            made.append([])
            room = max(per_second * _SPREAD_SECONDS, each.segments)
        made[-1].append(each)
        room -= each.segments
    return made


def waits(calls: Sequence[Call], per_second: float, already: float) -> list[float]:
    """How long each call still waits for its turn, its sub-batch's having begun `already` ago."""
    if not per_second:
        return [0.0] * len(calls)
    before = itertools.accumulate((each.message.segments for each in calls), initial=0)
    return [max(0.0, at / per_second - already) for at, _ in zip(before, calls, strict=False)]
