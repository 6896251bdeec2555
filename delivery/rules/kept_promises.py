"""How well promises were kept: counted from our own outcomes, shown with its count.

What counts is the window that the customer last agreed to: the one that was booked, or one they
moved to themselves. A delay that we announced is told honestly and still is a promise broken.
Kept is what was delivered, or ready to fetch, before that window ended. Broken is what came later,
failed, was lost or returned, and what is a day late without a word. Cancelled deliveries and those
whose window has not ended do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

#: Causes of a promise that the customer agreed to.
AGREED = ("booked", "rescheduled", "undone", "narrowed")
#: Milestones that end a delivery as promised.
ARRIVED = ("delivered", "at_pickup_point")
#: States from which nothing arrives in time any more.
_IN_VAIN = ("failed", "lost", "returned")
_SILENT_FOR = timedelta(hours=24)
#: Fewer say more about chance than about us.
FEWEST = 20
#: So far back one looks.
LOOKED_BACK = timedelta(days=90)

Key = tuple[str, str]


class Outcome(NamedTuple):
    """One delivery whose agreed window has ended."""

    service: str
    area: str
    state: str
    agreed_until: datetime
    arrived_at: datetime | None


@dataclass(frozen=True)
class TrackRecord:
    """Promises kept, and how many there were, by service and area; one version of it."""

    version: int
    by_area: Mapping[Key, tuple[int, int]]
    by_service: Mapping[str, tuple[int, int]]

    def rate(self, service: str, area: str) -> tuple[int, int] | None:
        """(kept, of) in this area; of the whole service where the area has too few; or None."""
        for counted in (self.by_area.get((service, area)), self.by_service.get(service)):
            if counted is not None and counted[1] >= FEWEST:
                return counted
        return None

    def as_json(self) -> list[list[Any]]:
        return [[*key, *counted] for key, counted in sorted(self.by_area.items())]

    @classmethod
    def from_json(cls, version: int, kept: Iterable[Iterable[Any]]) -> TrackRecord:
        by_area: dict[Key, tuple[int, int]] = {}
        by_service: dict[str, tuple[int, int]] = {}
        for service, area, good, of in kept:
            by_area[service, area] = (good, of)
            before = by_service.get(service, (0, 0))
            by_service[service] = (before[0] + good, before[1] + of)
        return cls(version, by_area, by_service)


NO_RECORD = TrackRecord(0, {}, {})


def area_of(kind: str, zone: str | None, postcode: str) -> str:
    """The zone of a van at the door; for all others the region, two digits of the postcode."""
    return zone if kind == "to_door" and zone else postcode[:2]


def was_kept(outcome: Outcome, now: datetime) -> bool | None:
    """Whether the promise was kept; None while nobody can say."""
    if outcome.arrived_at is not None:
        return outcome.arrived_at <= outcome.agreed_until
    if outcome.state in _IN_VAIN or now > outcome.agreed_until + _SILENT_FOR:
        return False
    return None


def counted(outcomes: Iterable[Outcome], now: datetime) -> TrackRecord:
    """The record of these outcomes, without a version yet."""
    found: dict[Key, tuple[int, int]] = {}
    for each in outcomes:
        kept = was_kept(each, now)
        if kept is not None:
            good, of = found.get((each.service, each.area), (0, 0))
            found[each.service, each.area] = (good + kept, of + 1)
    return TrackRecord.from_json(0, [[*key, *count] for key, count in sorted(found.items())])
