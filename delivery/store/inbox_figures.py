"""How fast the desk answers, who does, and who waits: figures for the people who lead it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, bindparam, func, select

from delivery.store.conversations import WAITING
from delivery.store.tables import conversation, staff
from delivery.store.tables_talks import desk_action

#: Of what people do, that by which a customer has heard from them.
ANSWERS = ("answered", "offered_times")

_DONE = (
    select(desk_action.c.kind, desk_action.c.by, desk_action.c.text, desk_action.c.waited,
           staff.c.name)
    .outerjoin(staff, staff.c.login == desk_action.c.by)
    .where(
        desk_action.c.at >= bindparam("since"), desk_action.c.at < bindparam("until"),
        desk_action.c.kind.in_((*ANSWERS, "closed")),
    )
)  # fmt: skip
_WAITING = select(func.count(), func.min(conversation.c.waiting_since)).where(
    conversation.c.state == WAITING
)
_OVERDUE = select(func.count()).where(
    conversation.c.state == WAITING, conversation.c.answer_by < bindparam("now")
)


@dataclass(frozen=True)
class Figures:
    """Of one member, or of all. Times are working minutes; None where nobody had waited."""

    login: str
    name: str
    answers: int
    closed: int
    median_waited: float | None
    p90_waited: int | None
    #: Of the answers to somebody who waited, the part that came in time.
    in_time: float | None


@dataclass(frozen=True)
class Statistics:
    everybody: Figures
    members: tuple[Figures, ...]
    waiting: int
    overdue: int
    #: Since when the first of them waits.
    oldest: datetime | None


def statistics(
    conn: Connection, *, since: datetime, until: datetime, within: int, now: datetime
) -> Statistics:
    """What was done from `since` until `until`, in time being `within` working minutes."""
    done: dict[tuple[str, str], list[tuple[str, int | None]]] = defaultdict(list)
    for row in conn.execute(_DONE, {"since": since, "until": until}):
        # Over HTTP there is no login, only the name that signed.
        who = (row.by, row.name or row.by) if row.by else ("", row.text)
        done[who].append((row.kind, row.waited))
    waits, oldest = conn.execute(_WAITING).one()
    members = [_figures(*who, each, within) for who, each in done.items()]
    return Statistics(
        everybody=_figures("", "", [each for found in done.values() for each in found], within),
        members=tuple(sorted(members, key=lambda each: (-each.answers, each.name))),
        waiting=waits,
        overdue=int(conn.scalar(_OVERDUE, {"now": now}) or 0),
        oldest=oldest,
    )


def _figures(
    login: str, name: str, done: Sequence[tuple[str, int | None]], within: int
) -> Figures:  # fmt: skip
    waited = sorted(each for _, each in done if each is not None)
    answers = sum(kind in ANSWERS for kind, _ in done)
    return Figures(
        login=login,
        name=name,
        answers=answers,
        closed=len(done) - answers,
        median_waited=median(waited) if waited else None,
        p90_waited=waited[math.ceil(0.9 * len(waited)) - 1] if waited else None,
        in_time=sum(each <= within for each in waited) / len(waited) if waited else None,
    )
