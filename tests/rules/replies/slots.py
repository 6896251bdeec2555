"""Slots that tests offer."""

from __future__ import annotations

from datetime import datetime

from delivery.rules.replies import OfferedSlot
from tests.times import HELSINKI


def _slot(name: str, day: int, start: int, end: int) -> OfferedSlot:
    return OfferedSlot(
        name,
        datetime(2026, 3, day, start, tzinfo=HELSINKI),
        datetime(2026, 3, day, end, tzinfo=HELSINKI),
    )


SLOTS = [
    _slot(f"s{day}-{start}-{end}", day, start, end)
    for day in range(11, 18)
    for start, end in ((8, 12), (10, 12), (12, 16), (16, 20), (17, 19), (19, 21), (17, 18))
]
MENU = [_slot("a", 11, 17, 19), _slot("b", 12, 10, 12), _slot("c", 13, 17, 19)]
