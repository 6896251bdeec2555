"""A reply by SMS, a press on the page and a hand at the desk, all at once, round after round."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import orjson
from sqlalchemy import select, update

from delivery.flows import offering, quoting, rescheduling
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.flows.replies import answer_next_reply
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.bookings import Booking
from delivery.rules.refusals import Outdated
from delivery.store import bookings
from notifications import inbox
from notifications.tables import message
from tests.nests import wrong_counts
from tests.times import NOW
from tests.together import at_once

_REF, _PHONE = "P-3", "+358401234567"
#: What may be the last word after a round, each with the window that stands in it.
_TRUE_WORDS = ("rescheduled", "where_is_it", "slot_gone")


def a_booking(house: House) -> None:
    """Aino's delivery, booked."""
    ask = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="en")
    quote = orjson.loads(quoting.quote_options(house, ask, now=NOW))
    wanted = next(each["id"] for each in quote["options"] if each["carrier"] == "own_van")
    hold_option(house, "h-3", HoldAsk(quote["id"], wanted), now=NOW)
    who = Recipient(given_name="Aino", phone=_PHONE, locale="en")
    book(house, _REF, BookingAsk("h-3", who, {}, "", "d"), now=NOW)


def play(house: House, number: int, careful: bool = True) -> int:
    """One round: they all look, then all act; how many moved it. The last word must be true.

    Without care (the bad twin) the page and the desk do not say what they saw.
    """
    seen = _ask_again(house, number)
    actors = [partial(_by_sms, house), partial(_by_hand, house, seen, "page", -1, careful),
              partial(_by_hand, house, seen, "desk", -2, careful)]  # fmt: skip
    at_once(actors)
    with house.database.read() as conn:
        after = bookings.get(conn, _REF)
        moves = after.version - seen.version
        assert wrong_counts(conn) == []
        rows = conn.execute(
            select(message.c.notice, message.c.body)
            .where(message.c.about == _REF, message.c.state == "queued")
            .order_by(message.c.id)
        ).all()
    assert rows[-1].notice in _TRUE_WORDS, rows[-1]
    if rows[-1].notice != "slot_gone":
        assert phrases.when(after.window, "en", sms=True) in rows[-1].body
    return moves


def _ask_again(house: House, number: int) -> Booking:
    """Everything said so far has left; three times are listed, and a reply to them is in."""
    with house.database.write() as conn:
        conn.execute(update(message).values(state="sent", created_at=NOW - timedelta(hours=1)))
        seen = bookings.get(conn, _REF)
        assert len(offering.list_times(conn, house, seen, now=NOW)) == 3
        inbox.keep_reply(
            conn, provider_id=f"SM{number:032}", sender=_PHONE, recipient="+358401000000",
            body="1", now=NOW,
        )  # fmt: skip
    return seen


def _by_sms(house: House) -> bool:
    return answer_next_reply(house, now=NOW)


def _by_hand(house: House, seen: Booking, by: str, which: int, careful: bool) -> bool:
    try:
        with house.database.write() as conn:
            known = bookings.lock(conn, _REF)
            if careful and known.version != seen.version:
                raise Outdated
            free = [
                each for each in rescheduling.move_options(conn, house, known, now=NOW)
                if each.window.minutes == 120
            ]  # fmt: skip
            rescheduling.move(conn, house, known, free[which], by=by, now=NOW)
    except Outdated:
        return False
    return True
