"""What the people at the desk look at. Nothing here writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from delivery.rules.tracking import CHOSEN
from delivery.rules.windows import TimeWindow
from delivery.store.tables import booking, conversation, milestone, promise, slot
from notifications.tables import message, reply

#: Notices by which somebody was told of another time.
_NEWS = ("delayed", "moved_earlier")

_OF_DAYS = (
    select(booking.c.reference)
    .where(
        booking.c.window_start >= bindparam("since"), booking.c.window_start < bindparam("until")
    )
    .scalar_subquery()
)
_DELIVERIES = (
    select(booking, slot.c.zone.label("slot_zone"), slot.c.within)
    .outerjoin(slot, slot.c.id == booking.c.slot_id)
    .where(
        booking.c.window_start >= bindparam("since"), booking.c.window_start < bindparam("until")
    )
    .order_by(booking.c.window_start, booking.c.reference)
)
_PROMISES = (
    select(promise.c.reference, promise.c.cause, promise.c.start_at, promise.c.end_at)
    .where(promise.c.reference.in_(_OF_DAYS))
    .order_by(promise.c.reference, promise.c.version)
)
_ARRIVED = (
    select(milestone.c.reference, func.min(milestone.c.at).label("at"))
    .where(milestone.c.milestone == "delivered", milestone.c.reference.in_(_OF_DAYS))
    .group_by(milestone.c.reference)
)
_NEWS_OF = (
    select(message.c.about, message.c.state, message.c.changed_at)
    .where(message.c.notice.in_(_NEWS), message.c.about.in_(_OF_DAYS))
    .order_by(message.c.id)
)
_ROOTS = select(slot.c.id, slot.c.zone, slot.c.start_at, slot.c.end_at).where(
    slot.c.id.in_(bindparam("ids", expanding=True))
)
_MESSAGES = (
    select(message.c.state, func.count())
    .where(message.c.created_at >= bindparam("since"))
    .group_by(message.c.state)
)
_UNREAD = select(func.count()).select_from(reply).where(reply.c.state == "waiting")
_STRANGERS = (
    select(func.count())
    .select_from(reply)
    .where(reply.c.state == "with_person", reply.c.about.is_(None))
)
_WAITING = select(func.count()).select_from(conversation).where(conversation.c.state == "waiting")


@dataclass(frozen=True)
class DeskRow:
    """One delivery of a day, as the desk needs it."""

    reference: str
    state: str
    name: str
    street: str
    has_phone: bool
    window: TimeWindow
    #: What was promised before anything was late.
    planned: TimeWindow
    is_late: bool
    #: The widest window around its place; None where no place is counted.
    root: int | None
    delivered_at: datetime | None
    #: State of the last message about another time, and since when.
    word: str | None
    word_at: datetime | None

    @property
    def is_live(self) -> bool:
        return self.state in ("booked", "on_the_way")


@dataclass(frozen=True)
class Root:
    """A van's round: the widest window around many places."""

    id: int
    zone: str
    window: TimeWindow


def deliveries(conn: Connection, *, since: datetime, until: datetime) -> list[DeskRow]:
    """Every delivery whose promise now begins in this span, soonest first."""
    span = {"since": since, "until": until}
    promises: dict[str, list[Any]] = defaultdict(list)
    for made in conn.execute(_PROMISES, span):
        promises[made.reference].append(made)
    arrived = {row.reference: row.at for row in conn.execute(_ARRIVED, span)}
    words = {row.about: row for row in conn.execute(_NEWS_OF, span)}
    return [
        _row(row, promises[row.reference], arrived.get(row.reference), words.get(row.reference))
        for row in conn.execute(_DELIVERIES, span)
    ]


def _row(row: Any, promises: list[Any], arrived: datetime | None, word: Any) -> DeskRow:
    zone = ZoneInfo(row.zone_name)
    chosen = [each for each in promises if each.cause in CHOSEN][-1]
    return DeskRow(
        reference=row.reference,
        state=row.state,
        name=f"{row.given_name} {row.family_name}".strip() or row.reference,
        street=str(row.destination.get("street") or row.destination.get("postcode") or ""),
        has_phone=bool(row.phone),
        window=TimeWindow(row.window_start, row.window_end).into(zone),
        planned=TimeWindow(chosen.start_at, chosen.end_at).into(zone),
        is_late=promises[-1].cause not in CHOSEN,
        root=None if row.slot_id is None else [*row.within, row.slot_id][0],
        delivered_at=arrived,
        word=word.state if word else None,
        word_at=word.changed_at if word else None,
    )


def roots(conn: Connection, ids: Iterable[int]) -> dict[int, Root]:
    """The rounds with these ids."""
    return {
        row.id: Root(row.id, row.zone, TimeWindow(row.start_at, row.end_at))
        for row in conn.execute(_ROOTS, {"ids": sorted(ids)})
    }


def messages_by_state(conn: Connection, *, since: datetime) -> dict[str, int]:
    """How many messages written since then are in each state."""
    return {state: count for state, count in conn.execute(_MESSAGES, {"since": since})}


def replies_waiting(conn: Connection) -> int:
    """Replies nobody has read yet, and conversations that wait for a person."""
    return int(conn.scalar(_UNREAD) or 0) + conversations_waiting(conn)


def conversations_waiting(conn: Connection) -> int:
    """Conversations that wait for a person, those without a booking among them."""
    return int(conn.scalar(_WAITING) or 0) + int(conn.scalar(_STRANGERS) or 0)
