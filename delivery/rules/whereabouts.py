"""Where a delivery is, as whoever asks is told: from its state, its promise and the clock."""

from __future__ import annotations

from datetime import datetime

from delivery.rules.bookings import BOOKED, ON_THE_WAY, READY_FOR_PICKUP, Booking

LATE = "late"
#: States in which only a person can say what is the matter.
NEEDS_PERSON = ("lost", "failed", LATE)
_SAID = (BOOKED, ON_THE_WAY, READY_FOR_PICKUP, "delivered", "failed", "cancelled")


def stage_of(booking: Booking, now: datetime) -> str:
    """`booked`, `on_the_way`, `late`, `ready_for_pickup`, `delivered`, `failed` or `cancelled`.

    Late is what should have come and has not; what is lost or goes back is `failed`.
    """
    if booking.state in (BOOKED, ON_THE_WAY) and now >= booking.window.end:
        return LATE
    return booking.state if booking.state in _SAID else "failed"
