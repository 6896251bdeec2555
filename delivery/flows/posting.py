"""How a customer is told at all: over which channel, in which language, by whom, and how often."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery import notices
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.calendar_file import calendar_file
from delivery.rules.windows import TimeWindow
from notifications import outbox
from notifications.fallback import Fallback
from notifications.notice import Notice
from notifications.policy import Policy

#: Notices that change when somebody waits for us: their e-mails bring the event of a calendar.
_IN_CALENDARS = (
    notices.BookingConfirmed.name, notices.Rescheduled.name, notices.Delayed.name,
    notices.MovedEarlier.name, notices.BackOnTime.name, notices.Cancelled.name,
)  # fmt: skip
#: Notices that name the window that stands as a fact; one who has it need not be reminded of it.
_STATING = (*_IN_CALENDARS[:-1], notices.EveningBefore.name, notices.OnTheWay.name)


def may_text(booking: Booking) -> bool:
    """Whether there is a phone, and no word against news of this delivery by SMS."""
    return bool(booking.phone) and booking.consent.get("sms") is not False


def may_email(booking: Booking) -> bool:
    """Whether there is an address, and no word against news of this delivery by e-mail."""
    return bool(booking.email) and booking.consent.get("email") is not False


def post(
    conn: Connection, house: House, booking: Booking, told: Notice, key: str, *,
    now: datetime, not_after: datetime | None = None, was: TimeWindow | None = None,
) -> int | None:  # fmt: skip
    """Write one message: by SMS where it may, else by e-mail; its number.

    `was` is the window it takes back: who waits today must hear of it even at night.
    None when neither may be, or when the same was posted before under this `key`.
    """
    by_sms = may_text(booking) and "sms" in told.channels
    if not by_sms and not may_email(booking):
        return None
    zone = ZoneInfo(booking.zone_name)
    elsewhere = {"email": str(booking.email)} if by_sms and may_email(booking) else None
    return outbox.post(
        conn, house.texts, told,
        to=str(booking.phone if by_sms else booking.email), locale=booking.locale,
        about=booking.reference, dedupe_key=f"{booking.reference}:{key}", now=now,
        not_after=not_after, channel="sms" if by_sms else "email", addresses=elsewhere,
        zone=zone, policy=policy_of(house), urgent=waits_today(was, zone, now) or None,
        states_window=as_stated(booking.window) if told.name in _STATING else None,
        calendar=None if by_sms else calendar_of(house, booking, told, now),
    )  # fmt: skip


def replace(conn: Connection, booking: Booking, now: datetime) -> None:
    """The last word that reaches the customer names the window that stands."""
    outbox.replace_unsent(conn, about=booking.reference, notices=notices.NAMING_A_WINDOW, now=now)


def version(told: Notice, booking: Booking) -> str:
    """A key of this window. One that came, went and came back is news again: so the version too."""
    return f"{told.name}:{in_utc(booking.window.start)}:{booking.version}"


def in_utc(moment: datetime) -> str:
    return datetime.fromtimestamp(moment.timestamp(), tz=UTC).isoformat()


def as_stated(window: TimeWindow) -> str:
    return f"{in_utc(window.start)}/{in_utc(window.end)}"


def policy_of(house: House) -> Policy:
    """The house's, and what it holds back is said over another channel where there is one."""
    elsewhere = Fallback(house.texts, notices.NOTICES)
    return dataclasses.replace(house.policy, say_elsewhere=elsewhere)


def waits_today(was: TimeWindow | None, zone: ZoneInfo, now: datetime) -> bool:
    """Whether somebody waits today for a window that is taken back: that is said even at night."""
    if was is None or was.end <= now:
        return False
    return was.start.astimezone(zone).date() <= now.astimezone(zone).date()


def calendar_of(house: House, booking: Booking, told: Notice, now: datetime) -> str | None:
    """The event of a calendar that an e-mail of this notice brings; None where it brings none."""
    if told.name not in _IN_CALENDARS:
        return None
    shop = house.settings.shop.name
    place = booking.option.get("place") or booking.destination
    parts = (place.get(each) for each in ("name", "street", "city"))
    return calendar_file(
        booking.window, uid=booking.reference, sequence=booking.version, stamp=now,
        summary=house.words.say(booking.locale, "options.calendar", shop=shop),
        location=", ".join(str(each) for each in parts if each), link=link_of(house, booking),
        gone=told.name == notices.Cancelled.name,
    )  # fmt: skip
