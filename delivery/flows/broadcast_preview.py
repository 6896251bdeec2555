"""What a broadcast will do, before anybody confirms it: texts of real people, cost, and when.

Up to `EXACT` recipients every text is made; of more a sample by chance, and then what is counted
from the texts is an estimate and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.flows.broadcast_offers import wish_of
from delivery.flows.broadcast_words import notice_for
from delivery.house import House
from delivery.rules.bookings import Booking
from delivery.rules.broadcast_fields import Saying
from delivery.rules.broadcasts import Tally, last_leaves
from delivery.rules.windows import TimeWindow
from delivery.store import broadcast_progress, broadcast_samples
from notifications.phone import masked
from notifications.text import segments

EXACT = 2000
SAMPLE = 200
#: Free times are looked up for so many places and windows; others count as one of those.
LOOKED_UP = 8
#: Texts that are shown of each language, and in all.
OF_EACH, SHOWN = 2, 9
#: Segments a second where none are allotted: what one worker sends to a provider on another
#: continent.
UNPACED = 100.0


@dataclass(frozen=True)
class Text:
    """One message as somebody would get it."""

    booking: Booking
    body: str
    segments: int
    #: The character that made it dear; empty when none did.
    costly: str

    def as_json(self, *, dearest: bool) -> dict[str, Any]:
        return {
            "to": masked(str(self.booking.phone)), "locale": self.booking.locale,
            "body": self.body, "name": self.booking.given_name, "segments": self.segments,
            "costly": self.costly, "costliest": dearest,
        }  # fmt: skip


class _Times:
    """Free times by place and window, looked up for the first few of them."""

    def __init__(self, conn: Connection, house: House, saying: Saying, now: datetime) -> None:
        self._conn, self._house, self._saying, self._now = conn, house, saying, now
        self._known: dict[Any, list[TimeWindow]] = {}
        self.is_exact = True

    def of(self, booking: Booking, coming: TimeWindow, planned: TimeWindow) -> list[TimeWindow]:
        if not self._saying.effect.offers:
            return []
        postcode = booking.destination.get("postcode")
        key = (booking.service, postcode, booking.slot_id, coming)
        if key not in self._known:
            if len(self._known) >= LOOKED_UP:
                self.is_exact = False
                return next(iter(self._known.values()))
            wish = wish_of(self._conn, self._house, booking, coming, planned, now=self._now)
            self._known[key] = [each.window for each in wish.options]
        return self._known[key]


def preview(
    conn: Connection, house: House, number: int, saying: Saying, tally: Tally,
    asleep_until: datetime | None, *, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """`counts`, `segments`, `cost`, `samples` and `consequences`, as the contract shows them."""
    every = 1 if tally.by_sms <= EXACT else tally.by_sms // SAMPLE
    known = broadcast_samples.told_by_sms(conn, number, every=every, most=EXACT)
    times = _Times(conn, house, saying, now)
    texts = list(_texts(conn, house, saying, known, times, now))
    summed = sum(each.segments for each in texts)
    is_exact = len(texts) == tally.by_sms and times.is_exact
    total = summed if len(texts) == tally.by_sms else _share(summed, len(texts), tally.by_sms)
    amount = round(total * house.settings.sms.price_minor)
    return {
        "counts": tally.as_json(),
        "segments": total,
        "cost": {"amount": amount, "currency": house.settings.shop.currency},
        "samples": [
            each.as_json(dearest=place == 0 and len(texts) > 0)
            for place, each in enumerate(_shown(texts))
        ],
        "consequences": {
            "told": tally.told, "by_sms": tally.by_sms, "is_estimate": not is_exact,
            **_leaving(conn, house, number, saying, total, tally, asleep_until, now),
            "without_own_language": _foreign(tally, saying),
        },
    }  # fmt: skip


def _texts(
    conn: Connection, house: House, saying: Saying, known: Sequence[Booking], times: _Times,
    now: datetime,
) -> Iterator[Text]:  # fmt: skip
    late = broadcast_samples.planned_windows(conn, known) if saying.effect.moves else {}
    for booking in known:
        planned = late.get(booking.reference, booking.window)
        coming = saying.effect.coming(booking.window, planned)
        told = notice_for(
            house, saying, replace(booking, window=coming), booking.window,
            times.of(booking, coming, planned), now=now,
        )  # fmt: skip
        body = house.texts.render(told, booking.locale)
        counted = segments(body)
        yield Text(booking, body, counted.count, counted.costly)


def _share(summed: int, of: int, all_of_them: int) -> int:
    return round(summed * all_of_them / of) if of else 0


def _shown(texts: Sequence[Text]) -> list[Text]:
    """The dearest first, then of each language a few with different names."""
    if not texts:
        return []
    dearest = max(texts, key=lambda each: (each.segments, len(each.body)))
    picked, seen, of_each = [dearest], {dearest.booking.given_name}, {dearest.booking.locale: 1}
    for each in texts:
        name, locale = each.booking.given_name, each.booking.locale
        if len(picked) < SHOWN and name not in seen and of_each.get(locale, 0) < OF_EACH:
            picked.append(each)
            seen.add(name)
            of_each[locale] = of_each.get(locale, 0) + 1
    return picked


def _leaving(
    conn: Connection, house: House, number: int, saying: Saying, total: int, tally: Tally,
    asleep_until: datetime | None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """When the last one will have left, and whose time will have passed by then."""
    per_second = house.settings.twilio.segments_per_second or UNPACED
    last = last_leaves(
        now, segments=total, ahead=broadcast_progress.segments_ahead(conn, now=now),
        per_second=per_second,
        delay=timedelta(seconds=house.settings.broadcasts.start_delay_seconds),
    )  # fmt: skip
    zone = house.policy.zone
    by = timedelta(minutes=saying.effect.minutes)
    passed = 0
    if saying.effect.moves or saying.effect.offers:
        passed = broadcast_samples.over_by(conn, number, last - by)
    late = max(last, asleep_until) if tally.asleep and asleep_until else last
    return {
        "last_leaves_at": late.astimezone(zone).isoformat(), "window_passed": passed,
        "segments_per_second": per_second,
    }  # fmt: skip


def _foreign(tally: Tally, saying: Saying) -> dict[str, int]:
    """Who reads a text in another language than their own, by that language of theirs."""
    given = [set(texts) for texts in saying.texts.values() if texts]
    if not given:
        return {}
    return {
        locale: count
        for locale, count in tally.locales.items()
        if not all({locale, locale.split("-")[0], ""} & languages for languages in given)
    }
