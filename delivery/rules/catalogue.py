"""What a shop offers: carriers, origins, zones, services, windows, points and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from delivery.rules.calendars import Calendar
from delivery.rules.geography import Postcode
from delivery.rules.limits import Limits
from delivery.rules.opening_hours import OpeningHours
from delivery.rules.tariffs import Tariff

Said = Mapping[str, str]  # a short text per language


@dataclass(frozen=True, eq=False)
class Origin:
    """Where parcels leave from, with its zone and the hours in which goods are made ready."""

    code: str
    zone: ZoneInfo
    calendar: Calendar
    opens: time
    closes: time


@dataclass(frozen=True)
class Rounds:
    """A van's windows of a day, widest first, each width cut out of the one before."""

    times: tuple[tuple[time, time], ...]
    #: Places by width in minutes, widest first.
    capacity: Mapping[int, int]


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


@dataclass(frozen=True, eq=False)
class Service:
    """One product of a carrier. `promise` says what it promises: a slot, a day or a place."""

    code: str
    carrier: str
    kind: str  # to_door | pickup_point | locker | store
    promise: str  # slot | day | place
    origin: Origin
    #: The days on which it drives or works.
    calendar: Calendar
    #: Where it delivers, and the zone of the clock there.
    zone_of: Mapping[str, str]
    zone: ZoneInfo
    limits: Limits
    tariff: Tariff
    description: Said
    days_ahead: int
    #: Working time of the origin that goods need before they leave.
    handling_minutes: int = 0
    #: The last moment of a day at which goods still leave that day; None: only handling counts.
    cut_off: time | None = None
    transit_days: int = 0
    window: tuple[time, time] | None = None
    rounds: Rounds | None = None
    points: tuple[PickupPoint, ...] = ()
    within_m: int = 0
    kept_days: int = 0

    @property
    def zones(self) -> frozenset[str]:
        return frozenset(self.zone_of.values())


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
