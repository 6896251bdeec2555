"""What a shop offers: carriers, origins, zones, services, windows, points and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.calendars import Calendar
from delivery.rules.geography import Here, Postcode
from delivery.rules.limits import Limits
from delivery.rules.opening_hours.hours import OpeningHours
from delivery.rules.tariffs import Tariff
from delivery.rules.zones import ZoneMap

Said = Mapping[str, str]  # a short text per language
#: The last moment of a weekday (Monday is 0) at which goods still leave; nothing on others.
CutOffs = Mapping[int, time]


@dataclass(frozen=True, eq=False)
class Origin:
    """Where parcels leave from, with its zone and the hours in which goods are made ready."""

    code: str
    zone: ZoneInfo
    calendar: Calendar
    opens: time
    #: 0:00 is the end of the day.
    closes: time
    #: What a service has that does not say its own.
    handling_minutes: int = 0
    cut_offs: CutOffs | None = None
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    lat: float | None = None
    lon: float | None = None


class OrderBy(NamedTuple):
    """When a van's round is closed to orders, beside what handling needs. One of both is set."""

    #: At this time of the day before, on the origin's clock.
    day_before: time | None = None
    #: So many minutes before the round.
    minutes_before: int | None = None


class Blackout(NamedTuple):
    """When a service does not come, on the clock of the place, without a zone; half-open."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rounds:
    """A van's windows of a day, widest first, each width cut out of the one before."""

    times: tuple[tuple[time, time], ...]
    #: Places by width in minutes, widest first.
    capacity: Mapping[int, int]
    #: Load units by width, of which a parcel takes one for each begun `unit_g` or `unit_cm3`.
    load: Mapping[int, int] = field(default_factory=dict)
    unit_g: int = 0
    unit_cm3: int = 0
    #: Instead of `times` on these weekdays (Monday is 0).
    times_by_weekday: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[tuple[time, time], ...]:
        """The rounds of that day, as far as its weekday tells."""
        return self.times_by_weekday.get(day.weekday(), self.times)


@dataclass(frozen=True, eq=False)
class PickupPoint:
    id: str
    service: str
    name: str
    street: str
    postcode: str
    city: str
    lat: float
    lon: float
    hours: OpeningHours
    #: Closed on these dates, whatever its hours say.
    closed: frozenset[date] = frozenset()
    #: Longest side first; a parcel may be turned. Empty: no limit but the service's.
    max_sides_mm: tuple[int, ...] = ()
    #: Parcels a day; 0 means no limit.
    capacity: int = 0


class Points(tuple[PickupPoint, ...]):
    """The places of a service, and what was made of them once: an edit elsewhere keeps both."""

    @cached_property
    def made(self) -> dict[object, Any]:
        """What was made, by what it was made for."""
        return {}


@dataclass(frozen=True, eq=False)
class Service:
    """One product of a carrier. `promise` says what it promises: slot, day, place or express."""

    code: str
    carrier: str
    kind: str  # to_door | pickup_point | locker | store
    promise: str  # slot | day | place | express
    origin: Origin
    #: The days on which it drives or works.
    calendar: Calendar
    #: Where it delivers.
    zone_map: ZoneMap
    #: The clock of a zone that has none of its own.
    zone: ZoneInfo
    limits: Limits
    tariff: Tariff
    description: Said
    days_ahead: int
    name: Said | None = None
    #: Working time of the origin that goods need before they leave.
    handling_minutes: int = 0
    #: None: only handling counts.
    cut_offs: CutOffs | None = None
    order_by: OrderBy | None = None
    #: Days of the service's calendar on the way; by zone where it differs.
    transit_days: int = 0
    transit_days_by_zone: Mapping[str, int] = field(default_factory=dict)
    #: How long an express is on the way: the width of its window.
    transit_minutes: int = 0
    transit_minutes_by_zone: Mapping[str, int] = field(default_factory=dict)
    window: tuple[time, time] | None = None
    rounds: Rounds | None = None
    blackouts: tuple[Blackout, ...] = ()
    points: Points = field(default_factory=Points)
    within_m: int = 0
    kept_days: int = 0
    #: Whether a booked window may be made narrower on the day, free.
    narrowing: bool = True
    #: What a customer pays who moves to one of its windows by themselves.
    move_fee: int = 0

    @property
    def zones(self) -> frozenset[str]:
        """The codes of the zones it serves."""
        return self.zone_map.codes

    @property
    def zone_of(self) -> Mapping[str, str]:
        """Zones by postcode, circles left out; `zone_at` knows them all."""
        return self.zone_map.by_postcode

    def zone_at(self, postcode: str, here: Here | None = None) -> str | None:
        """The zone an address is in; without `here` its postcode's middle is meant."""
        return self.zone_map.at(postcode, here)

    def clock(self, zone: str | None) -> ZoneInfo:
        """The clock on the wall in one of its zones."""
        return self.zone_map.clocks.get(zone, self.zone) if zone else self.zone

    def days_to(self, zone: str | None) -> int:
        """Days on the way to a zone."""
        return self.transit_days_by_zone.get(zone or "", self.transit_days)

    def minutes_to(self, zone: str | None) -> int:
        """Minutes on the way to a zone."""
        return self.transit_minutes_by_zone.get(zone or "", self.transit_minutes)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything above, in one version. A quote is made from one and never from two."""

    version: int
    currency: str
    countries: frozenset[str]
    carriers: Mapping[str, Said]
    services: tuple[Service, ...]
    postcodes: Mapping[str, Postcode]

    def service(self, code: str) -> Service | None:
        return next((each for each in self.services if each.code == code), None)
