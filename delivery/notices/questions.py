"""What we ask a customer who wrote, before we do what they seem to want; a digit answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.notices.signed import ByName


@dataclass(frozen=True)
class ConfirmTime(ByName):
    """Is it this time? 1 takes it, 2 shows others."""

    name: ClassVar[str] = "confirm_time"
    lane: ClassVar[int] = 0
    when: str
    #: What it costs to come then, as a price; empty where it costs nothing.
    fee: str
    link: str


@dataclass(frozen=True)
class ConfirmCancel(ByName):
    """Is the delivery to be called off? 1 does it, 2 keeps it."""

    name: ClassVar[str] = "confirm_cancel"
    lane: ClassVar[int] = 0
    when: str
    link: str


@dataclass(frozen=True)
class ConfirmPlace(ByName):
    """Is it to go to this address? 1 has it brought there, 2 lets a person ask."""

    name: ClassVar[str] = "confirm_place"
    lane: ClassVar[int] = 0
    address: str
    when: str
    link: str


@dataclass(frozen=True)
class WhichDelivery(ByName):
    """Several deliveries are under way, and the reply may be about any of them."""

    name: ClassVar[str] = "which_delivery"
    lane: ClassVar[int] = 0
    #: What is in it and when it comes.
    deliveries: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class WhichPlace(ByName):
    """Places from which the parcel can be fetched instead."""

    name: ClassVar[str] = "which_place"
    lane: ClassVar[int] = 0
    #: The name and the street of each.
    places: tuple[str, ...]
    link: str
