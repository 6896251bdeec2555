"""Every message we can send, by name; its text lies in templates/notices/<name>/.

Lane 0 is an answer to a person and goes first, lane 1 is news of a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from notifications.notice import Notice


@dataclass(frozen=True)
class _Signed(Notice):
    """From a person of the shop."""

    agent: str
    shop: str


@dataclass(frozen=True)
class _ByName(_Signed):
    """To a customer whom we greet by given name, as it is written; empty where unknown."""

    given_name: str


@dataclass(frozen=True)
class BookingConfirmed(_ByName):
    """The delivery is booked, and where it can be seen and changed."""

    name: ClassVar[str] = "booking_confirmed"
    urgent: ClassVar[bool] = False
    when: str
    #: The pickup place's name; empty at the door.
    place: str
    link: str


@dataclass(frozen=True)
class Delayed(_ByName):
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
class MovedEarlier(_ByName):
    """We come earlier than promised, and other times for those who are out then."""

    name: ClassVar[str] = "moved_earlier"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=6)
    when: str
    was: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class OnTheWay(_ByName):
    """The parcel has left for the customer today."""

    name: ClassVar[str] = "on_the_way"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=4)
    when: str
    link: str


@dataclass(frozen=True)
class Delivered(_ByName):
    """The parcel is there."""

    name: ClassVar[str] = "delivered"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=24)
    place: str


@dataclass(frozen=True)
class Missed(_ByName):
    """We came and nobody opened; other times."""

    name: ClassVar[str] = "missed"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=24)
    at: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class AtPickupPoint(_ByName):
    """The parcel can be fetched."""

    name: ClassVar[str] = "at_pickup_point"
    place: str
    street: str
    #: The last day on which it can be fetched; may be empty.
    until: str
    link: str


@dataclass(frozen=True)
class Rescheduled(_ByName):
    """The delivery has its new time. `undo_until` is empty when it can not be taken back."""

    name: ClassVar[str] = "rescheduled"
    lane: ClassVar[int] = 0
    when: str
    undo_until: str
    link: str


@dataclass(frozen=True)
class Cancelled(_ByName):
    """The delivery is called off."""

    name: ClassVar[str] = "cancelled"
    lane: ClassVar[int] = 0
    when: str


@dataclass(frozen=True)
class SlotGone(_ByName):
    """The time that was asked for is not free; others that are."""

    name: ClassVar[str] = "slot_gone"
    lane: ClassVar[int] = 0
    #: The promise that stands meanwhile.
    when: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class WhichTime(_ByName):
    """Several times fit what was asked for."""

    name: ClassVar[str] = "which_time"
    lane: ClassVar[int] = 0
    times: tuple[str, ...]


@dataclass(frozen=True)
class NotUnderstood(_ByName):
    """A reply was not understood; what can be said."""

    name: ClassVar[str] = "not_understood"
    lane: ClassVar[int] = 0
    times: tuple[str, ...]


@dataclass(frozen=True)
class HandedOver(_ByName):
    """A person reads the reply and answers."""

    name: ClassVar[str] = "handed_over"
    lane: ClassVar[int] = 0


@dataclass(frozen=True)
class Answer(_Signed):
    """What a person of the shop wrote."""

    name: ClassVar[str] = "answer"
    lane: ClassVar[int] = 0
    text: str


#: All of them, by name.
NOTICES: dict[str, type[Notice]] = {
    each.name: each
    for each in (
        BookingConfirmed, Delayed, MovedEarlier, OnTheWay, Delivered, Missed, AtPickupPoint,
        Rescheduled, Cancelled, SlotGone, WhichTime, NotUnderstood, HandedOver, Answer,
    )
}  # fmt: skip

#: Notices that name the promised window: a newer one replaces those that have not left.
NAMING_A_WINDOW = (
    BookingConfirmed.name, Delayed.name, MovedEarlier.name, OnTheWay.name, Rescheduled.name,
    SlotGone.name, WhichTime.name, NotUnderstood.name, Missed.name,
)  # fmt: skip
