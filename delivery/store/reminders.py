"""Whom to remind or ask: bookings that have something coming, and were not told of it yet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from delivery.rules.broadcast_fields import CHOOSING, OF_A_TIME
from delivery.rules.broadcasts import PAUSED, RUNNING, STARTING
from delivery.rules.tracking import CHOSEN
from delivery.store.broadcasts import CALLED_OFF, PENDING
from delivery.store.tables import booking, broadcast, broadcast_recipient, milestone, promise
from delivery.store.tables_talks import conversation, feedback
from notifications.tables import message


def _never(notice: str) -> ColumnElement[bool]:
    return ~exists().where(message.c.about == booking.c.reference, message.c.notice == notice)


def _allowed(channel: str) -> ColumnElement[bool]:
    # No word against it is enough for news of one's own delivery.
    return func.coalesce(booking.c.consent[channel].as_boolean(), True).is_(True)


_REACHABLE = or_(
    and_(booking.c.phone.is_not(None), _allowed("sms")),
    and_(booking.c.email.is_not(None), _allowed("email")),
)
_REFERENCES = select(booking.c.reference).where(_REACHABLE).order_by(booking.c.reference)
_BATCH: BindParameter[int] = bindparam("most")


def _has(one: Select[Any]) -> ColumnElement[bool]:
    """As `exists`, which PostgreSQL makes a join of: so long as it has not counted those who wait
    for a broadcast, each booking would meet all of them."""
    return one.limit(1).scalar_subquery().is_not(None)


_BROADCASTS = select(broadcast.c.number).where(
    broadcast.c.state.in_((STARTING, RUNNING, PAUSED)), broadcast.c.notice.in_(OF_A_TIME)
)
# Of another time. Their numbers are known beforehand: joined, SQLite would look at all who wait.
_TOLD_SOON = _has(
    select(broadcast_recipient.c.broadcast).where(
        broadcast_recipient.c.broadcast.in_(bindparam("broadcasts", expanding=True)),
        broadcast_recipient.c.reference == booking.c.reference,
        broadcast_recipient.c.state == PENDING,
    )
)
# We said that we cannot come then, and they have not chosen another time yet.
_GIVEN_UP = _has(
    select(message.c.id).where(
        message.c.about == booking.c.reference,
        message.c.notice == CHOOSING,
        func.coalesce(message.c.error, "") != CALLED_OFF,
        message.c.created_at
        >= select(func.max(promise.c.at))
        .where(promise.c.reference == booking.c.reference)
        .correlate(booking)  # by itself it would see `message` only: the last of all promises
        .scalar_subquery(),
    )
)
_COMING = _REFERENCES.where(
    booking.c.state == "booked",
    booking.c.zone_name == bindparam("zone"),
    booking.c.window_start >= bindparam("since"),
    booking.c.window_start < bindparam("until"),
    booking.c.option["kind"].as_string() == "to_door",
    # One moved to tomorrow after it was reminded of another day is reminded again.
    ~exists().where(
        message.c.about == booking.c.reference,
        message.c.notice == "evening_before",
        message.c.created_at >= bindparam("evening"),
    ),
    ~_GIVEN_UP,
    ~_TOLD_SOON,
).limit(_BATCH)
_ZONES = (
    select(booking.c.zone_name)
    .where(
        booking.c.window_start >= bindparam("since"), booking.c.window_start < bindparam("until")
    )
    .distinct()
)
_UNTIL = booking.c.option["place"]["until"].as_string()
_WAITING = _REFERENCES.where(
    booking.c.state == "ready_for_pickup",
    booking.c.zone_name == bindparam("zone"),
    # Both are ISO dates, the first perhaps with an hour behind it.
    bindparam("first") <= _UNTIL,
    bindparam("after_last") > _UNTIL,
    _never("pickup_reminder"),
).limit(_BATCH)
_WAITING_ZONES = select(booking.c.zone_name).where(booking.c.state == "ready_for_pickup").distinct()
_DELIVERED = _REFERENCES.where(
    booking.c.state == "delivered",
    # Delivered lately and so promised lately: the window is what has an index.
    booking.c.window_start >= bindparam("promised"),
    booking.c.changed_at >= bindparam("since"),
    booking.c.changed_at < bindparam("until"),
    booking.c.consent["feedback"].as_boolean().is_(True),
    _never("feedback_asked"),
).limit(_BATCH)
#: Of an answer to how it went: from here on it was well.
_WELL = 7
_EARLIER = booking.alias("earlier")
_THANKED = exists().where(
    _EARLIER.c.phone == booking.c.phone,
    message.c.about == _EARLIER.c.reference,
    message.c.notice == "thank_you",
)
# In the window they chose, and never announced for another time by us.
_IN_TIME = and_(
    _EARLIER.c.state == "delivered",
    exists().where(
        milestone.c.reference == _EARLIER.c.reference,
        milestone.c.at <= _EARLIER.c.window_end,
        or_(
            milestone.c.milestone == "delivered",
            and_(
                milestone.c.milestone == "at_pickup_point",
                _EARLIER.c.option["kind"].as_string() != "to_door",
            ),
        ),
    ),
    ~exists().where(
        promise.c.reference == _EARLIER.c.reference, promise.c.cause.not_in(CHOSEN)
    ),
)  # fmt: skip
_FAITHFUL = _REFERENCES.where(
    booking.c.state == "delivered",
    booking.c.window_start >= bindparam("promised"),
    booking.c.changed_at >= bindparam("since"),
    booking.c.changed_at < bindparam("until"),
    ~_THANKED,
    # Of several it is the newest.
    ~exists().where(
        _EARLIER.c.phone == booking.c.phone,
        _EARLIER.c.state == "delivered",
        _EARLIER.c.changed_at > booking.c.changed_at,
    ),
    ~exists().where(
        conversation.c.reference == booking.c.reference, conversation.c.state == "waiting"
    ),
    ~exists().where(
        _EARLIER.c.phone == booking.c.phone,
        feedback.c.reference == _EARLIER.c.reference,
        feedback.c.score < _WELL,
    ),
    exists().where(_EARLIER.c.reference == booking.c.reference, _IN_TIME),
    select(func.count())
    .where(_EARLIER.c.phone == booking.c.phone, _IN_TIME)
    .scalar_subquery()
    >= bindparam("times"),
).limit(_BATCH)  # fmt: skip
_WAS_THANKED = select(booking.c.reference).where(
    booking.c.reference == bindparam("reference"), _THANKED
)


def zones_between(conn: Connection, since: datetime, until: datetime) -> list[str]:
    """The zones in which a promised window begins then."""
    return list(conn.scalars(_ZONES, {"since": since, "until": until}))


def zones_with_parcels(conn: Connection) -> list[str]:
    """The zones in which a parcel waits to be fetched."""
    return list(conn.scalars(_WAITING_ZONES))


def coming(
    conn: Connection, zone: str, since: datetime, until: datetime, *, evening: datetime, most: int
) -> list[str]:
    """References of deliveries to a door then, whose reader was not reminded since `evening`, and
    has heard and is about to hear of no other time."""
    asked = {"zone": zone, "since": since, "until": until, "evening": evening, "most": most}
    waiting_for = conn.scalars(_BROADCASTS).all()
    return list(conn.scalars(_COMING, asked | {"broadcasts": waiting_for}))


def waiting(conn: Connection, zone: str, first: date, after_last: date, *, most: int) -> list[str]:
    """References of parcels kept until a day in between, whose reader was never reminded."""
    asked = {"zone": zone, "first": first.isoformat(), "after_last": after_last.isoformat()}
    return list(conn.scalars(_WAITING, asked | {"most": most}))


def delivered(
    conn: Connection, since: datetime, until: datetime, *, promised: datetime, most: int
) -> list[str]:
    """References delivered then whose reader wants to be asked how it went, and was not."""
    asked = {"since": since, "until": until, "promised": promised, "most": most}
    return list(conn.scalars(_DELIVERED, asked))


def faithful(
    conn: Connection, since: datetime, until: datetime, *, times: int, promised: datetime, most: int
) -> list[str]:
    """References delivered then, in time, to one who has had so many in time, who was never
    thanked, who never said that it went badly and who does not wait for us."""
    asked = {"since": since, "until": until, "promised": promised, "times": times, "most": most}
    return list(conn.scalars(_FAITHFUL, asked))


def was_thanked(conn: Connection, reference: str) -> bool:
    """Whether the owner of this booking's phone was thanked before, for whichever delivery."""
    return conn.execute(_WAS_THANKED, {"reference": reference}).first() is not None
