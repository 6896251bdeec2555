"""From a catalogue's document to the values that the rules work with."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from delivery.rules.calendars import Calendar
from delivery.rules.catalogue import (
    Catalogue,
    Origin,
    PickupPoint,
    Rounds,
    Service,
)
from delivery.rules.geography import Postcode
from delivery.rules.opening_hours import OpeningHours
from delivery.store.catalogue_document import (
    CalendarPart,
    CatalogueError,
    Document,
    RoundsPart,
    ServicePart,
    read_document,
)
from delivery.store.catalogue_prices import read_limits, read_tariff
from delivery.store.catalogue_shapes import clock_face

_TOWN = Path(__file__).parent.parent / "town"
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=4)
def known_postcodes(file: str = "postcodes.csv") -> Mapping[str, Postcode]:
    """Every Finnish postcode with the middle of its area (GeoNames, see town/ATTRIBUTION.md)."""
    with (_TOWN / file).open(encoding="utf-8", newline="") as rows:
        return {
            row["postcode"]: Postcode(
                row["postcode"], row["place"], row["municipality"],
                float(row["lat"]), float(row["lon"]),
            )
            for row in csv.DictReader(rows)
        }  # fmt: skip


def read_catalogue(text: str, version: int) -> Catalogue:
    """The catalogue a document describes. Raises `CatalogueError` with all that is wrong."""
    document = read_document(text)
    _check_names(document)
    postcodes = known_postcodes(document.postcodes)
    calendars = {code: _calendar(part) for code, part in document.calendars.items()}
    origins = {
        code: Origin(
            code, _zone(f"origins.{code}", part.time_zone), calendars[part.calendar],
            clock_face(part.opens), clock_face(part.closes),
        )
        for code, part in document.origins.items()
    }  # fmt: skip
    points = _points(document)
    zone = _zone("time_zone", document.time_zone)
    return Catalogue(
        version=version,
        currency=document.currency,
        countries=frozenset(document.countries),
        carriers={code: said.model_dump() for code, said in document.carriers.items()},
        services=tuple(
            _service(code, part, document, postcodes, calendars, origins, points, zone)
            for code, part in document.services.items()
        ),
        postcodes=postcodes,
    )


def _check_names(document: Document) -> None:
    faults: list[tuple[str, str]] = []

    def known(path: str, name: str, among: Mapping[str, object]) -> None:
        if name not in among:
            faults.append((path, f"{name!r} is not described"))

    for code, origin in document.origins.items():
        known(f"origins.{code}.calendar", origin.calendar, document.calendars)
    for code, part in document.services.items():
        known(f"services.{code}.carrier", part.carrier, document.carriers)
        known(f"services.{code}.origin", part.origin, document.origins)
        known(f"services.{code}.calendar", part.calendar, document.calendars)
        for zone in part.zones:
            known(f"services.{code}.zones", zone, document.zones)
    seen: set[str] = set()
    for number, point in enumerate(document.points):
        known(f"points.{number}.service", point.service, document.services)
        kind = document.services[point.service].kind if point.service in document.services else ""
        # Two places of one kind and name would have the same title.
        for what in (f"id {point.id}", f"{kind} {point.name}"):
            if what in seen:
                faults.append((f"points.{number}", f"{what} is there twice"))
            seen.add(what)
    if faults:
        raise CatalogueError(faults)


def _zone(path: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise CatalogueError([(path, f"no such time zone: {name!r}")]) from None


def _calendar(part: CalendarPart) -> Calendar:
    closed = frozenset((int(day[:2]), int(day[3:])) for day in part.also_closed)
    return Calendar(frozenset(_WEEK.index(day) for day in part.weekdays), part.holidays_of, closed)


def _points(document: Document) -> dict[str, tuple[PickupPoint, ...]]:
    found: dict[str, list[PickupPoint]] = {}
    for number, part in enumerate(document.points):
        try:
            hours = OpeningHours.parse(part.opening_hours)
        except ValueError as error:
            raise CatalogueError([(f"points.{number}.opening_hours", str(error))]) from None
        point = PickupPoint(**part.model_dump(exclude={"opening_hours"}), hours=hours)
        found.setdefault(part.service, []).append(point)
    return {service: tuple(points) for service, points in found.items()}


def _service(
    code: str,
    part: ServicePart,
    document: Document,
    postcodes: Mapping[str, Postcode],
    calendars: Mapping[str, Calendar],
    origins: Mapping[str, Origin],
    points: Mapping[str, tuple[PickupPoint, ...]],
    zone: ZoneInfo,
) -> Service:
    return Service(
        code=code,
        carrier=part.carrier,
        kind=part.kind,
        promise=part.promise,
        origin=origins[part.origin],
        calendar=calendars[part.calendar],
        zone_of=_zone_of(part, document, postcodes),
        zone=zone,
        limits=read_limits(part.limits),
        tariff=read_tariff(part.price),
        description=part.description.model_dump(),
        days_ahead=part.days_ahead,
        handling_minutes=part.handling_minutes,
        cut_off=clock_face(part.cut_off) if part.cut_off else None,
        transit_days=part.transit_days,
        window=(clock_face(part.window[0]), clock_face(part.window[1])) if part.window else None,
        rounds=_rounds(part.rounds) if part.rounds else None,
        points=points.get(code, ()),
        within_m=part.within_m,
        kept_days=part.kept_days,
    )


def _zone_of(
    part: ServicePart, document: Document, postcodes: Mapping[str, Postcode]
) -> dict[str, str]:
    zones = [
        (
            name,
            frozenset(document.zones[name].municipalities),
            tuple(document.zones[name].beginnings),
        )
        for name in part.zones
    ]
    found = {
        code: next(
            (
                name
                for name, municipalities, beginnings in zones
                if postcode.municipality in municipalities and code.startswith(beginnings)
            ),
            None,
        )
        for code, postcode in postcodes.items()
    }
    return {code: name for code, name in found.items() if name}


def _rounds(part: RoundsPart) -> Rounds:
    times = tuple((clock_face(start), clock_face(end)) for start, end in part.times)
    return Rounds(times, dict(sorted(part.capacity.items(), reverse=True)))
