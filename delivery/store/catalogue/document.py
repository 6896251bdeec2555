"""What a catalogue's TOML document may say; everything wrong with it is named by its path.

The fields of time and place are described in `catalogue_reading`, prices and limits in
`catalogue_prices`; `town/town.toml` is a whole one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic import model_validator as check

from delivery.rules.calendars import countries_with_holidays
from delivery.rules.opening_hours.hours import OpeningHours
from delivery.store.catalogue.prices import LimitsPart, PricePart
from delivery.store.catalogue.shapes import (
    MINUTES_OF_AN_HOUR,
    Cents,
    ClockName,
    Code,
    Count,
    Dates,
    Hour,
    Latitude,
    Line,
    Longitude,
    Part,
    PlaceId,
    PostalCode,
    Said,
    Span,
    Weekday,
    dates_of,
    minutes_of,
)
from delivery.store.postcodes import known_postcodes


class CatalogueError(ValueError):
    """A document that cannot be used; `faults` are (path, what is wrong)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {fault}" for path, fault in faults))
        self.faults = faults


@lru_cache(maxsize=65536)
def opening_hours(text: str) -> OpeningHours:
    """Opening hours; many places have the same. Raises `ValueError`."""
    return OpeningHours.parse(text)


def _with_holidays(country: str) -> str:
    if country not in countries_with_holidays():
        raise ValueError(f"the public holidays of {country} are not known")
    return country


def _readable(text: str) -> str:
    opening_hours(text)
    return text


CutOffs = Hour | dict[Weekday, Hour] | Literal[False] | None


