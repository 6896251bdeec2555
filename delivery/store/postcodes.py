"""Every postcode of the country, and the zones made of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from delivery.rules.geography import Postcode
from delivery.rules.zones import Zone, ZoneMap

_TOWN = Path(__file__).parent.parent / "town"
FILE = "postcodes.csv"


@lru_cache(maxsize=4)
def known_postcodes(file: str = FILE) -> Mapping[str, Postcode]:
    """Every Finnish postcode with the middle of its area (GeoNames, see town/ATTRIBUTION.md)."""
    with (_TOWN / file).open(encoding="utf-8", newline="") as rows:
        return {
            row["postcode"]: Postcode(
                row["postcode"], row["place"], row["municipality"],
                float(row["lat"]), float(row["lon"]),
            )
            for row in csv.DictReader(rows)
        }  # fmt: skip


def zone_map_of(zones: Iterable[Zone], file: str = FILE) -> ZoneMap:
    """The map of these zones; services with equal zones share one, whatever their order."""
    return _shared(frozenset(zones), file)


@lru_cache(maxsize=256)
def _shared(zones: frozenset[Zone], file: str) -> ZoneMap:
    return ZoneMap(tuple(zones), known_postcodes(file))
