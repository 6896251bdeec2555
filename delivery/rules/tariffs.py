"""What a service costs, as the shop wrote it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time


@dataclass(frozen=True)
class Tariff:
    """What a service costs, in minor units: a base, an evening part, free from a value on."""

    base: int
    by_width: Mapping[int, int] = field(default_factory=dict)
    evening_from: time | None = None
    evening: int = 0
    free_from: int | None = None
