"""What the customer is told: fields made of facts, posted in the caller's transaction.

Every function does nothing for a booking that may not be texted. All keys that keep a message
from being posted twice are made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import fields
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.windows import TimeWindow
from notifications import outbox
from notifications.notice import Notice


def may_text(booking: Booking) -> bool:
    """Whether there is a phone, and no word against news of this delivery by SMS."""
    return bool(booking.phone) and booking.consent.get("sms") is not False


def booking_confirmed(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """The delivery is booked."""
    told = notices.BookingConfirmed(
        **fields.by_name(house, booking),
        when=fields.when(booking.window, booking, None),
        place=fields.place(booking),
        link=link_of(house, booking),
    )
    _post(conn, house, booking, told, "confirmed", now=now)


def delayed(
    conn: Connection, house: House, booking: Booking, was: TimeWindow, reason: dict[str, str],
    times: Sequence[TimeWindow], *, now: datetime,
) -> None:  # fmt: skip
    """We come later than `was`; `times` are those that the open menu lists."""
    told = notices.Delayed(
        **fields.by_name(house, booking),
        minutes=fields.minutes_late(was, booking.window),
        when=fields.near(booking, now),
        was=fields.when(was, booking, fields.today(booking, now)),
        reason=fields.why(reason, booking),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    _replace(conn, booking, now)
    _post(conn, house, booking, told, _version(told, booking), now=now,
          not_after=booking.window.end)  # fmt: skip


def moved_earlier(
    conn: Connection, house: House, booking: Booking, was: TimeWindow,
    times: Sequence[TimeWindow], *, now: datetime,
) -> None:  # fmt: skip
    """We come earlier than `was`."""
    told = notices.MovedEarlier(
        **fields.by_name(house, booking),
        when=fields.near(booking, now),
        was=fields.when(was, booking, fields.today(booking, now)),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    _replace(conn, booking, now)
    _post(conn, house, booking, told, _version(told, booking), now=now,
          not_after=booking.window.end)  # fmt: skip


def on_the_way(
    conn: Connection, house: House, booking: Booking, *, left_at: datetime, now: datetime
) -> None:
    """It left for the customer at `left_at`."""
    told = notices.OnTheWay(
        **fields.by_name(house, booking),
        when=fields.near(booking, now),
        link=link_of(house, booking),
    )
    _post(conn, house, booking, told, f"{told.name}:{_utc(left_at)}", now=now,
          not_after=max(booking.window.end, now + timedelta(minutes=30)))  # fmt: skip


def delivered(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """It is there, or was fetched."""
    told = notices.Delivered(**fields.by_name(house, booking), place=fields.place(booking))
    _replace(conn, booking, now)
    _post(conn, house, booking, told, told.name, now=now)


def missed(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    at: datetime, now: datetime,
) -> None:  # fmt: skip
    """We stood at the door at `at` in vain."""
    local = at.astimezone(booking.window.start.tzinfo)
    told = notices.Missed(
        **fields.by_name(house, booking),
        at=phrases.clock_time(local, booking.locale),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    _replace(conn, booking, now)
    _post(conn, house, booking, told, f"{told.name}:{_utc(at)}", now=now)


def at_pickup_point(
    conn: Connection, house: House, booking: Booking, *, until: date | None, now: datetime
) -> None:
    """It can be fetched, until the end of the day `until`."""
    told = notices.AtPickupPoint(
        **fields.by_name(house, booking),
        place=fields.place(booking),
        street=str((booking.option.get("place") or {}).get("street") or ""),
        until=phrases.day(until, booking.locale, sms=True) if until else "",
        link=link_of(house, booking),
    )
    _post(conn, house, booking, told, told.name, now=now)


def rescheduled(
    conn: Connection, house: House, booking: Booking, *, now: datetime, undo_until: datetime | None
) -> None:
    """It has its new time, and until when `0` takes that back."""
    told = notices.Rescheduled(
        **fields.by_name(house, booking),
        when=fields.near(booking, now),
        undo_until=fields.clock(booking, undo_until),
        link=link_of(house, booking),
    )
    _replace(conn, booking, now)
    _post(conn, house, booking, told, _version(told, booking), now=now)


def cancelled(conn: Connection, house: House, booking: Booking, *, now: datetime) -> None:
    """It is called off."""
    told = notices.Cancelled(
        **fields.by_name(house, booking), when=fields.when(booking.window, booking, None)
    )
    _replace(conn, booking, now)
    _post(conn, house, booking, told, told.name, now=now)


def slot_gone(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """What was asked for in `cause` is not free; `times` are."""
    told = notices.SlotGone(
        **fields.by_name(house, booking),
        when=fields.near(booking, now),
        times=fields.listed(times, booking, now),
        link=link_of(house, booking),
    )
    _post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def which_time(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """Several `times` fit what was asked for in `cause`."""
    told = notices.WhichTime(
        **fields.by_name(house, booking), times=fields.listed(times, booking, now)
    )
    _post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def not_understood(
    conn: Connection, house: House, booking: Booking, times: Sequence[TimeWindow], *,
    cause: str, now: datetime,
) -> None:  # fmt: skip
    """The reply `cause` was not clear; what can be said, with the menu that is open."""
    told = notices.NotUnderstood(
        **fields.by_name(house, booking), times=fields.listed(times, booking, now)
    )
    _post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def handed_over(
    conn: Connection, house: House, booking: Booking, *, cause: str, now: datetime
) -> None:
    """A person has it from the reply or event `cause` on."""
    told = notices.HandedOver(**fields.by_name(house, booking))
    _post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def answer(
    conn: Connection, house: House, booking: Booking, text: str, agent: str, *,
    cause: str, now: datetime,
) -> int | None:  # fmt: skip
    """What `agent` wrote; the message's number, None when it may not or was already sent."""
    told = notices.Answer(agent=agent, shop=house.settings.shop.name, text=text)
    return _post(conn, house, booking, told, f"{told.name}:{cause}", now=now)


def _post(
    conn: Connection, house: House, booking: Booking, told: Notice, key: str, *,
    now: datetime, not_after: datetime | None = None,
) -> int | None:  # fmt: skip
    if not may_text(booking):
        return None
    return outbox.post(
        conn, house.texts, told, to=str(booking.phone), locale=booking.locale,
        about=booking.reference, dedupe_key=f"{booking.reference}:{key}", now=now,
        not_after=not_after,
    )  # fmt: skip


def _replace(conn: Connection, booking: Booking, now: datetime) -> None:
    # The last word that reaches the customer names the window that stands.
    outbox.replace_unsent(conn, about=booking.reference, notices=notices.NAMING_A_WINDOW, now=now)


def _version(told: Notice, booking: Booking) -> str:
    # A window that came, went and came back is news again: so the version, not the window alone.
    return f"{told.name}:{_utc(booking.window.start)}:{booking.version}"


def _utc(moment: datetime) -> str:
    return datetime.fromtimestamp(moment.timestamp(), tz=UTC).isoformat()