class CalendarPart(Part):
    weekdays: list[Weekday] = Field(min_length=1)
    holidays_of: (
        Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), AfterValidator(_with_holidays)]
        | None
    ) = None
    also_closed: list[Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")]] = Field(default=[])
    closed: list[Dates] = Field(default=[])
    open: list[Dates] = Field(default=[])

    @check(mode="after")
    def _one_or_the_other(self) -> CalendarPart:
        closed, opened = (
            {day for text in texts for day in dates_of(text)} for texts in (self.closed, self.open)
        )
        if closed & opened:
            raise ValueError(f"{min(closed & opened)} is both closed and open")
        return self


class OriginPart(Part):
    time_zone: ClockName
    calendar: Code
    opens: Hour
    closes: Hour
    handling_minutes: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 0
    cut_off: CutOffs = None
    street: Line | None = None
    postcode: PostalCode | None = None
    city: Line | None = None
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None

    @check(mode="after")
    def _opens_first(self) -> OriginPart:
        if minutes_of(self.opens) >= minutes_of(self.closes):
            raise ValueError("an origin closes after it opens")
        return self


class CirclePart(Part):
    lat: Latitude
    lon: Longitude
    km: Annotated[float, Field(gt=0, le=2000)]


class ZonePart(Part):
    municipalities: list[Line] = Field(default=[])
    beginnings: list[Annotated[str, StringConstraints(pattern=r"^\d{1,5}$")]] = Field(default=[])
    postcodes: list[
        Annotated[str, StringConstraints(pattern=r"^(\d{5}|\d{1,4}\*|\d{5}-\d{5})$")]
    ] = Field(default=[])
    around: CirclePart | None = None
    time_zone: ClockName | None = None

    @check(mode="after")
    def _somewhere(self) -> ZonePart:
        if bool(self.municipalities) != bool(self.beginnings):
            raise ValueError("municipalities and beginnings go together")
        if not (self.beginnings or self.postcodes or self.around):
            raise ValueError("a zone has postcodes, beginnings of municipalities or a circle")
        municipalities = {each.municipality for each in known_postcodes().values()}
        for name in self.municipalities:
            if name not in municipalities:
                raise ValueError(f"there is no municipality {name}")
        for text in self.postcodes:
            if text.isdigit() and text not in known_postcodes():
                raise ValueError(f"there is no postcode {text}")
            if "-" in text and text[:5] > text[6:]:
                raise ValueError(f"{text} ends before it begins")
        return self


Times = tuple[Hour, Hour]
Places = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class RoundsPart(Part):
    times: list[Times] = Field(default=[])
    times_by_weekday: dict[Weekday, list[Times]] = Field(default={})
    capacity: dict[int, Places] = Field(min_length=1)
    load: dict[int, Places] = Field(default={})
    unit_g: Count = 0
    unit_cm3: Count = 0

    @check(mode="after")
    def _nested(self) -> RoundsPart:
        widths = sorted(self.capacity, reverse=True)
        for wide, narrow in pairwise(widths):
            if narrow < 1 or wide % narrow:
                raise ValueError(f"{narrow} minutes do not divide {wide}")
        if not self.times and not self.times_by_weekday:
            raise ValueError("rounds have times")
        for start, end in (
            *self.times,
            *(at for day in self.times_by_weekday.values() for at in day),
        ):
            if minutes_of(end) - minutes_of(start) != widths[0]:
                raise ValueError(f"{start} to {end} is not {widths[0]} minutes")
        for width in self.load:
            if width not in self.capacity:
                raise ValueError(f"no window is {width} minutes wide")
        return self


class OrderByPart(Part):
    day_before: Hour | None = None
    minutes_before: Annotated[int, Field(strict=True, ge=0, le=20_000)] | None = None

    @check(mode="after")
    def _one(self) -> OrderByPart:
        if (self.day_before is None) == (self.minutes_before is None):
            raise ValueError("either day_before or minutes_before")
        return self


Days = Annotated[int, Field(strict=True, ge=0, le=60)]
Hours = Annotated[float, Field(ge=0.25, le=12)]


class ServicePart(Part):
    carrier: Code
    kind: Literal["to_door", "pickup_point", "locker", "store"]
    promise: Literal["slot", "day", "place", "express"]
    origin: Code
    calendar: Code
    zones: list[Code] = Field(min_length=1)
    name: Said | None = None
    description: Said
    days_ahead: Annotated[int, Field(strict=True, ge=1, le=60)]
    price: PricePart
    limits: LimitsPart = LimitsPart()
    handling_minutes: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    cut_off: CutOffs = None
    order_by: OrderByPart | None = None
    transit_days: Days = 0
    transit_days_by_zone: dict[Code, Days] = Field(default={})
    transit_hours: Hours | None = None
    transit_hours_by_zone: dict[Code, Hours] = Field(default={})
    window: Times | None = None
    rounds: RoundsPart | None = None
    blackouts: list[Span] = Field(default=[])
    within_m: Count = 0
    kept_days: Days = 0
    narrowing: bool = True
    move_fee: Cents = 0

    @check(mode="after")
    def _whole(self) -> ServicePart:
        if (self.promise == "slot") != (self.rounds is not None):
            raise ValueError("a service promises slots exactly when it has rounds")
        if self.promise in ("day", "express") and self.window is None:
            raise ValueError(f"a service by {self.promise} needs a window")
        if (self.promise == "place") != (self.kind != "to_door"):
            raise ValueError("a place is promised exactly when it is not to the door")
        if self.window and minutes_of(self.window[0]) >= minutes_of(self.window[1]):
            raise ValueError("a window ends after it starts")
        if (self.promise == "express") != (self.transit_hours is not None):
            raise ValueError("a service is express exactly when it has transit_hours")
        if self.move_fee and self.promise != "slot":
            raise ValueError("a move_fee is for slots; nothing else can be moved")
        if self.order_by and self.promise != "slot":
            raise ValueError("order_by is for slots; others have a cut_off")
        if self.cut_off and self.promise in ("slot", "express"):
            raise ValueError("a cut_off is for days and places; slots have order_by")
        for zone in (*self.transit_days_by_zone, *self.transit_hours_by_zone):
            if zone not in self.zones:
                raise ValueError(f"{zone} is not among its zones")
        return self

    @check(mode="after")
    def _in_time(self) -> ServicePart:
        if self.promise == "place" and self.blackouts:
            raise ValueError("blackouts are for the door; places have closed days")
        if self.promise == "day" and self.cut_off is False:
            raise ValueError("a service by day needs a cut_off")
        if self.window is None:
            return self
        opens, closes = map(minutes_of, self.window)
        hours = (self.transit_hours or 0, *self.transit_hours_by_zone.values())
        if max(hours) * MINUTES_OF_AN_HOUR > closes - opens:
            raise ValueError("an express takes longer than its window is wide")
        said = self.cut_off.values() if isinstance(self.cut_off, dict) else [self.cut_off]
        same_day = self.promise == "day" and not self.transit_days
        if same_day and any(each and minutes_of(each) >= closes for each in said):
            raise ValueError("what comes on the day it leaves leaves before its window ends")
        return self


class PointPart(Part):
    id: PlaceId
    service: Code
    name: Line
    street: Line
    postcode: PostalCode
    city: Line
    lat: Latitude
    lon: Longitude
    opening_hours: Annotated[Line, AfterValidator(_readable)]
    closed: list[Dates] = Field(default=[])
    max_sides_mm: list[Count] = Field(default=[], max_length=3)
    capacity: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 0


class Document(Part):
    format: Literal[2]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    countries: list[Literal["FI"]] = Field(min_length=1)
    time_zone: ClockName
    postcodes: Literal["postcodes.csv"]
    carriers: dict[Code, Said]
    calendars: dict[Code, CalendarPart]
    origins: dict[Code, OriginPart]
    zones: dict[Code, ZonePart]
    services: dict[Code, ServicePart] = Field(min_length=1)
    points: list[PointPart] = Field(default=[])
