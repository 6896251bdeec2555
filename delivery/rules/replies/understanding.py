"""What a reply means, in the contract's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

INTENTS = (
    "reschedule", "choose", "confirm", "decline", "relocate", "note", "where", "cancel", "stop",
    "start", "help", "thanks", "rating", "human", "unknown",
)  # fmt: skip
CONTEXTS = ("none", "menu", "confirm", "feedback")


class Slotted(Protocol):
    """Anything with an id and a window, such as a slot on offer."""

    @property
    def id(self) -> str: ...
    @property
    def start(self) -> dt.datetime: ...
    @property
    def end(self) -> dt.datetime: ...


@dataclass(frozen=True)
class OfferedSlot:
    """A window that can be had."""

    id: str
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Understanding:
    """The intent, what it speaks of, and why we read it so. `slots` are ids, best first."""

    intent: str
    date: dt.date | None = None
    #: Minutes of the day; None where the text sets no bound.
    earliest: int | None = None
    latest: int | None = None
    slots: Sequence[str] = ()
    #: A line of the open menu; 0 takes the last move back.
    choice: int | None = None
    target: str | None = None
    rating: int | None = None
    language: str = "en"
    confidence: float = 0.0
    because: Sequence[str] = ()
    #: Whether the wish leaves no doubt; in doubt we ask and do not move.
    sure: bool = False
    #: Whether a yes stands in it too, as in "yes, tomorrow works".
    agrees: bool = False
    #: Every day that would do, where days are named.
    days: Sequence[dt.date] = ()
    #: Days that were refused.
    refused: Sequence[dt.date] = ()
    #: What else it says and must not be lost, as `note` beside a wish.
    also: Sequence[str] = ()
    #: Whether a machine seems to have answered ("I'm driving", "out of office").
    automatic: bool = False

    @property
    def has_hours(self) -> bool:
        return self.earliest is not None or self.latest is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "date": self.date.isoformat() if self.date else None,
            "from": _clock(self.earliest),
            "to": _clock(self.latest),
            "slots": list(self.slots),
            "choice": self.choice,
            "target": self.target,
            "rating": self.rating,
            "language": self.language,
            "confidence": round(self.confidence, 2),
            "because": list(self.because),
        }


def _clock(minutes: int | None) -> str | None:
    if minutes is None or minutes >= 24 * 60:
        return None
    return f"{minutes // 60:02}:{minutes % 60:02}"
