"""What a catalogue's document says about limits and prices."""

from __future__ import annotations

from pydantic import Field

from delivery.rules.limits import Limits
from delivery.rules.tariffs import Tariff
from delivery.store.catalogue_shapes import Cents, Code, Count, Hour, Part, clock_face


class LimitsPart(Part):
    max_weight_g: Count = 0
    max_total_weight_g: Count = 0
    max_sides_mm: list[Count] = Field(default=[], max_length=3)
    max_parcels: Count = 0
    refuses: list[Code] = Field(default=[])


class PricePart(Part):
    base: Cents
    by_width: dict[int, Cents] = Field(default={})
    evening_from: Hour | None = None
    evening: Cents = 0
    free_from: Count | None = None


def read_limits(part: LimitsPart) -> Limits:
    """The limits as the rules use them."""
    return Limits(
        part.max_weight_g, part.max_total_weight_g,
        tuple(sorted(part.max_sides_mm, reverse=True)), part.max_parcels, frozenset(part.refuses),
    )  # fmt: skip


def read_tariff(part: PricePart) -> Tariff:
    """The tariff as the rules use it."""
    evening_from = clock_face(part.evening_from) if part.evening_from else None
    return Tariff(part.base, part.by_width, evening_from, part.evening, part.free_from)
