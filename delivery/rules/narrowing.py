"""Making a booked window narrower on the day: what is still a choice when moving is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from delivery.rules.bookings import BOOKED, Booking
from delivery.rules.candidates import PLENTY
from delivery.rules.windows import TimeWindow

#: A round is planned to the door in its last hour; until then an hour in it may be chosen.
CLOSES_BEFORE = timedelta(minutes=60)


class Inside(NamedTuple):
    """A window that lies within the booked one, and what is left in it."""

    id: int
    #: The windows it lies within, widest first.
    within: tuple[int, ...]
    places: int
    #: Load units; None where nothing limits them.
    units: int | None


def may_narrow(booking: Booking, window: TimeWindow, cutoff: datetime, now: datetime) -> bool:
    """Whether a booking may take a narrower window within `window`, the one it has places in.

    From the cut-off of its window (until then it may be moved like any other) to `CLOSES_BEFORE`
    it begins, as long as the window is the one that stands promised and the goods are with us.
    """
    return (
        booking.state == BOOKED
        and booking.kind == "to_door"
        and booking.window == window
        and cutoff <= now < window.start - CLOSES_BEFORE
    )


def free_inside(held: int, inside: Iterable[Inside], load: int) -> dict[int, int]:
    """The windows within `held` that a booking there may take, with the places left in each.

    The place in `held`, and in all around it, it has already; what lies between must be free too.
    """
    left = {each.id: _fits(each, load) for each in inside}
    chains = {each.id: (*_below(held, each.within), each.id) for each in inside}
    fewest = {id: min(left.get(part, 0) for part in chain) for id, chain in chains.items()}
    return {id: places for id, places in fewest.items() if places > 0}


def _fits(window: Inside, load: int) -> int:
    units = PLENTY if window.units is None or load == 0 else window.units // load
    return min(window.places, units)


def _below(held: int, within: tuple[int, ...]) -> tuple[int, ...]:
    return within[within.index(held) + 1 :]
