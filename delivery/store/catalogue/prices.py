"""What a catalogue's document says about limits and prices.

    [services.home.limits]                # all optional; 0 or absent is no limit
    max_weight_g = 35000                  # a parcel
    max_total_weight_g = 120000           # all of them
    max_sides_mm = [2200, 1200, 1200]     # in any order; a parcel may be turned
    max_girth_mm = 3000                   # longest side and twice the two others
    max_volume_cm3 = 500000               # a parcel
    max_total_volume_cm3 = 2000000
    dim_divisor = 5000                    # cm³ that count as a kilogram, in weights and prices
    max_parcels = 20
    refuses = ["hazardous"]

    [services.home.price]                 # minor units, VAT included
    base = 590                            # or bands, of which the first that holds counts
    vat_percent = 25.5                    # stated, never added
    free_from = 10000                     # goods worth this much are delivered free
    free_basis = "after_discount"         # or "before_discount"

    [[services.home.price.bands]]         # from: included, to: not; no band that holds, no price
    from_g = 0
    to_g = 5000
    from_value = 0
    to_value = 10000
    zones = ["helsinki-inner"]
    amount = 590

    [[services.home.price.surcharges]]    # added in this order where all that is said holds
    code = "weekend_evening"
    name = { en = "Weekend evening", fi = "Viikonloppuilta" }
    amount = 100                          # or percent = 12.5, of the base and the amounts before
    widths = [120, 60]                    # minutes
    weekdays = ["sat", "sun"]
    from = "17:00"                        # when the window begins, on its place's clock
    to = "24:00"                          # not included; earlier than from: past midnight
    hours_until_below = 24                # from the quote to the window
    zones = ["helsinki-inner"]

An amount or a percentage below 0 is a rebate. The codes `base` and `free_over` are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import time
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from pydantic import model_validator as check

from delivery.rules.limits import Limits
from delivery.rules.tariffs import Band, Surcharge, Tariff
from delivery.store.catalogue.shapes import (
    MINUTES_OF_A_DAY,
    WEEK,
    Cents,
    Code,
    Count,
    Hour,
    Part,
    Said,
    Weekday,
    clock_face,
    read_said,
)

_RESERVED = ("base", "free_over")
_MOST = 1_000_000
#: A lorry holds less.
_Volume = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]
_Change = Annotated[int, Field(strict=True, ge=-_MOST, le=_MOST)]


def _a_number(found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        raise ValueError("must be a number")
    return found


def _in_hundredths(found: Decimal) -> Decimal:
    if found * 100 % 1:
        raise ValueError("must have two decimals at the most")
    return found


_Number = Annotated[Decimal, BeforeValidator(_a_number), AfterValidator(_in_hundredths)]
_Percent = Annotated[_Number, Field(ge=-100, le=1000)]
_Vat = Annotated[_Number, Field(ge=0, le=100)]
_Width = Annotated[int, Field(strict=True, ge=1, le=MINUTES_OF_A_DAY)]


class LimitsPart(Part):
    max_weight_g: Count = 0
    max_total_weight_g: Count = 0
    max_sides_mm: list[Count] = Field(default=[], max_length=3)
    max_girth_mm: Count = 0
    max_volume_cm3: _Volume = 0
    max_total_volume_cm3: _Volume = 0
    dim_divisor: Count = 0
    max_parcels: Count = 0
    refuses: list[Code] = Field(default=[])


class BandPart(Part):
    amount: Cents
    from_g: Count = 0
    to_g: Count | None = None
    from_value: Count = 0
    to_value: Count | None = None
    zones: list[Code] = Field(default=[])

    @check(mode="after")
    def _holds_something(self) -> BandPart:
        for name, since, until in (
            ("g", self.from_g, self.to_g),
            ("value", self.from_value, self.to_value),
        ):
            if until is not None and since >= until:
                raise ValueError(f"from_{name} {since} is not below to_{name} {until}")
        return self

    def has_all_of(self, other: BandPart) -> bool:
        """Whether every basket in the other band is in this one too."""
        return (
            self.from_g <= other.from_g
            and (self.to_g is None or (other.to_g is not None and other.to_g <= self.to_g))
            and self.from_value <= other.from_value
            and (
                self.to_value is None
                or (other.to_value is not None and other.to_value <= self.to_value)
            )
            and (not self.zones or (bool(other.zones) and set(other.zones) <= set(self.zones)))
        )


class SurchargePart(Part):
    code: Code
    name: Said | None = None
    amount: _Change | None = None
    percent: _Percent | None = None
    widths: list[_Width] = Field(default=[])
    weekdays: list[Weekday] = Field(default=[])
    since: Hour | None = Field(default=None, alias="from")
    until: Hour | None = Field(default=None, alias="to")
    hours_until_below: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] | None = None
    zones: list[Code] = Field(default=[])

    @check(mode="after")
    def _clear(self) -> SurchargePart:
        if self.code in _RESERVED:
            raise ValueError(f"the code {self.code} is ours")
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a surcharge has an amount or a percent, one of both")
        if self.since is not None and self.since == self.until:
            raise ValueError(f"from {self.since} to {self.until} is no time at all")
        return self


class PricePart(Part):
    base: Cents | None = None
    bands: list[BandPart] | None = Field(default=None, min_length=1)
    surcharges: list[SurchargePart] = Field(default=[])
    vat_percent: _Vat | None = None
    free_from: Count | None = None
    free_basis: Literal["after_discount", "before_discount"] = "after_discount"

    @field_validator("bands")
    @classmethod
    def _all_may_hold(cls, bands: list[BandPart] | None) -> list[BandPart] | None:
        for (first, earlier), (second, later) in combinations(enumerate(bands or []), 2):
            if earlier.has_all_of(later):
                raise ValueError(f"band {second} never counts: band {first} has all of it")
        return bands

    @field_validator("surcharges")
    @classmethod
    def _no_code_twice(cls, surcharges: list[SurchargePart]) -> list[SurchargePart]:
        twice = [code for code, times in Counter(s.code for s in surcharges).items() if times > 1]
        if twice:
            raise ValueError(f"the code {twice[0]!r} is there twice")
        return surcharges

    @check(mode="after")
    def _one_base(self) -> PricePart:
        if (self.base is None) == (self.bands is None):
            raise ValueError("a price has a base or bands, one of both")
        return self


def unknown_names(
    part: PricePart, zones: Collection[str], widths: Collection[int] | None
) -> Iterator[tuple[str, str]]:
    """Zones and widths that the service has not, as (path below the price, what is wrong).

    `widths` are those of its rounds, None where it has none.
    """
    for number, band in enumerate(part.bands or []):
        for zone in sorted(set(band.zones) - set(zones)):
            yield f"bands.{number}.zones", f"the service has no zone {zone!r}"
    for number, surcharge in enumerate(part.surcharges):
        for zone in sorted(set(surcharge.zones) - set(zones)):
            yield f"surcharges.{number}.zones", f"the service has no zone {zone!r}"
        for width in sorted(set(surcharge.widths) - set(widths or surcharge.widths)):
            yield f"surcharges.{number}.widths", f"the service has no windows of {width} minutes"


def read_limits(part: LimitsPart) -> Limits:
    """The limits as the rules use them."""
    plain = part.model_dump(exclude={"max_sides_mm", "refuses"})
    sides = tuple(sorted(part.max_sides_mm, reverse=True))
    return Limits(**plain, max_sides_mm=sides, refuses=frozenset(part.refuses))


def read_tariff(part: PricePart) -> Tariff:
    """The tariff as the rules use it."""
    return Tariff(
        base=part.base,
        bands=tuple(map(_band, part.bands or [])),
        surcharges=tuple(map(_surcharge, part.surcharges)),
        vat_basis_points=_basis_points(part.vat_percent),
        free_from=part.free_from,
        free_basis=part.free_basis,
    )


def _band(part: BandPart) -> Band:
    return Band(**part.model_dump(exclude={"zones"}), zones=frozenset(part.zones))


def _surcharge(part: SurchargePart) -> Surcharge:
    return Surcharge(
        code=part.code,
        said=read_said(part.name) if part.name else None,
        amount=part.amount or 0,
        basis_points=_basis_points(part.percent),
        widths=frozenset(part.widths),
        weekdays=frozenset(WEEK.index(day) for day in part.weekdays),
        from_time=_face(part.since),
        to_time=_face(part.until),
        hours_until_below=part.hours_until_below,
        zones=frozenset(part.zones),
    )


def _basis_points(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * 100)


def _face(hour: str | None) -> time | None:
    return None if hour is None else clock_face(hour)
