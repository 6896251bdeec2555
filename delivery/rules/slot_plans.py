"""What the slots of a service should be, by its catalogue: to be compared with those there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.candidates import PLENTY
from delivery.rules.catalogue import Service
from delivery.rules.loads import window_load
from delivery.rules.rounds import windows_of_day
from delivery.rules.wall_clock import moment_at

#: Two weeks to choose from, whatever the hour.
DAYS_AHEAD = 14
#: The day of a plan of points, which is the same for every day.
EVERY_DAY = ""

#: Start and end as seconds since 1970.
Times = tuple[float, float]


class Room(NamedTuple):
    """What a window, or a point on a day, has: places, and load units or None for no limit."""

    places: int
    units: int | None = None


#: A window that the catalogue does not have (any more): nobody new gets in.
CLOSED = Room(0)
NO_LIMIT = Room(PLENTY)


class Window(NamedTuple):
    """A window that should be there."""

    start: datetime
    end: datetime
    room: Room
    #: The windows it lies within, widest first.
    within: tuple[Times, ...]

    @property
    def times(self) -> Times:
        return self.start.timestamp(), self.end.timestamp()


class SlotPlan(NamedTuple):
    """A service's windows of a day by zone; or the room of its points, on every day."""

    service: str
    #: As in `2026-03-12`, or `EVERY_DAY`.
    day: str
    #: Slots of the day begin from the one up to, but not including, the other.
    since: datetime
    until: datetime
    #: Zones with one clock share their windows; of those the widest come first.
    windows: Mapping[str, tuple[Window, ...]]
    points: Mapping[str, Room]
    #: The same plan has the same digest.
    digest: str

    @property
    def depth(self) -> int:
        """How many windows lie within one another at most."""
        every = (each for windows in self.windows.values() for each in windows)
        return max((1 + len(each.within) for each in every), default=0)

    @property
    def limits(self) -> bool:
        """Whether it limits anything: it has windows, or points of which one may be full."""
        return bool(self.windows) or any(room != NO_LIMIT for room in self.points.values())

    def rooms(self, zone: str) -> dict[Times, Room]:
        """The room of each window of a zone."""
        return {each.times: each.room for each in self.windows.get(zone, ())}


def plans_of(service: Service, now: datetime) -> Iterator[SlotPlan]:
    """The slots of a service from the day of `now` on for `DAYS_AHEAD` days more."""
    if service.promise == "place":
        yield _of_points(service)
    if service.promise == "slot":
        today = now.astimezone(service.zone).date()
        for ahead in range(DAYS_AHEAD + 1):
            yield _of_day(service, today + timedelta(days=ahead))


def nothing_of(service: str) -> SlotPlan:
    """The plan of a service that the catalogue does not have."""
    return _plan(service, EVERY_DAY, {}, {}, _ALWAYS)


def _of_points(service: Service) -> SlotPlan:
    points = {
        each.id: Room(each.capacity, each.capacity) if each.capacity else NO_LIMIT
        for each in service.points
    }
    return _plan(service.code, EVERY_DAY, {}, points, _ALWAYS)


@lru_cache(maxsize=2048)
def _of_day(service: Service, day: date) -> SlotPlan:
    zones = sorted(service.zones)
    windows = {zone: _windows(service, day, service.clock(zone)) for zone in zones}
    clocks = {service.clock(zone).key: service.clock(zone) for zone in zones}.values()
    begins = [moment_at(day, time(), clock) for clock in clocks]
    # A round may go on after midnight.
    ends = [moment_at(day + timedelta(days=1), time(), clock) for clock in clocks]
    ends += [each.start + timedelta(seconds=1) for some in windows.values() for each in some]
    return _plan(service.code, day.isoformat(), windows, {}, (min(begins), max(ends)))


@lru_cache(maxsize=2048)
def _windows(service: Service, day: date, clock: ZoneInfo) -> tuple[Window, ...]:
    found = [
        Window(
            template.window.start.astimezone(UTC),
            template.window.end.astimezone(UTC),
            Room(template.capacity, window_load(service.rounds, template.window)),
            tuple((each.start.timestamp(), each.end.timestamp()) for each in template.within),
        )
        for template in windows_of_day(service, day, clock)
    ]
    return tuple(sorted(found, key=lambda each: len(each.within)))


_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def _plan(
    service: str,
    day: str,
    windows: Mapping[str, tuple[Window, ...]],
    points: Mapping[str, Room],
    span: tuple[datetime, datetime],
) -> SlotPlan:
    alike: dict[tuple[Window, ...], list[str]] = {}
    for zone, those in windows.items():
        alike.setdefault(those, []).append(zone)
    told = repr((sorted(points.items()), [(zones, each) for each, zones in alike.items()]))
    digest = hashlib.sha256(told.encode()).hexdigest()
    return SlotPlan(service, day, *span, windows, points, digest)
