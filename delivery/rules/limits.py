"""What a service carries: how heavy, how big, how many, and what not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

MM3_OF_A_CM3 = 1000


@dataclass(frozen=True)
class Limits:
    """What a service carries. 0 means no limit; a limit itself is still carried."""

    max_weight_g: int = 0
    max_total_weight_g: int = 0
    #: Longest side first; a parcel may be turned.
    max_sides_mm: tuple[int, ...] = ()
    max_parcels: int = 0
    refuses: frozenset[str] = frozenset()
    #: Longest side and twice the two others.
    max_girth_mm: int = 0
    max_volume_cm3: int = 0
    max_total_volume_cm3: int = 0
    #: Cubic centimetres that count as a kilogram. Where it is set, prices and both weight limits
    #: go by whichever of a parcel is more, its weight or its room.
    dim_divisor: int = 0

    @cached_property
    def most(self) -> tuple[float, ...]:
        """The most that each measure may be, in the order of `Measured`."""
        long, middle, short = (*self.max_sides_mm, 0, 0, 0)[:3]
        said = (
            self.max_parcels, self.max_weight_g, self.max_total_weight_g, long, middle, short,
            self.max_girth_mm, self.max_volume_cm3 * MM3_OF_A_CM3,
            self.max_total_volume_cm3 * MM3_OF_A_CM3,
        )  # fmt: skip
        return tuple([limit or inf for limit in said])
