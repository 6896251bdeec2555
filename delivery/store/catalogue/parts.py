"""A catalogue's document in parts, each named by what it says: what did not change is not stored
or read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from delivery.ids import digest

HEAD = "head"
POINTS = "points"
#: The kinds of parts that are a table each in the document, and the name of that table's tables.
TABLES = {
    "carrier": "carriers",
    "calendar": "calendars",
    "origin": "origins",
    "zone": "zones",
    "service": "services",
}
# 128 bits of SHA-256: a manifest of a country names hundreds of parts.
_DIGEST_LENGTH = 32
# Points of one service whose postcodes begin alike are one part.
_BEGINNING = 2


class StoredPart(NamedTuple):
    """One table of a document, or the points of a service in a corner of the country."""

    kind: str
    code: str
    body: Any
    digest: str

    @property
    def name(self) -> str:
        """`service/home`; `head` is the only one of its kind."""
        return f"{self.kind}/{self.code}" if self.code else self.kind


Parts = dict[str, StoredPart]
#: The digest of each part by its name; services in the order in which they stand.
Manifest = dict[str, str]


def part(kind: str, code: str, body: Any) -> StoredPart:
    """A part with its digest. The order of keys in a table means nothing, that of a list does."""
    said = orjson.dumps([kind, code, body], option=orjson.OPT_SORT_KEYS)
    return StoredPart(kind, code, body, digest(said)[:_DIGEST_LENGTH])


def split(raw: Mapping[str, Any]) -> Parts:
    """The parts of a document that has been found right, by name."""
    return {each.name: each for each in _parts(raw)}


def _parts(raw: Mapping[str, Any]) -> Iterator[StoredPart]:
    tables = (*TABLES.values(), POINTS)
    yield part(HEAD, "", {key: value for key, value in raw.items() if key not in tables})
    for kind, table in TABLES.items():
        for code, body in raw.get(table, {}).items():
            yield part(kind, code, body)
    corners: dict[str, list[dict[str, Any]]] = {}
    for point in sorted(raw.get(POINTS, ()), key=lambda each: str(each["id"])):
        corner = f"{point['service']}/{point['postcode'][:_BEGINNING]}"
        corners.setdefault(corner, []).append(
            {key: value for key, value in point.items() if key != "service"}
        )
    for corner in sorted(corners):
        yield part(POINTS, corner, corners[corner])


def join(parts: Mapping[str, StoredPart]) -> dict[str, Any]:
    """The document again, as it was given to `split`; points in the order of their parts."""
    raw: dict[str, Any] = {**parts[HEAD].body, **{table: {} for table in TABLES.values()}}
    points: list[dict[str, Any]] = []
    for each in parts.values():
        if each.kind == POINTS:
            service = service_of(each.code)
            points += ({"id": point["id"], "service": service, **point} for point in each.body)
        elif each.kind != HEAD:
            raw[TABLES[each.kind]][each.code] = each.body
    return {**raw, POINTS: points} if points else raw


def service_of(corner: str) -> str:
    """The service of a part of points, by its code."""
    return corner.partition("/")[0]


def manifest_of(parts: Mapping[str, StoredPart]) -> Manifest:
    """What a version is made of."""
    return {name: each.digest for name, each in parts.items()}


def digest_of(manifest: Manifest) -> str:
    """The same for two documents that say the same. Only services have an order."""
    services = [name for name in manifest if name.startswith("service/")]
    return digest(orjson.dumps([manifest, services], option=orjson.OPT_SORT_KEYS))
