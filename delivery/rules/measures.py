"""How heavy and how big a basket is, worked out once and asked by every service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: Weight in grams, and the sides longest first; a side that was not given is 0.
_Weighed = tuple[int, tuple[int, ...]]


class Measured(NamedTuple):
    """What limits are held against, in the order of `Limits.most`.

    What was not given is 0, so that it is believed to fit. Of sides and girth the greatest of all
    parcels: what is no wider than the widest goes through, however it is turned.
    """

    parcels: int
    heaviest_g: int
    together_g: int
    longest_mm: int
    middle_mm: int
    shortest_mm: int
    girth_mm: int
    biggest_mm3: int
    together_mm3: int


class Measures:
    """The weights and sizes of the parcels of one basket, of which there is at least one."""

    def __init__(self, weighed: Iterable[_Weighed]) -> None:
        weights, sides = zip(*weighed, strict=True)
        volumes = [long * middle * short for long, middle, short in sides]
        self._parcels = list(zip(weights, volumes, strict=True))
        #: The longest side of all, the longest of the middle ones, of the shortest.
        self.sides_mm: tuple[int, ...] = tuple(map(max, zip(*sides, strict=True)))
        longest, middling, shortest = self.sides_mm
        plain = Measured(
            len(weights), max(weights), sum(weights), longest, middling, shortest,
            max([long + 2 * (middle + short) for long, middle, short in sides]),
            max(volumes), sum(volumes),
        )  # fmt: skip
        self._by_divisor = {0: plain}

    def by(self, dim_divisor: int) -> Measured:
        """The measures where a parcel weighs as much as its room, if that is more.

        A kilogram is said to need `dim_divisor` cm³ (5,000 in the air, 3,000 to 4,000 on roads);
        0: only the scales count. A begun gram is a gram.
        """
        found = self._by_divisor.get(dim_divisor)
        if found is None:
            # mm³ / (cm³ per kg) = g: the thousands of both sides cancel out.
            grams = [max(weight, -(-volume // dim_divisor)) for weight, volume in self._parcels]
            found = self._by_divisor[0]._replace(heaviest_g=max(grams), together_g=sum(grams))
            self._by_divisor[dim_divisor] = found
        return found
