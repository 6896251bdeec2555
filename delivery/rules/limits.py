"""What a service carries: how heavy, how big, how many, and what not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a service carries. 0 means no limit."""

    max_weight_g: int = 0
    max_total_weight_g: int = 0
    #: Longest side first; a parcel may be turned.
    max_sides_mm: tuple[int, ...] = ()
    max_parcels: int = 0
    refuses: frozenset[str] = frozenset()
