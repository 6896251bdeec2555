"""A stop is confirmed by e-mail, where there is an address: wherever it was said, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from delivery import notices
from delivery.flows import fields
from delivery.flows.posting import in_utc, may_email, post
from delivery.flows.showing import link_of
from delivery.house import House
from delivery.store import bookings, stopped

BATCH = 100
#: Nobody asks any more whether what is longer ago was heard.
_FRESH = timedelta(hours=24)


def confirm_stops(house: House, *, now: datetime) -> bool:
    """Tell those who have stopped our SMS that none will come; True when there may be more."""
    with house.database.read() as conn:
        found = stopped.unconfirmed(conn, now - _FRESH, most=BATCH)
    for each in found:
        with house.database.write() as conn:
            booking = bookings.lock(conn, each.reference)
            if may_email(booking):
                told = notices.OptedOut(
                    **fields.by_name(conn, house, booking), link=link_of(house, booking)
                )
                post(conn, house, booking, told, f"{told.name}:{in_utc(each.since)}", now=now)
    return len(found) == BATCH
