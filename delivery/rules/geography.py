"""Where things are, and how far apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians

_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Postcode:
    """A postcode and the middle of its area."""

    code: str
    name: str
    municipality: str
    lat: float
    lon: float


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> int:
    """As the crow flies; within 0.1 % of the great circle over a town and its surroundings."""
    east = (other_lon - lon) * cos(radians((lat + other_lat) / 2))
    return round(hypot(other_lat - lat, east) * _METRES_PER_DEGREE)
