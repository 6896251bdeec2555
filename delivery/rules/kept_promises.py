"""How well promises were kept: counted from our own outcomes, shown with its count.

What counts is the window that the customer last agreed to: the one that was booked, or one they
moved to themselves. A delay that we announced is told honestly and still is a promise broken.
Kept is what was delivered, or at a place was ready to fetch, by the end of that window; a parcel
for the door that waits at a place is not. Broken is what came later, failed, was lost or returned,
and what is a day late without a word. Cancelled deliveries and those whose window has not ended do
not count, nor do windows that ended more than 90 days ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

#: Causes of a promise that the customer agreed to.
AGREED = ("booked", "rescheduled", "undone", "narrowed")
#: Milestones that end a delivery as promised, at a place or at the door.
ARRIVED = ("delivered", "at_pickup_point")
_ARRIVED_AT_DOOR = ("delivered",)
#: States from which nothing arrives in time any more.
IN_VAIN = ("failed", "lost", "returned")
_SILENT_FOR = timedelta(hours=24)
#: Fewer say more about chance than about us.
FEWEST = 20
#: So far back one looks.
LOOKED_BACK = timedelta(days=90)

Key = tuple[str, str]
#: Of a service: areas of which nothing is known.
EVERYWHERE = ""


class Sent(NamedTuple):
    """What decides when a parcel that is promised for a day should arrive."""

    #: Of the departure it was ordered for.
    cutoff_at: datetime
    postcode: str
    place: str | None = None
    lat: float | None = None
    lon: float | None = None


class Outcome(NamedTuple):
    """One delivery whose agreed window has ended."""

    service: str
    area: str
    state: str
    agreed_until: datetime
    arrived_at: datetime | None
    sent: Sent | None = None


class Learnt(NamedTuple):
    """Working days promised beyond the base; by then so many had arrived, of so many."""

    more: int
    arrived: int
    of: int


@dataclass(frozen=True)
class TrackRecord:
    """Promises kept, and how many there were, by service and area; one version of it."""

    version: int
    by_area: Mapping[Key, tuple[int, int]]
    by_service: Mapping[str, tuple[int, int]]
    #: What is learnt of the days on the way, by service and area.
    days: Mapping[Key, Learnt] = field(default_factory=dict)

    def rate(self, service: str, area: str) -> tuple[int, int] | None:
        """(kept, of) in this area; of the whole service where the area has too few; or None."""
        for counted in (self.by_area.get((service, area)), self.by_service.get(service)):
            if counted is not None and counted[1] >= FEWEST:
                return counted
        return None

    def learnt(self, service: str, area: str) -> Learnt | None:
        """What is learnt of a service in this area, or else of all of it; or None."""
        return self.days.get((service, area)) or self.days.get((service, EVERYWHERE))

    def days_as_json(self) -> list[list[Any]]:
        return [[*key, *learnt] for key, learnt in sorted(self.days.items())]

    def as_json(self) -> list[list[Any]]:
        return [[*key, *counted] for key, counted in sorted(self.by_area.items())]

    @classmethod
    def from_json(
        cls, version: int, kept: Iterable[Iterable[Any]], days: Iterable[Iterable[Any]] = ()
    ) -> TrackRecord:
        by_area: dict[Key, tuple[int, int]] = {}
        by_service: dict[str, tuple[int, int]] = {}
        for service, area, good, of in kept:
            by_area[service, area] = (good, of)
            before = by_service.get(service, (0, 0))
            by_service[service] = (before[0] + good, before[1] + of)
        learnt = {(service, area): Learnt(*counts) for service, area, *counts in days}
        return cls(version, by_area, by_service, learnt)


NO_RECORD = TrackRecord(0, {}, {})


def area_of(kind: str, zone: str | None, postcode: str) -> str:
    """The zone of a van at the door; for all others the region, two digits of the postcode."""
    return zone if kind == "to_door" and zone else postcode[:2]


def agreed_until(promises: Iterable[tuple[str, datetime]]) -> datetime:
    """The end of the window last agreed to, from the cause and end of each promise, oldest first.

    Who takes a move back agrees to what was agreed before it, not to a delay announced meanwhile.
    Raises `ValueError` where nothing was ever agreed.
    """
    agreed: list[datetime] = []
    for cause, end in promises:
        if cause == "undone" and len(agreed) > 1:
            agreed.pop()
        elif cause in AGREED:
            agreed.append(end)
    if not agreed:
        raise ValueError("nothing was promised")
    return agreed[-1]


def arrived_at(kind: str, reached: Mapping[str, datetime]) -> datetime | None:
    """When it arrived as promised, from when each milestone was first reached."""
    counts = _ARRIVED_AT_DOOR if kind == "to_door" else ARRIVED
    return min((reached[each] for each in counts if each in reached), default=None)


def was_kept(outcome: Outcome, now: datetime) -> bool | None:
    """Whether the promise was kept; None while nobody can say."""
    if outcome.arrived_at is not None:
        return outcome.arrived_at <= outcome.agreed_until
    if outcome.state in IN_VAIN or now > outcome.agreed_until + _SILENT_FOR:
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
