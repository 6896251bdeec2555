"""What to offer when the wanted time is gone: the nearest of what is free."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.rules.options import DeliveryOption
from delivery.rules.windows import TimeWindow

MOST = 5


def nearest(
    free: Iterable[DeliveryOption], wanted: TimeWindow, *, kind: str, most: int = MOST
) -> list[DeliveryOption]:
    """The options nearest to `wanted`: the same kind first, then by how far they start from it."""

    def far(option: DeliveryOption) -> tuple[bool, float, float, str]:
        away = abs((option.window.start - wanted.start).total_seconds())
        other_width = abs(option.window.minutes - wanted.minutes)
        return option.kind != kind, away, other_width, option.id

    return sorted(free, key=far)[:most]
