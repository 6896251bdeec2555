"""What an option costs, part by part; the parts always add up to the price."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from delivery.rules.money import Money
from delivery.rules.tariffs import Tariff

#: (code, amount); what people read comes from the words of their language.
Parts = tuple[tuple[str, int], ...]


def window_parts(tariff: Tariff, start: datetime, minutes: int) -> Parts:
    """The price of a window before anything that depends on the basket."""
    parts: Parts = (("base", tariff.by_width.get(minutes, tariff.base)),)
    if tariff.evening and tariff.evening_from and start.time() >= tariff.evening_from:
        parts += (("evening", tariff.evening),)
    return parts


def with_basket(tariff: Tariff, parts: Parts, value: Money | None) -> Parts:
    """The same with what the basket earns: delivery is free from a certain value on."""
    if tariff.free_from is None or value is None or value.amount < tariff.free_from:
        return parts
    return _made_free(parts)


@lru_cache(maxsize=256)
def _made_free(parts: Parts) -> Parts:
    cost = total(parts)
    return (*parts, ("free_over", -cost)) if cost else parts


def total(parts: Parts) -> int:
    return sum(amount for _code, amount in parts)
