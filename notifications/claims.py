"""Taking messages that are due, and writing down an attempt before its call begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    or_,
    select,
    update,
)

from notifications import due, identity, queues
from notifications.bulk import among, hidden
from notifications.bulk_select import instant
from notifications.elsewhere import SayElsewhere
from notifications.gates import ALL_OPEN
from notifications.queues import Line
from notifications.tables import message

ALL_CHANNELS = ("sms", "email")
#: How often one claim looks again when those it met may not leave.
_LOOKS = 4


class Claimed(NamedTuple):
    """A message that is ours for the length of a lease."""

    id: int
    to: str
    body: str
    segments: int
    not_after: datetime | None
    channel: str = "sms"
    #: What an e-mail has besides its text.
    parts: dict[str, Any] | None = None
    #: The number of its attempt, if it was begun as it was claimed; else 0.
    begun: int = 0


class Call(NamedTuple):
    """One attempt, written down and about to be made."""

    message: Claimed
    attempt: str
    number: int


_OURS = and_(
    among(message.c.id, "these"),
    hidden(message.c.state) == "sending",
    message.c.lease_by == bindparam("who"),
)
_BEGIN = (
    update(message)
    .where(
        _OURS, message.c.lease_until > due.NOW, ~due.STOPPED, ALL_OPEN,
        or_(message.c.not_after.is_(None), message.c.not_after > due.NOW),
        or_(message.c.asleep_from.is_(None), message.c.asleep_from > due.NOW,
            message.c.awake_at <= due.NOW),
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
    _OURS, message.c.in_call.is_(True), message.c.lease_until > due.NOW, ~due.STOPPED, ALL_OPEN
)
_FREE: dict[str, Any] = {"lease_by": None, "lease_until": None, "changed_at": bindparam("now")}
_SUPPRESS = (
    update(message)
    .where(_OURS, due.STOPPED)
    .values(state="suppressed", **_FREE)
    .returning(message.c.id)
)
_EXPIRE = update(message).where(_OURS, due.LATE).values(state="expired", **_FREE)
_GIVE_BACK = (
    update(message)
    .where(_OURS, message.c.in_call.is_(False))
    .values(state="queued", due_at=due.WHEN_AWAKE, **_FREE)
)

# By a gate, or by the night.
_HOLD_BACK = _GIVE_BACK.where(message.c.lease_until > due.NOW)


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
    return _claimed(conn, asked, most, channels, begins=False)


def _claimed(
    conn: Connection, asked: dict[str, Any], most: int, channels: Sequence[str], *, begins: bool
) -> list[Claimed]:
    claimed: list[Claimed] = []
    for _ in range(_LOOKS):
        lines = queues.due_lines(conn, channels, asked["now"])
        moved = 0
        for place, line in enumerate(lines):
            # Lines of one lane share what is left; what one does not need is for the others.
            after = sum(each.lane == line.lane for each in lines[place:])
            room = -(-(most - len(claimed)) // after)
            if room <= 0:
                break
            taken, rows = _take(conn, line, asked | {"most": room}, begins)
            claimed += taken
            moved += rows - len(taken)
        if not moved or len(claimed) >= most:
            break
    return claimed


def _take(
    conn: Connection, line: Line, asked: dict[str, Any], begins: bool
) -> tuple[list[Claimed], int]:
    """Those of one line that are ours now, and how many were looked at."""
    heads, begun, looked_at = due.take(conn, line, asked, begins=begins)
    taken = [
        Claimed(
            each.id, each.recipient, each.body, each.segments, instant(each.not_after),
            each.channel, orjson.loads(each.parts) if isinstance(each.parts, str) else each.parts,
            each.attempts + 1 if each.id in begun else 0,
        )
        for each in heads
    ]  # fmt: skip
    return taken, looked_at


def leave(
    conn: Connection, who: str, *, most: int, now: datetime, until: datetime,
    channels: Sequence[str] = ALL_CHANNELS, fallback: SayElsewhere | None = None,
) -> tuple[list[Call], int]:  # fmt: skip
    """`claim` and `begin` in one, for those whose calls are made at once: each message is changed
    once instead of twice. And how many were claimed: some may be left out.

    The caller has made sure that messages may leave this database.
    """
    word = due.new_word()
    asked = {"who": who, "now": now, "until": until, "word": word}
    taken = _claimed(conn, asked, most, channels, begins=True)
    calls = [Call(each, f"{word}{each.id}", each.begun) for each in taken if each.begun]
    if rest := [each for each in taken if not each.begun]:
        calls += begin(conn, who, rest, now=now, until=until, fallback=fallback)
    return calls, len(taken)


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
    begun = {row.id: row.attempts for row in conn.execute(_BEGIN, which | {"until": until})}
    if len(begun) < len(known):
        _leave_out(conn, which | {"these": list(known.keys() - begun)}, fallback)
    if not begun:
        return []
    word = due.new_word()
    due.write_down(conn, word, begun, now)
    return [Call(known[each], f"{word}{each}", begun[each]) for each in sorted(begun)]


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
