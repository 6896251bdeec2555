"""What a service costs, as the shop wrote it down: amounts in minor units, VAT included in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property

#: What the free-over threshold is measured against: the goods with or without their discount.
AFTER_DISCOUNT = "after_discount"
BEFORE_DISCOUNT = "before_discount"


@dataclass(frozen=True, kw_only=True)
class Band:
    """A price for baskets of one weight, value and zone; each `from_` counts in, each `to_` out.

    None in `to_` is no end, no zones are all zones.
    """

    amount: int
    from_g: int = 0
    to_g: int | None = None
    from_value: int = 0
    to_value: int | None = None
    zones: frozenset[str] = frozenset()

    def holds(self, weight_g: int, value: int, zone: str) -> bool:
        """Whether such a basket is in this band."""
        return (
            self.from_g <= weight_g
            and (self.to_g is None or weight_g < self.to_g)
            and self.from_value <= value
            and (self.to_value is None or value < self.to_value)
            and (not self.zones or zone in self.zones)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Surcharge:
    """What is added where every condition holds; an empty condition always does.

    Less than nothing is a rebate. Times and weekdays are those at which the window begins, on
    the clock of its place: what is charged is the hour of the delivery, not that of the order.
    """

    code: str
    said: Mapping[str, str] | None = None
    amount: int = 0
    #: A share of the base and the fixed surcharges before it, instead of an amount.
    basis_points: int | None = None
    #: Widths of the window in minutes.
    widths: frozenset[int] = frozenset()
    #: Monday is 0.
    weekdays: frozenset[int] = frozenset()
    #: From this time on, up to but not including the other; past midnight if it is later.
    from_time: time | None = None
    to_time: time | None = None
    #: Fewer hours than this from the quote to the window's beginning.
    hours_until_below: int | None = None
    zones: frozenset[str] = frozenset()

    def holds(self, start: datetime, minutes: int, zone: str) -> bool:
        """Whether it is added to such a window, apart from how soon it is."""
        return (
            (not self.widths or minutes in self.widths)
            and (not self.weekdays or start.weekday() in self.weekdays)
            and (not self.zones or zone in self.zones)
            and self._begins_in_time(start.time())
        )

    def _begins_in_time(self, at: time) -> bool:
        since, until = self.from_time or time(), self.to_time or time()
        if since < until:
            return since <= at < until
        return since <= at or at < until


@dataclass(frozen=True, kw_only=True, eq=False)
class Tariff:
    """What a service costs. There is either a base or bands; of bands the first that holds."""

    base: int | None = None
    bands: tuple[Band, ...] = ()
    #: In the order in which they are added.
    surcharges: tuple[Surcharge, ...] = ()
    #: Included in every amount, never added; None is not stated.
    vat_basis_points: int | None = None
    #: Goods worth this much are delivered free; None never.
    free_from: int | None = None
    free_basis: str = AFTER_DISCOUNT
    #: What each surcharge is called, by code and language.
    said: Mapping[str, Mapping[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        said = {each.code: each.said for each in self.surcharges if each.said}
        object.__setattr__(self, "said", said)

    @cached_property
    def urgency(self) -> tuple[int, ...]:
        """The hours below which something more is charged, fewest first; most have none."""
        below = {each.hours_until_below for each in self.surcharges}
        return tuple(sorted(hours for hours in below if hours is not None))
