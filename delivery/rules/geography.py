"""Where things are, and how far apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians
from typing import NamedTuple

#: Of a great circle on a globe with a radius of 6,371 km.
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Postcode:
    """A postcode and the middle of its area."""

    code: str
    name: str
    municipality: str
    lat: float
    lon: float


class Here(NamedTuple):
    """Where somebody is, ready to be asked how far things are."""

    lat: float
    lon: float
    east: float

    @classmethod
    def at(cls, lat: float, lon: float) -> Here:
        return cls(lat, lon, cos(radians(lat)))

    def metres_to(self, lat: float, lon: float) -> int:
        """As the crow flies; within 0.2 % of the great circle over a town and its surroundings."""
        return round(hypot(lat - self.lat, (lon - self.lon) * self.east) * METRES_PER_DEGREE)
