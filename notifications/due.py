"""Taking what is due from the head of one line, and leaving what may not leave now."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
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

from notifications import queues, quiet
from notifications.bulk import among
from notifications.bulk_select import BulkSelect
from notifications.columns import UtcDateTime
from notifications.gates import ALL_OPEN
from notifications.queues import QUEUED, Line
from notifications.tables import attempt, message, suppression

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


class Head(NamedTuple):
    """A message at the head of a line. Times are as `bulk_select.instant` takes them, and `parts`
    may be the text of its JSON."""

    id: int
    recipient: str
    body: str
    segments: int
    not_after: datetime | str | None
    channel: str
    parts: Any
    attempts: int
    #: late | asleep | clear (nothing stands before it) | unclear
    fate: str
    slept_before: bool


_FATE = case((LATE, "late"), (_ASLEEP, "asleep"), (_FREE_TO_LEAVE, "clear"), else_="unclear")


def _heads(gate: ColumnElement[bool]) -> Select[Any]:
    """Locked: nobody else takes these before our transaction has ended."""
    of = message.c
    return (
        select(
            of.id, of.recipient, of.body, of.segments, of.not_after, of.channel, of.parts,
            of.attempts, _FATE.label("fate"), (of.awake_at <= NOW).label("slept_before"),
        )
        .where(
            QUEUED, gate, of.channel == bindparam("of_channel"), of.lane == bindparam("of_lane"),
            of.due_at <= NOW,
        )
        .order_by(*queues.IN_LINE)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )  # fmt: skip


_TAKEN = {
    "state": "sending", "lease_by": bindparam("who"),
    "lease_until": bindparam("until", type_=UtcDateTime), "changed_at": NOW,
}  # fmt: skip
_BEGUN = _TAKEN | {"in_call": True, "attempts": message.c.attempts + 1}


def _attempts(of: ColumnElement[int], number: ColumnElement[int], *which: Any) -> Insert:
    # In the database's own hands: 64 attempts are one statement.
    word = bindparam("word", type_=String)
    return insert(attempt).from_select(
        ["id", "message_id", "number", "started_at"],
        select(word + cast(of, String), of, number, NOW).where(*which),
    )


class _Heads:
    """The heads of the lines behind such a gate."""

    def __init__(self, gate: ColumnElement[bool]) -> None:
        self.look = BulkSelect(_heads(gate))
        # Looked at and begun in one, which only PostgreSQL can. MATERIALIZED: else it may look
        # twice, and begin more than it shows.
        heads = _heads(gate).cte("heads").prefix_with("MATERIALIZED")
        clear = (message.c.id == heads.c.id, heads.c.fate == "clear")
        self.begin = select(heads).add_cte(
            update(message).where(*clear).values(_BEGUN).cte("begun"),
            _attempts(heads.c.id, heads.c.attempts + 1, heads.c.fate == "clear").cte("written"),
        )


_OPEN_LINE = _Heads(message.c.gate.is_(None))
_BEHIND = _Heads(message.c.gate == bindparam("of_gate"))
_THESE = update(message).where(among(message.c.id, "these")).values(changed_at=NOW)
_TAKE = _THESE.values(_TAKEN)
_BEGIN = _THESE.values(_BEGUN)
_WAIT = _THESE.values(due_at=message.c.awake_at)
_EXPIRE = _THESE.values(state="expired")
_WRITE_DOWN = _attempts(message.c.id, message.c.attempts, among(message.c.id, "these"))
_NIGHTS = select(message.c.id, message.c.asleep_from, message.c.awake_at).where(
    among(message.c.id, "these")
)
_SLEEP_AGAIN = (
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        asleep_from=bindparam("begins"), awake_at=bindparam("ends"), due_at=bindparam("ends"),
        changed_at=NOW,
    )
)  # fmt: skip


def take(
    conn: Connection, line: Line, asked: dict[str, Any], *, begins: bool
) -> tuple[list[Head], set[int], int]:
    """Those of this line that are ours now, the longest due first; which of them were begun; and
    how many were looked at.

    `asked` says who takes, how many at the most, when it is and until when they are theirs. With
    `begins`, the attempts of those before which nothing stands are begun and written down, under
    the `word` that it says as well.
    """
    at_once = begins and conn.dialect.name == "postgresql"
    heads = _heads_of(conn, line, asked, at_once)
    _change(conn, _EXPIRE, [each.id for each in heads if each.fate == "late"], asked)
    _change(conn, _WAIT, [each.id for each in heads if each.fate == "asleep"], asked)
    ours = [each for each in heads if each.fate in ("clear", "unclear")]
    if slept := [each.id for each in ours if each.slept_before]:
        asleep = _put_to_sleep(conn, slept, asked["now"])
        ours = [each for each in ours if each.id not in asleep]
    begun = {each.id for each in ours if begins and each.fate == "clear"}
    if begun and not at_once:
        _change(conn, _BEGIN, list(begun), asked)
        write_down(conn, asked["word"], begun, asked["now"])
    _change(conn, _TAKE, [each.id for each in ours if each.id not in begun], asked)
    return ours, begun, len(heads)


def new_word() -> str:
    """What makes the ids of a sub-batch's attempts such as nobody can guess."""
    return f"{secrets.token_hex(9)}-"


def write_down(conn: Connection, word: str, numbers: Iterable[int], now: datetime) -> None:
    """The latest attempts of these messages, as counted in their rows. The id of each is the word
    and its message's number."""
    conn.execute(_WRITE_DOWN, {"word": word, "these": list(numbers), "now": now})


def _heads_of(
    conn: Connection, line: Line, asked: dict[str, Any], at_once: bool
) -> list[Head]:  # fmt: skip
    lines = _OPEN_LINE if line.gate is None else _BEHIND
    given = asked | {"of_channel": line.channel, "of_lane": line.lane, "of_gate": line.gate}
    rows = conn.execute(lines.begin, given).all() if at_once else lines.look.all(conn, given)
    return [Head._make(row) for row in rows]


def _change(conn: Connection, how: Update, these: list[int], asked: dict[str, Any]) -> None:
    if these:
        conn.execute(how, asked | {"these": these})


def _put_to_sleep(conn: Connection, numbers: list[int], now: datetime) -> set[int]:
    """Those held back for a day and more, whose readers sleep again; what was due waits again."""
    asleep = set()
    for row in conn.execute(_NIGHTS, {"these": list(numbers)}):
        night = quiet.still_asleep(row.asleep_from, row.awake_at, now)
        if night is not None:
            begins, ends = night
            again = {"which": row.id, "begins": begins, "ends": ends, "now": now}
            conn.execute(_SLEEP_AGAIN, again)
            asleep.add(row.id)
    return asleep
