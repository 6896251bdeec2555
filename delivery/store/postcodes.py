"""Every postcode of the country."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from delivery.rules.geography import Postcode

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
