"""A place kept for a customer until it expires, is booked or is given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

OPEN = "open"
BOOKED = "booked"
RELEASED = "released"
EXPIRED = "expired"


@dataclass(frozen=True)
class Hold:
    id: str
    quote_id: str
    option_id: str
    #: The option as it was shown, in the contract's JSON.
    option: dict[str, Any]
    slot_id: int | None
    state: str
    origin: str
    extensions: int
    created_at: datetime
    expires_at: datetime
    #: Load units taken with the place.
    load: int = 0

    def state_at(self, now: datetime) -> str:
        """Its state as the customer may count on it: once its time is over it is not open."""
        return EXPIRED if self.state == OPEN and now >= self.expires_at else self.state


def is_past_cut_off(option: dict[str, Any], *, patience: timedelta, now: datetime) -> bool:
    """Whether an option as shown can no longer be made: its cut-off went by `patience` ago.

    A quote is a locked price for as long as it is valid, also past a cut-off; so `patience` is
    that long. An option without a cut-off is never past it.
    """
    told = option.get("cutoff_at")
    return told is not None and now >= datetime.fromisoformat(told) + patience
