"""What customers wrote while we could not hear: when the provider is asked, and how far back.

What it lists is behind by up to a minute, so that each look goes over hours that were seen before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from delivery.house import House
from delivery.senders import build_fallback, build_hearing
from delivery.settings import Settings
from delivery.store.engine import Database
from notifications.missed import fetch_missed
from notifications.providers.base import LookupFailed

log = structlog.get_logger()

OVERLAP = timedelta(hours=2)

#: When this process last heard all there was. One that has just begun goes back as far as may be.
_HEARD: WeakKeyDictionary[Database, datetime] = WeakKeyDictionary()


def fetch_missed_replies(house: House, *, now: datetime) -> int:
    """Keep the replies that the provider has and we have not; how many there were.

    A provider that cannot be asked is asked again next time, for all that was left out.
    """
    if not _has_a_record(house.settings):
        return 0
    try:
        found = fetch_missed(
            house.database, build_hearing(house.settings), since=_since(house, now),
            clock=house.clock, fallback=build_fallback(house),
        )  # fmt: skip
    except LookupFailed as error:
        log.warning("missed replies could not be asked for", error=str(error))
        return 0
    _HEARD[house.database] = now
    return found


def _has_a_record(settings: Settings) -> bool:
    """A console has none, and a stand-in is not Twilio's own address."""
    if settings.sms.provider == "stand_in":
        return bool(settings.twilio.base_url)
    return settings.sms.provider == "twilio"


def _since(house: House, now: datetime) -> datetime:
    farthest = now - timedelta(hours=house.settings.replies.fetch_hours)
    heard = _HEARD.get(house.database)
    return farthest if heard is None else max(farthest, heard - OVERLAP)
