"""A delivery the customer has chosen and paid, and when it may still be moved or cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from delivery.rules.windows import TimeWindow

BOOKED = "booked"
ON_THE_WAY = "on_the_way"
READY_FOR_PICKUP = "ready_for_pickup"
FAILED = "failed"
CANCELLED = "cancelled"

#: What a booking may become from each state; nothing leaves an empty one.
MOVES: dict[str, frozenset[str]] = {
    BOOKED: frozenset({ON_THE_WAY, READY_FOR_PICKUP, "delivered", "failed", "lost", CANCELLED,
                       "returned"}),
    ON_THE_WAY: frozenset({READY_FOR_PICKUP, "delivered", "failed", "lost", "returned"}),
    READY_FOR_PICKUP: frozenset({"delivered", "failed", "lost", "returned"}),
    "failed": frozenset({ON_THE_WAY, READY_FOR_PICKUP, "delivered", "lost", "returned"}),
    "lost": frozenset({ON_THE_WAY, READY_FOR_PICKUP, "delivered", "returned"}),
    "delivered": frozenset(),
    CANCELLED: frozenset(),
    "returned": frozenset(),
}  # fmt: skip


@dataclass(frozen=True)
class Booking:
    reference: str
    digest: str
    hold_id: str
    quote_id: str
    state: str
    #: Raised by every change; a writer that read an older one has lost.
    version: int
    #: The option as shown when chosen, in the contract's JSON.
    option: dict[str, Any]
    carrier: str
    service: str
    slot_id: int | None
    tracking_number: str | None
    #: The promise that stands now, in the zone of the place.
    window: TimeWindow
    zone_name: str
    destination: dict[str, Any]
    customer_id: str | None
    given_name: str
    family_name: str
    phone: str | None
    email: str | None
    locale: str
    consent: dict[str, Any]
    link_version: int
    link_hash: str
    created_at: datetime
    changed_at: datetime
    #: Load units taken with the place.
    load: int = 0
    #: Whom or where it may be left with: {"kind", "text"}.
    leave_with: dict[str, Any] | None = None
    #: Fees of moves that were agreed to, and what the desk gave: {"code", "amount", "at"} each.
    charges: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """How it reaches the customer: to_door, pickup_point, locker or store."""
        return str(self.option["kind"])


@dataclass(frozen=True)
class Promise:
    """One window we gave a customer, and why it became so."""

    version: int
    window: TimeWindow
    cause: str
    reason: dict[str, str]
    at: datetime
    #: As the customer was told it, in their language.
    words: str = ""
    #: The zone of its place, and the release of the rules that made it instants.
    zone_name: str = ""
    tzdata: str = ""


@dataclass(frozen=True)
class Note:
    """What the driver should know: said at checkout (`shop`) or in a reply (`reply`)."""

    source: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Milestone:
    milestone: str
    at: datetime


def may_move(booking: Booking, *, delayed_since_leaving: bool, now: datetime) -> bool:
    """Whether it may take another time: before it leaves, once we are late, or came in vain."""
    if booking.slot_id is None or booking.kind != "to_door":
        return False
    if booking.state == FAILED:
        return True
    if now >= booking.window.end:
        return False
    return booking.state == BOOKED or (booking.state == ON_THE_WAY and delayed_since_leaving)


def may_cancel(booking: Booking, *, now: datetime) -> bool:
    """Whether it may be called off: before it leaves and before its time is over."""
    return booking.state == BOOKED and now < booking.window.end


def delayed_since_leaving(promises: list[Promise], milestones: list[Milestone]) -> bool:
    """Whether a later promise was made after the parcel went out."""
    left = [each.at for each in milestones if each.milestone == "out_for_delivery"]
    late = [each.at for each in promises if each.cause in ("delayed", "eta_changed")]
    return bool(left and late) and max(late) >= max(left)
