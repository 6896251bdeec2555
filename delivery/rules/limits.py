"""What a service carries: how heavy, how big, how many, and what not."""

from __future__ import annotations

from dataclasses import dataclass


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
