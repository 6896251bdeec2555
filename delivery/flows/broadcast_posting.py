"""A batch of one broadcast's recipients: promises moved, times held, messages posted, rows marked.

All of it is one transaction. Whoever is killed in it has done nothing; whoever comes after takes
the same rows again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.flows import broadcast_offers, offering, posting, promising
from delivery.flows.broadcast_offers import Wish
from delivery.flows.broadcast_words import notice_for
from delivery.house import House
from delivery.rules import broadcasts as rules
from delivery.rules.bookings import Booking
from delivery.rules.broadcast_fields import Saying
from delivery.rules.options import DeliveryOption
from delivery.rules.tracking import planned_window
from delivery.rules.windows import TimeWindow
from delivery.store import bookings, conversations
from delivery.store.broadcasts import POSTED, SKIPPED, Broadcast, Recipient, Settled, key_of
from notifications import outbox
from notifications.notice import Notice
from notifications.policy import Policy
from notifications.quiet import may_wake

#: Causes of the promise that a broadcast makes. A new window is a new plan: what is late after
#: that is late by it.
_CAUSES = {"shift": "delayed", "window": "rescheduled", "back": "eta_changed"}
_OVER, _CHANGED, _TALKING = "over", "changed", "in_conversation"


@dataclass(frozen=True)
class Batch:
    """What the recipients of one transaction have in common."""

    conn: Connection
    house: House
    broadcast: Broadcast
    saying: Saying
    policy: Policy
    now: datetime


def post_all(
    batch: Batch, recipients: Sequence[Recipient], wishes: Mapping[str, Wish]
) -> list[Settled]:
    """Do for each what the broadcast does; what became of each. Their bookings are locked."""
    known = {each.reference: bookings.lock(batch.conn, each.reference) for each in recipients}
    # What they could choose from holds only for the booking as it was looked at.
    fresh = {
        reference: wish for reference, wish in wishes.items()
        if reference in known and known[reference].version == wish.booking.version
    }  # fmt: skip
    only_held = batch.saying.effect.offers and not batch.saying.effect.moves
    times = broadcast_offers.take(
        batch.conn, batch.house, batch.broadcast.number, fresh, only_held=only_held, now=batch.now
    )
    return [
        _settled(batch, each, known[each.reference], times.get(each.reference, []))
        for each in recipients
    ]


def _settled(
    batch: Batch, recipient: Recipient, booking: Booking, times: list[DeliveryOption]
) -> Settled:
    reference, effect, was = booking.reference, batch.saying.effect, booking.window
    if effect.moves or effect.offers:
        if booking.state not in rules.AHEAD:
            return Settled(reference, SKIPPED, _OVER)
    elif booking.state not in rules.REACHED:
        return Settled(reference, SKIPPED, _OVER)
    if effect.moves:
        planned = planned_window(bookings.promises(batch.conn, reference))
        coming = effect.coming(was, planned)
        if coming.end <= batch.now:
            return Settled(reference, SKIPPED, _OVER)
        if not effect.is_news(was, planned):
            return Settled(reference, SKIPPED, _CHANGED)
        booking = _promised(batch, booking, coming)
    end = _told(batch, recipient, booking, was, times)
    return Settled(reference, end.state, end.why, effect.moves, end.message_id)


def _promised(batch: Batch, booking: Booking, coming: TimeWindow) -> Booking:
    saying = batch.saying
    cause = _CAUSES[saying.effect.kind]
    if saying.effect.kind == "shift" and saying.effect.minutes < 0:
        cause = "eta_changed"
    reason = dict(saying.texts.get("reason", {}))
    return promising.revise(batch.conn, booking, coming, cause=cause, reason=reason, now=batch.now)


def _told(
    batch: Batch, recipient: Recipient, booking: Booking, was: TimeWindow,
    times: list[DeliveryOption],
) -> Settled:  # fmt: skip
    """Write the message, over the channel that was fixed; or say why there is none."""
    conn, effect = batch.conn, batch.saying.effect
    talk = conversations.of(conn, booking.reference)
    if recipient.kind == rules.IN_CONVERSATION or (talk is not None and talk.with_person):
        return Settled(booking.reference, SKIPPED, _TALKING)
    by_sms = recipient.kind == rules.TELL and posting.may_text(booking)
    if not by_sms and not (recipient.by_email and posting.may_email(booking)):
        return Settled(booking.reference, SKIPPED)
    windows = [each.window for each in times]
    if effect.offers and by_sms:
        offering.remember(conn, batch.house, booking, times, now=batch.now)
    told = notice_for(batch.house, batch.saying, booking, was, windows, now=batch.now)
    if effect.moves or effect.offers:
        posting.replace(conn, booking, batch.now)
    number = _post(batch, booking, told, was, by_sms=by_sms)
    return Settled(booking.reference, POSTED, message_id=number)


def _post(
    batch: Batch, booking: Booking, told: Notice, was: TimeWindow, *, by_sms: bool
) -> int | None:
    effect, zone = batch.saying.effect, ZoneInfo(booking.zone_name)
    # Who waits today must hear at once, also of a time that is on another day.
    today = told.urgent and may_wake(batch.policy.quiet, zone, batch.now, was.start)
    elsewhere = {"email": str(booking.email)} if by_sms and posting.may_email(booking) else None
    broadcast = batch.broadcast
    return outbox.post(
        batch.conn, batch.house.texts, told,
        to=str(booking.phone if by_sms else booking.email), locale=booking.locale,
        about=booking.reference, dedupe_key=key_of(broadcast.id, booking.reference),
        now=batch.now, not_after=booking.window.end if effect.moves else None,
        channel="sms" if by_sms else "email", addresses=elsewhere,
        zone=zone, gate=broadcast.gate, policy=batch.policy, urgent=today or None,
        states_window=posting.as_stated(booking.window) if effect.moves else None,
        calendar=None if by_sms else posting.calendar_of(batch.house, booking, told, batch.now),
    )  # fmt: skip
