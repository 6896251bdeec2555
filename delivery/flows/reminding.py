"""What is said by the clock: the evening before, before a parcel goes back, how it went, thanks.

Each turn is one short transaction and says whether there may be more. Who was told, or could not be
told, has a message that says so, and is not found again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery import notices
from delivery.flows import fields
from delivery.flows.posting import in_utc, post
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.bookings import Booking
from delivery.rules.questions import FEEDBACK
from delivery.store import bookings, conversations, reminders

BATCH = 100
#: Later than this nobody is reminded any more of tomorrow.
_TOO_LATE = time(21)
#: When people fetch parcels, and can still plan to.
_DAY = (time(9), time(18))
#: No question about what is longer ago.
_FRESH = timedelta(hours=48)
#: A delivery that comes later than this after its window began is no case for a question.
_PROMISED = timedelta(days=7)
#: Thanks come on another day than the question how it went.
_DAY_AFTER = timedelta(hours=24)

_Tell = Callable[[Connection, House, Booking, datetime], object]


def remind_of_tomorrow(house: House, *, now: datetime) -> bool:
    """In the evening of each zone: those to whom we come tomorrow."""
    begins = time(house.settings.reminders.evening_hour)
    with house.database.read() as conn:
        zones = reminders.zones_between(conn, now, now + timedelta(hours=48))
        for zone in zones:
            local = now.astimezone(ZoneInfo(zone))
            if not begins <= local.time() < _TOO_LATE:
                continue
            evening = local.replace(hour=0, minute=0, second=0, microsecond=0)
            since, until = _midnight(local, 1), _midnight(local, 2)
            found = reminders.coming(conn, zone, since, until, evening=evening, most=BATCH)
            if found:
                break
        else:
            return False
    _tell(house, found, _evening_before, now)
    return len(found) == BATCH


def remind_of_parcels(house: House, *, now: datetime) -> bool:
    """By day: those whose parcel goes back soon."""
    ahead = house.settings.reminders.pickup_days
    with house.database.read() as conn:
        for zone in reminders.zones_with_parcels(conn):
            local = now.astimezone(ZoneInfo(zone))
            if not _DAY[0] <= local.time() < _DAY[1]:
                continue
            today = local.date()
            last = today + timedelta(days=ahead + 1)
            found = reminders.waiting(conn, zone, today, last, most=BATCH)
            if found:
                break
        else:
            return False
    _tell(house, found, _pickup_reminder, now)
    return len(found) == BATCH


def ask_how_it_went(house: House, *, now: datetime) -> bool:
    """Some hours after: those who said that they may be asked."""
    until = now - timedelta(hours=house.settings.reminders.feedback_hours)
    with house.database.read() as conn:
        found = reminders.delivered(
            conn, now - _FRESH, until, promised=now - _PROMISED, most=BATCH
        )  # fmt: skip
    _tell(house, found, _feedback_asked, now)
    return len(found) == BATCH


def thank(house: House, *, now: datetime) -> bool:
    """The day after: once in all, those who had their third delivery in time."""
    times = house.settings.reminders.thank_after
    if not times:
        return False
    with house.database.read() as conn:
        found = reminders.faithful(
            conn, now - _DAY_AFTER - _FRESH, now - _DAY_AFTER, times=times,
            promised=now - _PROMISED, most=BATCH,
        )  # fmt: skip
    _tell(house, found, _thank_you, now)
    return len(found) == BATCH


def _tell(house: House, references: Iterable[str], tell: _Tell, now: datetime) -> None:
    for reference in references:
        with house.database.write() as conn:
            # Read again under the lock: it may have moved or come meanwhile.
            tell(conn, house, bookings.lock(conn, reference), now)


def _evening_before(conn: Connection, house: House, booking: Booking, now: datetime) -> object:
    on = booking.window.start.date()
    if booking.state != "booked" or on != fields.today(booking, now) + timedelta(days=1):
        return None
    told = notices.EveningBefore(
        **fields.by_name(conn, house, booking),
        when=fields.near(booking, now),
        link=link_of(house, booking),
    )
    return post(conn, house, booking, told, f"{told.name}:{on}:{in_utc(now)[:10]}", now=now,
                not_after=booking.window.start)  # fmt: skip


def _pickup_reminder(conn: Connection, house: House, booking: Booking, now: datetime) -> object:
    until = fields.collect_until(booking)
    if booking.state != "ready_for_pickup" or until is None:
        return None
    days = (until - fields.today(booking, now)).days
    told = notices.PickupReminder(
        **fields.by_name(conn, house, booking),
        place=fields.place(booking),
        street=fields.street(booking),
        until=phrases.day(until, booking.locale, sms=True),
        days=max(days, 0),
        link=link_of(house, booking),
    )
    after_it = datetime.combine(until + timedelta(days=1), time(), ZoneInfo(booking.zone_name))
    return post(conn, house, booking, told, told.name, now=now, not_after=after_it)


def _feedback_asked(conn: Connection, house: House, booking: Booking, now: datetime) -> object:
    told = notices.FeedbackAsked(
        **fields.by_name(conn, house, booking), link=link_of(house, booking)
    )
    asked = post(conn, house, booking, told, told.name, now=now)
    if asked is not None:
        # For two days a lone number is a rating.
        conversations.ask(conn, booking, FEEDBACK, [], until=now + _FRESH, now=now)
    return asked


def _thank_you(conn: Connection, house: House, booking: Booking, now: datetime) -> object:
    if booking.state != "delivered" or reminders.was_thanked(conn, booking.reference):
        return None
    told = notices.ThankYou(
        **fields.by_name(conn, house, booking), reason="", link=link_of(house, booking)
    )
    return post(conn, house, booking, told, told.name, now=now)


def _midnight(local: datetime, days: int) -> datetime:
    return datetime.combine(local.date() + timedelta(days=days), time(), local.tzinfo)
