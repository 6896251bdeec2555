"""How heavy and how big a basket is, worked out once and asked by every service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_MM3_OF_A_CM3 = 1000

#: Weight in grams, and the sides longest first; a side that was not given is 0.
_Weighed = tuple[int, tuple[int, ...]]


class Measures(NamedTuple):
    """Of all parcels together. What was not given is 0, so that it is believed to fit."""

    #: Grams and cubic millimetres of each parcel.
    parcels: tuple[tuple[int, int], ...]
    #: Of the longest sides the longest, of the middle ones, of the shortest: what all go through.
    sides_mm: tuple[int, ...]
    #: Longest side and twice the two others, of the parcel that has most of it.
    girth_mm: int
    heaviest_g: int
    together_g: int
    biggest_mm3: int
    together_mm3: int

    @classmethod
    def of(cls, weighed: Iterable[_Weighed]) -> Measures:
        """The measures of parcels, of which there is at least one."""
        weights, sides = zip(*weighed, strict=True)
        volumes = [long * middle * short for long, middle, short in sides]
        return cls(
            tuple(zip(weights, volumes, strict=True)),
            tuple(map(max, zip(*sides, strict=True))),
            max([long + 2 * (middle + short) for long, middle, short in sides]),
            max(weights),
            sum(weights),
            max(volumes),
            sum(volumes),
        )

    def chargeable(self, dim_divisor: int) -> tuple[int, int]:
        """Grams of the heaviest parcel and of all, each parcel as heavy as its room weighs.

        A kilogram is said to need `dim_divisor` cm³ (5,000 in the air, 3,000 to 4,000 on roads);
        0: only the scales count. A begun gram is a gram.
        """
        if not dim_divisor:
            return self.heaviest_g, self.together_g
        # mm³ / (cm³ per kg) = g: the thousands of both sides cancel out.
        grams = [max(weight, -(-volume // dim_divisor)) for weight, volume in self.parcels]
        return max(grams), sum(grams)

    def is_within_cm3(self, most_each: int, most_together: int) -> bool:
        """Whether no parcel, and not all of them, take up more; 0 is no limit."""
        return (not most_each or self.biggest_mm3 <= most_each * _MM3_OF_A_CM3) and (
            not most_together or self.together_mm3 <= most_together * _MM3_OF_A_CM3
        )
