"""From the parts of a catalogue to the value the rules work with; what did not change is the
same object as before, since caches further on are kept by it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from delivery.rules.catalogue import Catalogue, Origin, PickupPoint, Points, Service
from delivery.rules.zones import ZoneMap
from delivery.store.catalogue.document import (
    CalendarPart,
    CatalogueError,
    Document,
    OriginPart,
    PointPart,
    ServicePart,
    ZonePart,
)
from delivery.store.catalogue.faults import plain_faults
from delivery.store.catalogue.names import name_faults
from delivery.store.catalogue.parts import (
    HEAD,
    POINTS,
    Manifest,
    Parts,
    manifest_of,
    service_of,
    split,
)
from delivery.store.catalogue.reading import (
    read_calendar,
    read_origin,
    read_point,
    read_service,
    read_zone,
)
from delivery.store.catalogue.shapes import Part, Said, read_said
from delivery.store.postcodes import known_postcodes

_Made = TypeVar("_Made")
_Shape = TypeVar("_Shape", bound=Part)
#: The points of a corner by id.
_Corner = dict[str, tuple[PointPart, PickupPoint]]
#: Parts that others are made from; they are read even where nobody uses them yet.
_MODELS: dict[str, type[Part]] = {
    "carrier": Said, "calendar": CalendarPart, "origin": OriginPart, "zone": ZonePart,
}  # fmt: skip


class Built(NamedTuple):
    """A catalogue, and what it was made of, for the next one to take over."""

    catalogue: Catalogue
    manifest: Manifest
    #: By digest what a part says, by the digests of all it was made from what the rules use.
    made: Mapping[Hashable, Any]


def read_catalogue(text: str, version: int) -> Catalogue:
    """The catalogue a document describes. Raises `CatalogueError` with all that is wrong."""
    return build_all(checked(parsed(text)), version).catalogue


def parsed(text: str) -> dict[str, Any]:
    """A TOML text as plain values. Raises `CatalogueError`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError([("", str(error))]) from None


def checked(raw: Mapping[str, Any]) -> Parts:
    """The parts of a document that is right. Raises `CatalogueError` with every fault found."""
    faults: list[tuple[str, str]] = []
    try:
        Document.model_validate(raw)
    except ValidationError as error:
        faults = plain_faults(error, raw)
    faults += name_faults(raw)
    if faults:
        raise CatalogueError(faults)
    return split(raw)


def build_all(parts: Parts, version: int, previous: Built | None = None) -> Built:
    """Like `build`, with every part at hand."""
    bodies = {each.digest: each.body for each in parts.values()}
    return build(manifest_of(parts), bodies, version, previous)


def unknown(manifest: Manifest, previous: Built | None) -> set[str]:
    """The digests whose parts `build` needs: those that the previous catalogue does not have."""
    digests = set(manifest.values())
    return digests.difference(previous.made) if previous else digests


def build(
    manifest: Manifest, bodies: Mapping[str, Any], version: int, previous: Built | None
) -> Built:
    """The catalogue of a manifest.

    Whatever was made from the same parts in `previous` is taken over from it, not made anew.
    Raises `CatalogueError` when a part cannot be read, which one that was loaded can.
    """
    builder = _Builder(manifest, bodies, previous)
    try:
        return Built(builder.catalogue(version), manifest, builder.made)
    except KeyError as error:
        raise CatalogueError([("", f"the part {error} is missing")]) from None
    except ValueError as error:
        raise CatalogueError([("", str(error))]) from None


