"""News of a delivery, told before anybody has to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from delivery.notices.signed import ByName


@dataclass(frozen=True)
class BookingConfirmed(ByName):
    """The delivery is booked, and where it can be seen and changed: an answer to who orders."""

    name: ClassVar[str] = "booking_confirmed"
    # Who orders at three in the morning is awake.
    lane: ClassVar[int] = 0
    when: str
    #: The pickup place's name; empty at the door.
    place: str
    link: str


@dataclass(frozen=True)
class Delayed(ByName):
    """We come later than promised: by how much, why, and other times that are free."""

    name: ClassVar[str] = "delayed"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=6)
    minutes: int
    when: str
    was: str
    reason: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class NewTimeNeeded(ByName):
    """We cannot come at `when`; the customer chooses among times that are kept for them."""

    name: ClassVar[str] = "new_time_needed"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=6)
    when: str
    #: A sentence; may be empty.
    reason: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class MovedEarlier(ByName):
    """We come earlier than promised, and other times for those who are out then."""

    name: ClassVar[str] = "moved_earlier"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=6)
    when: str
    was: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class EveningBefore(ByName):
    """We come tomorrow. One who read of that window lately knows."""

    name: ClassVar[str] = "evening_before"
    urgent: ClassVar[bool] = False
    capped: ClassVar[bool] = True
    unless_told: ClassVar[timedelta | None] = timedelta(hours=12)
    when: str
    link: str


@dataclass(frozen=True)
class OnTheWay(ByName):
    """The parcel has left for the customer today.

    `expected` is the narrower window the driver reckons with, within the promised one; may be
    empty.
    """

    name: ClassVar[str] = "on_the_way"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=4)
    when: str
    expected: str
    link: str


@dataclass(frozen=True)
class BackOnTime(ByName):
    """What was late comes within the window first promised after all."""

    name: ClassVar[str] = "back_on_time"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=6)
    when: str
    link: str


@dataclass(frozen=True)
class Delivered(ByName):
    """The parcel is there."""

    name: ClassVar[str] = "delivered"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=24)
    place: str
    link: str


@dataclass(frozen=True)
class Missed(ByName):
    """We came and nobody opened; other times."""

    name: ClassVar[str] = "missed"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=24)
    at: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class AtPickupPoint(ByName):
    """The parcel can be fetched."""

    name: ClassVar[str] = "at_pickup_point"
    place: str
    street: str
    #: The last day on which it can be fetched; may be empty.
    until: str
    link: str


@dataclass(frozen=True)
class PickupReminder(ByName):
    """The parcel has not been fetched, and goes back soon."""

    name: ClassVar[str] = "pickup_reminder"
    urgent: ClassVar[bool] = False
    capped: ClassVar[bool] = True
    place: str
    street: str
    #: The last day on which it can be fetched.
    until: str
    #: How many days that is from today; 0 is today.
    days: int
    link: str


@dataclass(frozen=True)
class ReturnBooked(ByName):
    """What is sent back is fetched, or brought to a place."""

    name: ClassVar[str] = "return_booked"
    urgent: ClassVar[bool] = False
    when: str
    #: The place it is brought to; empty where we fetch it.
    place: str
    link: str
