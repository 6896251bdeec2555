"""What a reply was about, settled at once: noted, changed, or said where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.notices.signed import ByName


@dataclass(frozen=True)
class PlaceChanged(ByName):
    """It is left or fetched elsewhere."""

    name: ClassVar[str] = "place_changed"
    lane: ClassVar[int] = 0
    #: `neighbour`, `safe_place` (both: if nobody opens), `address` or `pickup_point`.
    kind: str
    #: The customer's own words, the address, or the pickup point's name.
    text: str
    when: str
    link: str


@dataclass(frozen=True)
class WhereIsIt(ByName):
    """Where the delivery is, as it is."""

    name: ClassVar[str] = "where_is_it"
    lane: ClassVar[int] = 0
    #: `booked`, `on_the_way`, `late`, `ready_for_pickup`, `delivered`, `failed` or `cancelled`.
    stage: str
    #: What is promised.
    when: str
    #: The hours the driver reckons with; may be empty.
    expected: str
    #: When that began: a clock time of today ("16:40"), else a day; may be empty.
    since: str
    #: The pickup place's name; empty at the door.
    place: str
    #: The last day on which it can be fetched; may be empty.
    until: str
    link: str


@dataclass(frozen=True)
class Noted(ByName):
    """What was written reaches the driver."""

    name: ClassVar[str] = "noted"
    lane: ClassVar[int] = 0
    link: str


@dataclass(frozen=True)
class YouAreWelcome(ByName):
    """To somebody who said thanks."""

    name: ClassVar[str] = "you_are_welcome"
    lane: ClassVar[int] = 0
    link: str


@dataclass(frozen=True)
class FeedbackThanked(ByName):
    """Thanks for saying how it went."""

    name: ClassVar[str] = "feedback_thanked"
    lane: ClassVar[int] = 0
    #: It did not go well: a person reads it and answers.
    low: bool
    link: str