class _Builder:
    def __init__(
        self, manifest: Manifest, bodies: Mapping[str, Any], previous: Built | None
    ) -> None:
        self._manifest = manifest
        self._bodies = bodies
        self._previous = previous
        self.made: dict[Hashable, Any] = {}
        self._corners: dict[str, list[str]] = {}
        self._named: dict[str, list[str]] = {}
        for name in manifest:
            kind, _, code = name.partition("/")
            self._named.setdefault(kind, []).append(code)
            if kind == POINTS:
                self._corners.setdefault(service_of(code), []).append(code)

    def catalogue(self, version: int) -> Catalogue:
        head = self._once(self._manifest[HEAD], lambda: self._bodies[self._manifest[HEAD]])
        for kind, model in _MODELS.items():
            for code in self._named.get(kind, ()):
                self._shape(kind, code, model)
        return Catalogue(
            version=version,
            currency=head["currency"],
            countries=frozenset(head["countries"]),
            carriers={
                code: read_said(self._shape("carrier", code, Said))
                for code in self._named.get("carrier", ())
            },
            services=tuple(
                self._service(code, head["time_zone"], head["postcodes"])
                for code in self._named["service"]
            ),
            postcodes=known_postcodes(head["postcodes"]),
        )

    def _once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made under this key before, else what `make` makes."""
        found = self.made.get(key)
        if found is None and self._previous is not None:
            found = self._previous.made.get(key)
        if found is None:
            found = make()
        self.made[key] = found
        return found

    def _digest(self, kind: str, code: str) -> str:
        return self._manifest[f"{kind}/{code}"]

    def _shape(self, kind: str, code: str, model: type[_Shape]) -> _Shape:
        digest = self._digest(kind, code)
        return self._once(digest, lambda: model.model_validate(self._bodies[digest]))

    def _service(self, code: str, clock: str, postcodes: str) -> Service:
        part = self._shape("service", code, ServicePart)
        origin_key, origin = self._origin(part.origin)
        calendar_key, calendar = self._calendar(part.calendar)
        zones_key, zone_map = self._zone_map(part, postcodes)
        points_key, points = self._points_of(code)
        key = (
            self._digest("service", code), clock, origin_key, calendar_key, zones_key, points_key,
        )  # fmt: skip
        return self._once(
            key,
            lambda: read_service(
                code, part, origin=origin, calendar=calendar, zone_map=zone_map, points=points,
                clock=ZoneInfo(clock),
            ),
        )  # fmt: skip

    def _calendar(self, code: str) -> tuple[Hashable, Any]:
        part = self._shape("calendar", code, CalendarPart)
        key = ("calendar", self._digest("calendar", code))
        return key, self._once(key, lambda: read_calendar(part))

    def _origin(self, code: str) -> tuple[Hashable, Origin]:
        part = self._shape("origin", code, OriginPart)
        calendar_key, calendar = self._calendar(part.calendar)
        key = (self._digest("origin", code), calendar_key)
        return key, self._once(key, lambda: read_origin(code, part, {part.calendar: calendar}))

    def _zone_map(self, part: ServicePart, postcodes: str) -> tuple[Hashable, ZoneMap]:
        """Painting thousands of postcodes is the dear part: once for each set of zones."""
        key = (postcodes, frozenset(self._digest("zone", code) for code in part.zones))
        return key, self._once(
            key,
            lambda: ZoneMap([self._zone(code) for code in part.zones], known_postcodes(postcodes)),
        )

    def _zone(self, code: str) -> Any:
        part = self._shape("zone", code, ZonePart)
        key = ("zone", self._digest("zone", code))
        return self._once(key, lambda: read_zone(code, part))

    def _points_of(self, service: str) -> tuple[Hashable, Points]:
        corners = self._corners.get(service, ())
        found = [self._points(corner) for corner in corners]
        key = (POINTS, *(self._digest(POINTS, corner) for corner in corners))
        made = self._once(key, lambda: Points(each for its in found for _, each in its.values()))
        return key, made

    def _points(self, corner: str) -> _Corner:
        digest = self._digest(POINTS, corner)
        return self._once(digest, lambda: self._read_points(corner, self._bodies[digest]))

    def _read_points(self, corner: str, bodies: list[dict[str, Any]]) -> _Corner:
        """The points of a corner; those that did not change themselves are the same objects."""
        service, before = service_of(corner), self._points_before(corner)
        found: _Corner = {}
        for body in bodies:
            part = PointPart.model_validate({"service": service, **body})
            kept = before.get(part.id)
            same = kept is not None and kept[0] == part
            found[part.id] = kept if kept and same else (part, read_point(part))
        return found

    def _points_before(self, corner: str) -> _Corner:
        if self._previous is None:
            return {}
        digest = self._previous.manifest.get(f"{POINTS}/{corner}")
        return self._previous.made.get(digest, {}) if digest else {}
