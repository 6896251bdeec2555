"""What an option costs, part by part; the parts always add up to the price.

A service's `terms` for a basket are worked out once. What depends only on a window and its zone
(`window_parts`) is worked out once when a plan is made; `priced` puts the two together. Windows
with the same `window_parts` cost the same as long as `urgency_of` is the same. Where a tariff has
no `urgency` that is always so; else the earliest windows of such a group may be dearer than the
later ones, and the first of each urgency have to be looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from delivery.rules.money import Money
from delivery.rules.tariffs import BEFORE_DISCOUNT, Surcharge, Tariff
from delivery.rules.windows import TimeWindow

#: (code, amount); what people read comes from the words of their language.
Parts = tuple[tuple[str, int], ...]
#: The surcharges of a window, as far as it and its zone decide, in the order they are added.
WindowParts = tuple[Surcharge, ...]

_WHOLE = 10_000  # basis points
_HOUR = 3600.0


class Terms(NamedTuple):
    """What a service asks of one basket in one zone, before anybody looks at a window."""

    tariff: Tariff
    zone: str
    base: int
    free: bool


class FreeOver(NamedTuple):
    """From which value of the goods on delivery is free, and how much of it is missing."""

    threshold: int
    to_go: int
    basis: str


def terms_of(
    tariff: Tariff, weight_g: int, value: Money | None, discount: Money | None, zone: str
) -> Terms | None:
    """The terms for a basket of this chargeable weight; None: there is no price for it."""
    base = base_of(tariff, weight_g, value, zone)
    if base is None:
        return None
    return Terms(tariff, zone, base, is_free(tariff, value, discount))


def base_of(tariff: Tariff, weight_g: int, value: Money | None, zone: str) -> int | None:
    """The base, or that of the first band that holds; None is no price, 0 is a price.

    A value that is not known counts as 0.
    """
    if not tariff.bands:
        return tariff.base
    worth = value.amount if value else 0
    for band in tariff.bands:
        if band.holds(weight_g, worth, zone):
            return band.amount
    return None


def window_parts(tariff: Tariff, start: datetime, minutes: int, zone: str = "") -> WindowParts:
    """The surcharges of a window in a zone, whoever asks and when. `start` is in local time."""
    return tuple([each for each in tariff.surcharges if each.holds(start, minutes, zone)])


def urgency_of(tariff: Tariff, hours_until: float) -> int:
    """How pressing a window is by this tariff: alike for windows that `priced` treats alike."""
    return bisect_right(tariff.urgency, hours_until) if tariff.urgency else 0


def priced(terms: Terms, windowed: WindowParts, hours_until: float = 0.0) -> Parts:
    """Base, surcharges in their order, and what takes them away again where delivery is free.

    `hours_until` is from the moment of the quote to the beginning of the window.
    """
    tariff, _zone, base, free = terms
    urgency = bisect_right(tariff.urgency, hours_until) if tariff.urgency else 0
    return _priced(tariff, base, windowed, urgency, free)


def price_of(terms: Terms, window: TimeWindow, now: datetime) -> Parts:
    """The price of one window, in local time, for somebody who asks now."""
    tariff = terms.tariff
    if not tariff.surcharges:
        return _priced(tariff, terms.base, (), 0, terms.free)
    windowed = window_parts(tariff, window.start, window.minutes, terms.zone)
    hours = hours_between(now, window.start) if tariff.urgency else 0.0
    return priced(terms, windowed, hours)


def hours_between(now: datetime, start: datetime) -> float:
    """Hours from one moment to a later one, on the world's clock."""
    return (start.timestamp() - now.timestamp()) / _HOUR


@lru_cache(maxsize=8192)
def _priced(tariff: Tariff, base: int, windowed: WindowParts, urgency: int, free: bool) -> Parts:
    parts = [("base", base)]
    fixed = whole = base
    pressing = tariff.urgency[urgency:]
    for each in windowed:
        if each.hours_until_below is not None and each.hours_until_below not in pressing:
            continue
        amount = each.amount
        if each.basis_points is not None:
            amount = share_of(fixed, each.basis_points)
        # A rebate gives back no more than is asked.
        amount = max(amount, -whole)
        if each.basis_points is None:
            fixed += amount
        whole += amount
        if amount:
            parts.append((each.code, amount))
    if free and whole:
        parts.append(("free_over", -whole))
    return tuple(parts)


def share_of(amount: int, basis_points: int) -> int:
    """So many hundredths of a per cent of an amount, half a cent up."""
    return (amount * basis_points + _WHOLE // 2) // _WHOLE


def total(parts: Parts) -> int:
    """The price that the parts make."""
    return sum([amount for _code, amount in parts])


def vat_of(tariff: Tariff, amount: int) -> tuple[int, int] | None:
    """Basis points and the VAT within an amount, half a cent up; None where it is not stated."""
    basis_points = tariff.vat_basis_points
    if basis_points is None:
        return None
    whole = _WHOLE + basis_points
    return basis_points, (2 * amount * basis_points + whole) // (2 * whole)


def is_free(tariff: Tariff, value: Money | None, discount: Money | None) -> bool:
    """Whether these goods are delivered free; not if their value is not known."""
    if tariff.free_from is None or value is None:
        return False
    return _measured(tariff, value, discount) >= tariff.free_from


def free_over_of(tariff: Tariff, value: Money | None, discount: Money | None) -> FreeOver | None:
    """How far these goods are from free delivery; None if it is never free or nobody knows."""
    if tariff.free_from is None or value is None:
        return None
    to_go = max(0, tariff.free_from - _measured(tariff, value, discount))
    return FreeOver(tariff.free_from, to_go, tariff.free_basis)


def _measured(tariff: Tariff, value: Money, discount: Money | None) -> int:
    if tariff.free_basis == BEFORE_DISCOUNT and discount is not None:
        return value.amount + discount.amount
    return value.amount
