"""What a carrier's word means for a booking: states and moves as data, nothing done.

News may come late, twice or out of order. The state of a booking is what its milestones say
when read in the order in which they happened; a booking never moves back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from delivery.rules.bookings import FAILED, MOVES, Booking, Milestone, Promise
from delivery.rules.windows import TimeWindow

EVENT_TYPES = (
    "handed_over", "in_transit", "out_for_delivery", "delayed", "eta_changed", "attempt_failed",
    "at_pickup_point", "delivered", "damaged", "lost", "returning", "returned",
)  # fmt: skip
ESTIMATES = ("delayed", "eta_changed")

#: The state that a milestone brings, where it brings one.
BRINGS = {
    "out_for_delivery": "on_the_way",
    "at_pickup_point": "ready_for_pickup",
    "attempt_failed": "failed",
    "delivered": "delivered",
    "lost": "lost",
    "returned": "returned",
}
#: What needs a person of the shop.
NEEDS_PERSON = ("damaged", "lost")
#: States in which a time is still to come.
AWAITED = ("booked", "on_the_way", "failed", "lost")
#: Causes of promises that the customer or the shop chose, not a van in traffic.
MOVED = ("rescheduled", "narrowed", "undone", "relocated")
CHOSEN = ("booked", *MOVED)

#: A shift below this is no news: nobody waits differently for it.
NEWS_FROM = timedelta(minutes=15)
#: How late "late" is when nobody says by how much. No time at all would be worse.
UNSAID = timedelta(minutes=60)


@dataclass(frozen=True)
class CarrierEvent:
    """A fact as a carrier told it."""

    type: str
    occurred_at: datetime
    expected_window: TimeWindow | None = None
    minutes: int | None = None
    reason: Mapping[str, str] | None = None


def in_language(reason: Mapping[str, str], locale: str) -> str:
    """The reason as said in `locale`, else as said in no language, else nothing.

    A sentence in another language than the message's would not help its reader.
    """
    short = locale.replace("_", "-").split("-")[0].lower()
    said = reason.get(locale) or reason.get(short) or reason.get("") or ""
    return " ".join(said.split())


def state_after(
    booking: Booking, milestones: Iterable[Milestone], promises: Iterable[Promise]
) -> str:
    """The state of a booking with these milestones, in whatever order they came to us.

    A booking that took another time began anew then: what happened before does not count.
    """
    if not MOVES[booking.state]:
        return booking.state
    since = max((each.at for each in promises if each.cause in MOVED), default=None)
    state = "booked"
    for each in sorted(milestones, key=lambda one: (one.at, one.milestone)):
        reached = BRINGS.get(each.milestone)
        counts = since is None or each.at > since
        if counts and reached is not None and reached in MOVES[state]:
            state = reached
    return state


def planned_window(promises: Iterable[Promise]) -> TimeWindow:
    """The last window that was chosen, before anything was late."""
    return [each.window for each in promises if each.cause in CHOSEN][-1]


def move_fee(booking: Booking, promises: Iterable[Promise], fee: int, to: TimeWindow) -> int:
    """What a move to this window costs whoever makes it by themselves, where the shop asks a fee.

    Nothing while we are late or came in vain, and nothing within the window that they have.
    """
    late = [each.cause for each in promises][-1] not in CHOSEN
    inside = booking.window.start <= to.start and to.end <= booking.window.end
    return 0 if late or inside or booking.state == FAILED else fee


def is_stale(
    event: CarrierEvent, promises: Iterable[Promise], estimates: Iterable[datetime]
) -> bool:
    """Whether an estimate is older than a newer one, or than the time chosen since."""
    moved = [each.at for each in promises if each.cause in MOVED]
    return any(event.occurred_at < each for each in (*moved, *estimates))


def expected(
    event: CarrierEvent, standing: TimeWindow, planned: TimeWindow, zone: ZoneInfo, now: datetime
) -> TimeWindow | None:
    """The window an estimate speaks of; None when it speaks of none.

    `minutes` count from the planned window, so that the same word twice is one delay; a delay
    without either is an hour more than what stands, or an hour from now if that is over.
    """
    if event.expected_window is not None:
        return event.expected_window.into(zone)
    if event.minutes is not None:
        return planned.shifted(timedelta(minutes=event.minutes))
    if event.type != "delayed":
        return None
    over = timedelta(seconds=max(now.timestamp() - standing.end.timestamp(), 0))
    return standing.shifted(UNSAID + over)


def change_of(standing: TimeWindow, coming: TimeWindow) -> str | None:
    """`later`, `earlier`, or None where the promise holds within a quarter of an hour."""
    if coming.end - standing.end >= NEWS_FROM:
        return "later"
    if standing.start - coming.start >= NEWS_FROM:
        return "earlier"
    return None
