"""Taking messages that are due, and writing down an attempt before its call begins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    insert,
    or_,
    select,
    update,
)

from notifications import identity, queues, quiet
from notifications.bulk import among
from notifications.columns import UtcDateTime
from notifications.elsewhere import SayElsewhere
from notifications.gates import ALL_OPEN
from notifications.queues import QUEUED, Line
from notifications.tables import attempt, message, suppression

ALL_CHANNELS = ("sms", "email")
#: How often one claim looks again when those it met may not leave.
_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours for the length of a lease."""

    id: int
    to: str
    body: str
    segments: int
    not_after: datetime | None
    channel: str = "sms"
    #: What an e-mail has besides its text.
    parts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, written down and about to be made."""

    message: Claimed
    attempt: str
    number: int


_NOW = bindparam("now", type_=UtcDateTime)
_ASLEEP = and_(message.c.asleep_from <= _NOW, message.c.awake_at > _NOW)
_LATE = or_(message.c.not_after <= _NOW, and_(_ASLEEP, message.c.not_after <= message.c.awake_at))
_WHEN_AWAKE = case((_ASLEEP, message.c.awake_at), else_=message.c.due_at)


def _claim_from(gate: ColumnElement[bool]) -> Update:
    # MATERIALIZED: without it PostgreSQL may run the selection again and take more than the limit.
    due = (
        select(message.c.id)
        .where(
            QUEUED, gate, message.c.channel == bindparam("of_channel"),
            message.c.lane == bindparam("of_lane"), message.c.due_at <= _NOW,
        )
        .order_by(*queues.IN_LINE)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    return (
        update(message)
        .where(message.c.id.in_(select(due.c.id)))
        .values(
            state=case((_LATE, "expired"), (_ASLEEP, "queued"), else_="sending"),
            due_at=_WHEN_AWAKE,
            lease_by=case((_ASLEEP, None), else_=bindparam("who")),
            lease_until=case((_ASLEEP, None), else_=bindparam("until", type_=UtcDateTime)),
            in_call=False,
            changed_at=_NOW,
        )
        .returning(
            message.c.id, message.c.recipient, message.c.body, message.c.segments,
            message.c.not_after, message.c.channel, message.c.parts,
            message.c.lane, message.c.due_at, message.c.state,
            (message.c.awake_at <= _NOW).label("slept_before"),
        )
    )  # fmt: skip


_CLAIM = _claim_from(message.c.gate.is_(None))
_CLAIM_BEHIND = _claim_from(message.c.gate == bindparam("of_gate"))
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

_OURS = and_(
    among(message.c.id, "these"),
    message.c.state == "sending",
    message.c.lease_by == bindparam("who"),
)
_STOPPED = exists().where(suppression.c.recipient == message.c.recipient)
_BEGIN = (
    update(message)
    .where(
        _OURS, message.c.lease_until > _NOW, ~_STOPPED, ALL_OPEN,
        or_(message.c.not_after.is_(None), message.c.not_after > _NOW),
        or_(message.c.asleep_from.is_(None), message.c.asleep_from > _NOW,
            message.c.awake_at <= _NOW),
    )
    .values(
        attempts=message.c.attempts + 1,
        in_call=True,
        lease_until=bindparam("until"),
        changed_at=bindparam("now"),
    )
    .returning(message.c.id, message.c.attempts)
)  # fmt: skip
_STILL = select(message.c.id).where(
    _OURS, message.c.in_call.is_(True), message.c.lease_until > _NOW, ~_STOPPED, ALL_OPEN
)
# In the database's own hands: 64 attempts are one statement. An attempt's id is a word of this
# sub-batch, which nobody can guess, and the message's number.
_WRITE_DOWN = insert(attempt).from_select(
    ["id", "message_id", "number", "started_at"],
    select(
        bindparam("word", type_=String) + cast(message.c.id, String),
        message.c.id,
        message.c.attempts,
        bindparam("now", type_=UtcDateTime),
    ).where(among(message.c.id, "these")),
)
_FREE: dict[str, Any] = {"lease_by": None, "lease_until": None, "changed_at": bindparam("now")}
_SUPPRESS = (
    update(message)
    .where(_OURS, _STOPPED)
    .values(state="suppressed", **_FREE)
    .returning(message.c.id)
)
_EXPIRE = update(message).where(_OURS, _LATE).values(state="expired", **_FREE)
_GIVE_BACK = (
    update(message)
    .where(_OURS, message.c.in_call.is_(False))
    .values(state="queued", due_at=_WHEN_AWAKE, **_FREE)
)

# By a gate, or by the night.
_HOLD_BACK = _GIVE_BACK.where(message.c.lease_until > _NOW)


def claim(
    conn: Connection, who: str, *, most: int, now: datetime, until: datetime,
    channels: Sequence[str] = ALL_CHANNELS,
) -> list[Claimed]:  # fmt: skip
    """Take up to `most` due messages of these channels: answers first, then the longest due.

    Nothing behind a closed gate, and nothing at all from a database that is a copy. Those whose
    readers are asleep wait for the morning, and those too late to be of use become `expired`.
    """
    if not identity.cleared(conn, now=now):
        return []
    asked = {"who": who, "now": now, "until": until}
    claimed: list[Claimed] = []
    for _ in range(_LOOKS):
        lines = queues.due_lines(conn, channels, now)
        moved = 0
        for place, line in enumerate(lines):
            # Lines of one lane share what is left; what one does not need is for the others.
            after = sum(each.lane == line.lane for each in lines[place:])
            room = -(-(most - len(claimed)) // after)
            if room <= 0:
                break
            taken, rows = _take(conn, line, asked | {"most": room})
            claimed += taken
            moved += rows - len(taken)
        if not moved or len(claimed) >= most:
            break
    return claimed


def _take(
    conn: Connection, line: Line, asked: dict[str, Any]
) -> tuple[list[Claimed], int]:  # fmt: skip
    """Those of one line that are ours now, and how many were looked at."""
    where = {"of_channel": line.channel, "of_lane": line.lane}
    if line.gate is None:
        rows = conn.execute(_CLAIM, asked | where).all()
    else:
        rows = conn.execute(_CLAIM_BEHIND, asked | where | {"of_gate": line.gate}).all()
    held = [row.id for row in rows if row.slept_before and row.state == "sending"]
    asleep = _put_to_sleep(conn, held, asked["now"]) if held else set()
    taken = sorted(rows, key=lambda row: (row.due_at, row.id))
    return [
        Claimed(
            row.id, row.recipient, row.body, row.segments, row.not_after, row.channel, row.parts
        )
        for row in taken
        if row.state == "sending" and row.id not in asleep
    ], len(rows)


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


def begin(
    conn: Connection, who: str, messages: Sequence[Claimed], *, now: datetime, until: datetime,
    fallback: SayElsewhere | None = None,
) -> list[Call]:  # fmt: skip
    """Write down an attempt for each that may still leave; the caller then calls at once.

    Left out, and settled here, are those whose recipient has opted out and those too late; those
    before whom a gate was closed or the night has fallen go back; and those not ours any more.
    """
    known = {each.id: each for each in messages}
    which = {"these": list(known), "who": who, "now": now}
    begun = conn.execute(_BEGIN, which | {"until": until}).all()
    if len(begun) < len(known):
        left = which | {"these": list(known.keys() - {row.id for row in begun})}
        _leave_out(conn, left, fallback)
    if not begun:
        return []
    word = f"{secrets.token_hex(9)}-"
    conn.execute(_WRITE_DOWN, {"word": word, "these": [row.id for row in begun], "now": now})
    calls = [Call(known[row.id], f"{word}{row.id}", row.attempts) for row in begun]
    return sorted(calls, key=lambda each: each.message.id)


def still_allowed(conn: Connection, who: str, numbers: Sequence[int], *, now: datetime) -> set[int]:
    """Those begun by us whose calls may still be made: nobody stopped them, no gate was closed."""
    return set(conn.execute(_STILL, {"these": list(numbers), "who": who, "now": now}).scalars())


def _leave_out(conn: Connection, left: dict[str, Any], fallback: SayElsewhere | None) -> None:
    stopped = conn.execute(_SUPPRESS, left).scalars().all()
    conn.execute(_EXPIRE, left)
    conn.execute(_HOLD_BACK, left)
    if fallback is not None:
        for each in stopped:
            fallback(conn, each, left["now"])


def give_back(conn: Connection, who: str, messages: Sequence[Claimed], *, now: datetime) -> None:
    """Let others have those we claimed and did not begin."""
    conn.execute(_GIVE_BACK, {"these": [each.id for each in messages], "who": who, "now": now})
