"""What stands in a database that was restored or copied, for the person who lets it send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from notifications.columns import UtcDateTime
from notifications.tables import message

_NOW = bindparam("now", type_=UtcDateTime)
# Nobody has asked the provider to send these, as far as this database knows.
_WAITS = or_(
    message.c.state == "queued", and_(message.c.state == "sending", message.c.in_call.is_(False))
)
_IN_TIME = or_(message.c.not_after.is_(None), message.c.not_after > _NOW)
_BY_NOTICE = (
    select(message.c.notice, func.count())
    .where(_WAITS, _IN_TIME)
    .group_by(message.c.notice)
    .order_by(message.c.notice)
)
_TOO_LATE = select(func.count()).select_from(message).where(_WAITS, message.c.not_after <= _NOW)
_UNSURE = (
    select(func.count())
    .select_from(message)
    .where(or_(message.c.state == "unsure", message.c.in_call.is_(True)))
)
_LAST = select(func.max(message.c.changed_at))
_DROP = (
    update(message)
    .where(_WAITS)
    .values(
        state="expired", error="restored", lease_by=None, lease_until=None, changed_at=_NOW
    )
    .returning(message.c.id)
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """Messages that would leave, by notice; those too late; those the provider is asked about."""

    in_time: dict[str, int]
    too_late: int
    unsure: int
    #: When anything last happened to a message here.
    last: datetime | None


def waiting(conn: Connection, now: datetime) -> Waiting:
    """What this database would do if it were let."""
    return Waiting(
        in_time={notice: count for notice, count in conn.execute(_BY_NOTICE, {"now": now})},
        too_late=conn.execute(_TOO_LATE, {"now": now}).scalar_one(),
        unsure=conn.execute(_UNSURE).scalar_one(),
        last=conn.execute(_LAST).scalar_one(),
    )


def drop(conn: Connection, now: datetime) -> int:
    """Nothing that waits is sent any more; it is shown as `expired`. How many those were."""
    return len(conn.execute(_DROP, {"now": now}).all())
