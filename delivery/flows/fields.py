"""The fields of our messages: names, windows and links as one customer reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.house import House
from delivery.rules import names, phrases
from delivery.rules.bookings import Booking
from delivery.rules.tracking import in_language
from delivery.rules.windows import TimeWindow
from delivery.store import conversations


def by_name(conn: Connection, house: House, booking: Booking) -> dict[str, str]:
    """Whom we greet, and who signs: whoever has the open conversation, else who is on shift."""
    shop, talk = house.settings.shop, conversations.of(conn, booking.reference)
    theirs = talk.agent if talk is not None and talk.with_person else None
    return {
        "given_name": names.given_name(booking.given_name, booking.locale),
        "agent": theirs or shop.agent,
        "shop": shop.name,
    }


def expected(window: TimeWindow | None, booking: Booking) -> str:
    """The hours the driver reckons with, where they are fewer than the promise and within it."""
    if window is None or window == booking.window:
        return ""
    if window.start < booking.window.start or booking.window.end < window.end:
        return ""
    return phrases.hours(window.into(ZoneInfo(booking.zone_name)), booking.locale, sms=True)


def place(booking: Booking) -> str:
    return str((booking.option.get("place") or {}).get("name") or "")


def street(booking: Booking) -> str:
    return str((booking.option.get("place") or {}).get("street") or "")


def collect_until(booking: Booking) -> date | None:
    """The last day on which it can be fetched, where it waits for that."""
    until = (booking.option.get("place") or {}).get("until")
    return datetime.fromisoformat(until).date() if until else None


def today(booking: Booking, now: datetime) -> date:
    return now.astimezone(booking.window.start.tzinfo).date()


def when(window: TimeWindow, booking: Booking, near_day: date | None) -> str:
    return phrases.when(window, booking.locale, today=near_day, sms=True)


def near(booking: Booking, now: datetime) -> str:
    """The promise with the date and, where it is near, the word for the day too."""
    near_day, on = today(booking, now), booking.window.start.date()
    word = phrases.day(on, booking.locale, today=near_day, sms=True)
    dated = phrases.day(on, booking.locale, sms=True)
    said = when(booking.window, booking, None)
    return said if word == dated else f"{word} {said}"


def listed(times: Sequence[TimeWindow], booking: Booking, now: datetime) -> tuple[str, ...]:
    near_day = today(booking, now)
    return tuple(when(each, booking, near_day) for each in times)


def clock(booking: Booking, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(booking.window.start.tzinfo)
    return phrases.clock_time(local, booking.locale)


def minutes_late(was: TimeWindow, now_promised: TimeWindow) -> int:
    later = (now_promised.end.timestamp() - was.end.timestamp()) / 60
    return max(5, round(later / 5) * 5)


def why(reason: Mapping[str, str], booking: Booking) -> str:
    """The reason as a sentence of its own, if there is one in the customer's language."""
    said = in_language(reason, booking.locale)
    if not said:
        return ""
    return said[0].upper() + said[1:] + ("" if said[-1] in ".!?" else ".")
