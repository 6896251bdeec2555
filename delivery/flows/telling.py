"""What the customer is told: fields made of facts, posted in the caller's transaction.

Every function does nothing for a booking that may neither be texted nor written to. All keys that
keep a message from being posted twice are made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import fields
from delivery.flows.posting import in_utc, post, replace, version
from delivery.flows.posting import may_email as may_email
from delivery.flows.posting import may_text as may_text
from delivery.flows.showing import link_of
from delivery.flows.telling_answers import answer as answer
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.windows import TimeWindow
from notifications import outbox

# A word that left, or may have.
_LEFT = ("sent", "delivered", "unsure", "sending")
_WINDOWS = (
    notices.BookingConfirmed.name, notices.EveningBefore.name, notices.Rescheduled.name,
    notices.Delayed.name, notices.MovedEarlier.name, notices.BackOnTime.name,
)  # fmt: skip


def booking_confirmed(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """The delivery is booked."""
    told = notices.BookingConfirmed(
        **fields.by_name(conn, house, booking),
        when=fields.when(booking.window, booking, None),
        place=fields.place(booking),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, "confirmed", now=now)


def delayed(
    conn: Connection, house: House, booking: Booking, was: TimeWindow, reason: dict[str, str],
    times: Sequence[TimeWindow], *, now: datetime,
) -> None:  # fmt: skip
    """We come later than `was`; `times` are those that the open menu lists."""
    told = notices.Delayed(
        **fields.by_name(conn, house, booking),
        minutes=fields.minutes_late(was, booking.window),
        when=fields.near(booking, now),
        was=fields.when(was, booking, fields.today(booking, now)),
        reason=fields.why(reason, booking),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, version(told, booking), now=now,
          was=was, not_after=booking.window.end)  # fmt: skip


def moved_earlier(
    conn: Connection, house: House, booking: Booking, was: TimeWindow,
    times: Sequence[TimeWindow], *, now: datetime,
) -> None:  # fmt: skip
    """We come earlier than `was`."""
    told = notices.MovedEarlier(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        was=fields.when(was, booking, fields.today(booking, now)),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, version(told, booking), now=now,
          was=was, not_after=booking.window.end)  # fmt: skip


def back_on_time(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """What we told was late comes within its first window after all.

    Says nothing where no word of the delay has left: that word is held back, and nobody need know.
    """
    told = notices.BackOnTime(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    if was_told_otherwise(conn, booking):
        post(conn, house, booking, told, version(told, booking), now=now,
             not_after=booking.window.end)  # fmt: skip


def on_the_way(
    conn: Connection, house: House, booking: Booking, *, left_at: datetime, now: datetime,
    expected: TimeWindow | None = None,
) -> None:  # fmt: skip
    """It left for the customer at `left_at`; the driver reckons with `expected`, if known."""
    told = notices.OnTheWay(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        expected=fields.expected(expected, booking),
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, f"{told.name}:{in_utc(left_at)}", now=now,
          not_after=max(booking.window.end, now + timedelta(minutes=30)))  # fmt: skip


def delivered(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """It is there, or was fetched."""
    told = notices.Delivered(
        **fields.by_name(conn, house, booking),
        place=fields.place(booking),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, told.name, now=now)


def missed(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    at: datetime, now: datetime,
) -> None:  # fmt: skip
    """We stood at the door at `at` in vain."""
    local = at.astimezone(booking.window.start.tzinfo)
    told = notices.Missed(
        **fields.by_name(conn, house, booking),
        at=phrases.clock_time(local, booking.locale),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, f"{told.name}:{in_utc(at)}", now=now)


def at_pickup_point(
    conn: Connection, house: House, booking: Booking, *, until: date | None, now: datetime
) -> None:
    """It can be fetched, until the end of the day `until`."""
    told = notices.AtPickupPoint(
        **fields.by_name(conn, house, booking),
        place=fields.place(booking),
        street=fields.street(booking),
        until=phrases.day(until, booking.locale, sms=True) if until else "",
        link=link_of(house, booking),
    )
    post(conn, house, booking, told, told.name, now=now)


def rescheduled(
    conn: Connection, house: House, booking: Booking, *, now: datetime, undo_until: datetime | None
) -> None:
    """It has its new time, and until when `0` takes that back."""
    told = notices.Rescheduled(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        undo_until=fields.clock(booking, undo_until),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, version(told, booking), now=now)


def cancelled(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """It is called off."""
    told = notices.Cancelled(
        **fields.by_name(conn, house, booking),
        when=fields.when(booking.window, booking, None),
        link=link_of(house, booking),
    )
    replace(conn, booking, now)
    post(conn, house, booking, told, told.name, now=now)


def was_told_otherwise(conn: Connection, booking: Booking) -> bool:
    """Whether word of another window than the planned one has left, and none since."""
    said = [
        each["notice"] for each in outbox.history(conn, booking.reference)
        if each["state"] in _LEFT and each["notice"] in _WINDOWS
    ]  # fmt: skip
    return bool(said) and said[-1] in (notices.Delayed.name, notices.MovedEarlier.name)
