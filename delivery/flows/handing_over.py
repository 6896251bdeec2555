"""From the machine to a person: until when they answer, and that the customer knows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.flows import telling_answers as telling
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.settings import working_hours_of
from delivery.store import conversations


def wait_for_person(conn: Connection, house: House, booking: Booking, *, now: datetime) -> bool:
    """Let the conversation wait for a person, with a deadline. Tells nobody.

    False when it was waiting already; then its deadline stays.
    """
    desk = house.settings.desk
    until = working_hours_of(house.settings).deadline(now, desk.answer_minutes)
    return conversations.hand_to_person(conn, booking, answer_by=until, now=now)


def hand_over(
    conn: Connection, house: House, booking: Booking, *, cause: str, now: datetime
) -> None:
    """The same, and say until when; once, and not to somebody who talks with a person already."""
    talk = conversations.opened(conn, booking, now)
    if wait_for_person(conn, house, booking, now=now) and talk.agent is None:
        until = conversations.opened(conn, booking, now).answer_by
        telling.handed_over(conn, house, booking, by=clock_of(booking, until, now), cause=cause,
                            now=now)  # fmt: skip


def clock_of(booking: Booking, until: datetime | None, now: datetime) -> str:
    """A deadline as this customer reads it: "14:30", or with its day where that is another."""
    if until is None:
        return ""
    zone = ZoneInfo(booking.zone_name)
    local = until.astimezone(zone)
    clock = phrases.clock_time(local, booking.locale)
    if local.date() == now.astimezone(zone).date():
        return clock
    return f"{phrases.day(local.date(), booking.locale, sms=True)} {clock}"
