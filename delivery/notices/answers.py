"""What we answer to a customer who wrote or pressed something; these go first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.notices.signed import ByName, Signed


@dataclass(frozen=True)
class Rescheduled(ByName):
    """The delivery has its new time. `undo_until` is empty when it can not be taken back."""

    name: ClassVar[str] = "rescheduled"
    lane: ClassVar[int] = 0
    when: str
    undo_until: str
    link: str


@dataclass(frozen=True)
class Cancelled(ByName):
    """The delivery is called off."""

    name: ClassVar[str] = "cancelled"
    lane: ClassVar[int] = 0
    when: str
    link: str


@dataclass(frozen=True)
class SlotGone(ByName):
    """The time that was asked for is not free; others that are."""

    name: ClassVar[str] = "slot_gone"
    lane: ClassVar[int] = 0
    #: The promise that stands meanwhile.
    when: str
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class WhichTime(ByName):
    """Several times fit what was asked for."""

    name: ClassVar[str] = "which_time"
    lane: ClassVar[int] = 0
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class NotUnderstood(ByName):
    """A reply was not understood; what can be said."""

    name: ClassVar[str] = "not_understood"
    lane: ClassVar[int] = 0
    times: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class HandedOver(ByName):
    """A person reads the reply and answers."""

    name: ClassVar[str] = "handed_over"
    lane: ClassVar[int] = 0
    link: str
    #: Until when: a clock time ("14:30"), after its day where that is another ("Mon 16 November
    #: 9:30"). Empty when nothing is promised.
    by: str = ""


@dataclass(frozen=True)
class TakenOver(ByName):
    """The first answer of somebody who has the conversation from another."""

    name: ClassVar[str] = "taken_over"
    lane: ClassVar[int] = 0
    #: Who had it until now.
    before: str
    text: str
    link: str


@dataclass(frozen=True)
class Answer(Signed):
    """What a person of the shop wrote."""

    name: ClassVar[str] = "answer"
    lane: ClassVar[int] = 0
    text: str
    #: Empty for somebody who has no delivery with us.
    link: str = ""


@dataclass(frozen=True)
class OptedOut(ByName):
    """No more SMS, as was asked; the provider confirms it by SMS, we by e-mail."""

    name: ClassVar[str] = "opted_out"
    lane: ClassVar[int] = 0
    channels: ClassVar[tuple[str, ...]] = ("email",)
    link: str
