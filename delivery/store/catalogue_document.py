"""What a catalogue's TOML document may say; everything wrong with it is named by its path."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError
from pydantic import model_validator as check

from delivery.store.catalogue_prices import LimitsPart, PricePart
from delivery.store.catalogue_shapes import (
    Code,
    Count,
    Hour,
    Line,
    Part,
    PlaceId,
    Said,
    Weekday,
    minutes_of,
)


class CatalogueError(ValueError):
    """A document that cannot be used; `faults` are (path, what is wrong)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {fault}" for path, fault in faults))
        self.faults = faults


class CalendarPart(Part):
    weekdays: list[Weekday] = Field(min_length=1)
    holidays_of: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    also_closed: list[Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")]] = Field(default=[])


class OriginPart(Part):
    time_zone: str
    calendar: Code
    opens: Hour
    closes: Hour


class ZonePart(Part):
    municipalities: list[Line] = Field(min_length=1)
    beginnings: list[Annotated[str, StringConstraints(pattern=r"^\d{1,5}$")]] = Field(min_length=1)


class RoundsPart(Part):
    times: list[tuple[Hour, Hour]] = Field(min_length=1)
    capacity: dict[int, Annotated[int, Field(strict=True, ge=1, le=100_000)]] = Field(min_length=1)

    @check(mode="after")
    def _nested(self) -> RoundsPart:
        widths = sorted(self.capacity, reverse=True)
        for wide, narrow in pairwise(widths):
            if narrow < 1 or wide % narrow:
                raise ValueError(f"{narrow} minutes do not divide {wide}")
        for start, end in self.times:
            if minutes_of(end) - minutes_of(start) != widths[0]:
                raise ValueError(f"{start} to {end} is not {widths[0]} minutes")
        return self


class ServicePart(Part):
    carrier: Code
    kind: Literal["to_door", "pickup_point", "locker", "store"]
    promise: Literal["slot", "day", "place"]
    origin: Code
    calendar: Code
    zones: list[Code] = Field(min_length=1)
    description: Said
    days_ahead: Annotated[int, Field(strict=True, ge=1, le=60)]
    price: PricePart
    limits: LimitsPart = LimitsPart()
    handling_minutes: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 0
    cut_off: Hour | None = None
    transit_days: Annotated[int, Field(strict=True, ge=0, le=60)] = 0
    window: tuple[Hour, Hour] | None = None
    rounds: RoundsPart | None = None
    within_m: Count = 0
    kept_days: Annotated[int, Field(strict=True, ge=0, le=60)] = 0

    @check(mode="after")
    def _whole(self) -> ServicePart:
        if (self.promise == "slot") != (self.rounds is not None):
            raise ValueError("a service promises slots exactly when it has rounds")
        if self.promise == "day" and (self.window is None or self.cut_off is None):
            raise ValueError("a service by day needs a window and a cut_off")
        if (self.promise == "place") != (self.kind != "to_door"):
            raise ValueError("a place is promised exactly when it is not to the door")
        if self.window and minutes_of(self.window[0]) >= minutes_of(self.window[1]):
            raise ValueError("a window ends after it starts")
        return self


class PointPart(Part):
    id: PlaceId
    service: Code
    name: Line
    street: Line
    postcode: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    city: Line
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    opening_hours: Line


class Document(Part):
    format: Literal[1]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    countries: list[Literal["FI"]] = Field(min_length=1)
    time_zone: str
    postcodes: Literal["postcodes.csv"]
    carriers: dict[Code, Said]
    calendars: dict[Code, CalendarPart]
    origins: dict[Code, OriginPart]
    zones: dict[Code, ZonePart]
    services: dict[Code, ServicePart] = Field(min_length=1)
    points: list[PointPart] = Field(default=[])


def read_document(text: str) -> Document:
    """The document as values. Raises `CatalogueError` with every fault found."""
    try:
        return Document.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError([("", str(error))]) from None
    except ValidationError as error:
        raise CatalogueError(
            [(_path(each["loc"]), each["msg"]) for each in error.errors()]
        ) from None


def _path(location: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in location)
