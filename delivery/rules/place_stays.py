"""From when a parcel is at a place, and until when: the same for all places that open alike."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.catalogue import PickupPoint, Service
from delivery.rules.geography import Here
from delivery.rules.leads import arrives_on, cut_off_on, leaves_on, working_time_after
from delivery.rules.nearest import A_METRE, Bounds, Held, Nearest, Spot, Square
from delivery.rules.wall_clock import moment_at
from delivery.rules.windows import TimeWindow

# Nobody hurries to a shop for its last minutes.
_SHORTEST_OPENING = timedelta(minutes=30)
_MINUTE = 60
_HALF_HOUR = 30 * _MINUTE
# Hours are looked at for a month; further closed days are skipped one by one.
_MOST_CLOSED_DAYS = 60
_MOST_MADE = 4
_MOST_SQUARES = 4096


class Kind(NamedTuple):
    """What places have in common that open alike, hold as much and are as far on the way."""

    #: One of them: in all that a stay depends on they are the same.
    point: PickupPoint
    clock: ZoneInfo
    zone: str | None


class Places:
    """The places of a service by position and by kind."""

    def __init__(self, service: Service) -> None:
        kinds: dict[Hashable, int] = {}
        spots: list[Spot] = []
        self.kinds: list[Kind] = []
        #: By id: of two equally far the one whose id comes first.
        self.points = sorted(service.points, key=lambda point: point.id)
        for point in self.points:
            zone = _zone_of(service, point) if _differs_by_zone(service) else None
            clock = service.clock(zone)
            key = point.hours.text, point.closed, point.max_sides_mm, clock.key, zone
            if key not in kinds:
                kinds[key] = len(self.kinds)
                self.kinds.append(Kind(point, clock, zone))
            spots.append(Spot(point.lat, point.lon, kinds[key]))
        self.nearest = Nearest(spots)


class Stay(NamedTuple):
    """A parcel at a place: the hours of its first day there, and until when it is kept."""

    window: TimeWindow
    end: float
    minutes: int
    day: date
    #: Before the place in an option's id.
    prefix: str
    until: datetime
    cutoff: datetime | None
    max_sides_mm: tuple[int, ...]

    def beats(self, other: Stay) -> bool:
        """Whether it is as early and as narrow, and there whenever the other is."""
        return (
            self.end <= other.end
            and self.minutes <= other.minutes
            and self.day <= other.day
            and self.max_sides_mm in ((), other.max_sides_mm)
        )


class Stays(dict[int, "Stay | None"]):
    """What becomes of a parcel that is sent or packed then, by kind of place.

    None where places of a kind do not open in time. Each is worked out when it is first asked.
    """

    def __init__(
        self, service: Service, places: Places, leaves: date | None, packed: datetime | None
    ) -> None:
        self._service = service
        self._kinds = places.kinds
        self._leaves = leaves
        self._packed = packed
        self._worth: dict[Square, list[Held]] = {}

    def __missing__(self, kind: int) -> Stay | None:
        stay = self[kind] = self._stay(self._kinds[kind])
        return stay

    def worth(self, square: Square, count: int) -> list[Held]:
        """Of a square's places those that may be worth a look where all cost the same.

        The others have `count` nearer ones, for everybody there, that are as early and as narrow.
        """
        known = self._worth.get(square)
        if known is None:
            if len(self._worth) >= _MOST_SQUARES:
                self._worth.clear()
            bounds = sorted(square.bounds(), key=itemgetter(1))
            known = self._worth[square] = [
                each[2] for each in bounds if not self._is_beaten(each, bounds, count)
            ]
        return known

    def _is_beaten(self, spot: Bounds, bounds: list[Bounds], count: int) -> bool:
        stay = self[spot[2][3]]
        better = 0
        for _least, most, (_lat, _lon, _number, kind) in bounds:
            if stay is None or most + A_METRE > spot[0] or better == count:
                break
            other = self[kind]
            better += other is not None and other.beats(stay)
        return stay is None or better == count

    def _stay(self, kind: Kind) -> Stay | None:
        service, point = self._service, kind.point
        hours = _hours_from(point, self._there(kind))
        if hours is None:
            return None
        window = TimeWindow(*hours)
        day = window.start.date()
        cutoff = cut_off_on(service, self._leaves) if self._leaves else None
        return Stay(
            window, window.end.timestamp(), window.minutes, day,
            f"opt_{service.code}.d{day:%Y%m%d}.", _kept_until(service, kind, window), cutoff,
            point.max_sides_mm,
        )  # fmt: skip

    def _there(self, kind: Kind) -> datetime:
        """From when on the parcel is at the place, on its clock."""
        if self._packed is not None:
            return self._packed.astimezone(kind.clock)
        service, leaves = self._service, self._leaves
        assert leaves is not None
        opens = service.window[0] if service.window else time()
        there = moment_at(arrives_on(service, leaves, kind.zone), opens, kind.clock)
        cutoff = cut_off_on(service, leaves)
        # Nothing is there before it left.
        return max(there, cutoff.astimezone(kind.clock)) if cutoff else there


def places_of(service: Service) -> Places:
    """The places of a service, made ready once for all catalogues that have the same."""
    made = service.points.made
    key = (service.zone_map if _differs_by_zone(service) else None, service.zone)
    known = made.get(key)
    if known is None:
        if len(made) >= _MOST_MADE:
            made.clear()
        known = made[key] = Places(service)
    return known


def stays_from(service: Service, ready: datetime) -> Stays:
    """The stays of goods that are ready then. Raises `NeverOpen` if they never leave."""
    if service.cut_offs is None:
        # On the half hour: nobody promises 14:07, and the answer can be kept for others.
        return _packed(service, -int(-ready.timestamp() // _HALF_HOUR) * _HALF_HOUR)
    # Cut-offs are on the minute, so all of one minute leave together.
    return _sent_in(service, int(ready.timestamp() // _MINUTE) * _MINUTE)


@lru_cache(maxsize=128)
def stays_sent(service: Service, leaves: date) -> Stays:
    """The stays of goods that leave that day."""
    return Stays(service, places_of(service), leaves, None)


@lru_cache(maxsize=1024)
def _sent_in(service: Service, ready: int) -> Stays:
    return stays_sent(
        service, leaves_on(service, datetime.fromtimestamp(ready, service.origin.zone))
    )


@lru_cache(maxsize=128)
def _packed(service: Service, ready: int) -> Stays:
    since = datetime.fromtimestamp(ready, service.origin.zone)
    packed = working_time_after(service.origin, since, service.handling_minutes)
    return Stays(service, places_of(service), None, packed)


def _differs_by_zone(service: Service) -> bool:
    return bool(service.transit_days_by_zone or service.zone_map.clocks)


def _zone_of(service: Service, point: PickupPoint) -> str | None:
    return service.zone_at(point.postcode, Here.at(point.lat, point.lon))


def _hours_from(point: PickupPoint, there: datetime) -> tuple[datetime, datetime] | None:
    """The first opening that is long enough, on a day that is not among its closed ones."""
    for _ in range(_MOST_CLOSED_DAYS):
        hours = point.hours.open_from(there)
        if hours is None:
            return None
        if hours[0].date() in point.closed:
            there = _next_day(hours[0])
        elif hours[1].timestamp() - hours[0].timestamp() < _SHORTEST_OPENING.total_seconds():
            there = hours[1]
        else:
            return hours
    return None


def _next_day(moment: datetime) -> datetime:
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)
    return moment_at(moment.date() + timedelta(days=1), time(), zone)


def _kept_until(service: Service, kind: Kind, window: TimeWindow) -> datetime:
    """The last closing within the days a parcel is kept."""
    point, since = kind.point, window.start.date()
    for kept in range(service.kept_days, -1, -1):
        day = since + timedelta(days=kept)
        if day not in point.closed and point.hours.on(day) is not None:
            closes = point.hours.window_on(moment_at(day, time(), kind.clock)).end
            return max(closes, window.end, key=datetime.timestamp)
    return window.end
