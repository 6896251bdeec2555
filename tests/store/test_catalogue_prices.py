"""Limits and prices as a document says them: read exactly, and refused by path."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from delivery.rules.limits import Limits
from delivery.rules.tariffs import Band
from delivery.store.catalogue.prices import (
    LimitsPart,
    PricePart,
    read_limits,
    read_tariff,
    unknown_names,
)

FIXED = {"code": "fuel", "amount": 50}


def faults(price: dict[str, Any]) -> dict[str, str]:
    """What is wrong by its path."""
    with pytest.raises(ValidationError) as refused:
        PricePart.model_validate(price)
    return {".".join(map(str, each["loc"])): each["msg"] for each in refused.value.errors()}


@pytest.mark.parametrize(
    ("price", "path", "words"),
    [
        ({}, "", "a base or bands"),
        ({"base": 1, "bands": [{"amount": 1}]}, "", "a base or bands"),
        ({"bands": []}, "bands", "at least 1"),
        ({"bands": [{}]}, "bands.0.amount", "required"),
        ({"bands": [{"amount": 1, "from_g": 5, "to_g": 5}]}, "bands.0", "from_g 5 is not below"),
        ({"bands": [{"amount": 1, "from_value": 9, "to_value": 1}]}, "bands.0", "from_value 9"),
        ({"bands": [{"amount": -1}]}, "bands.0.amount", "greater"),
        ({"bands": [{"amount": 1}, {"amount": 2, "from_g": 9}]}, "bands", "band 1 never counts"),
        ({"base": -1}, "base", "greater"),
        ({"base": 5.9}, "base", "integer"),
        ({"base": True}, "base", "integer"),
        ({"base": 1, "vat_percent": -1}, "vat_percent", "greater"),
        ({"base": 1, "vat_percent": 101}, "vat_percent", "less"),
        ({"base": 1, "vat_percent": 25.555}, "vat_percent", "two decimals"),
        ({"base": 1, "vat_percent": True}, "vat_percent", "must be a number"),
        ({"base": 1, "vat_percent": "25.5"}, "vat_percent", "must be a number"),
        ({"base": 1, "vat_percent": float("nan")}, "vat_percent", "finite"),
        ({"base": 1, "free_basis": "gross"}, "free_basis", "after_discount"),
        ({"base": 1, "free_from": -1}, "free_from", "greater"),
        ({"base": 1, "surcharges": [{"code": "fuel"}]}, "surcharges.0", "amount or a percent"),
        ({"base": 1, "surcharges": [FIXED | {"percent": 1}]}, "surcharges.0", "one of both"),
        ({"base": 1, "surcharges": [FIXED, FIXED]}, "surcharges", "'fuel' is there twice"),
        ({"base": 1, "surcharges": [FIXED | {"code": "base"}]}, "surcharges.0", "is ours"),
        ({"base": 1, "surcharges": [FIXED | {"code": "free_over"}]}, "surcharges.0", "is ours"),
        ({"base": 1, "surcharges": [FIXED | {"from": "25:00"}]}, "surcharges.0.from", "pattern"),
        (
            {"base": 1, "surcharges": [FIXED | {"from": "12:00", "to": "12:00"}]},
            "surcharges.0", "no time at all",
        ),
        ({"base": 1, "surcharges": [FIXED | {"weekdays": ["maanantai"]}]},
         "surcharges.0.weekdays.0", "'mon'"),
        ({"base": 1, "surcharges": [FIXED | {"widths": [0]}]}, "surcharges.0.widths.0", "greater"),
        ({"base": 1, "surcharges": [FIXED | {"hours_until_below": 0}]},
         "surcharges.0.hours_until_below", "greater"),
        ({"base": 1, "surcharges": [{"code": "x", "percent": 0.001}]}, "surcharges.0.percent",
         "two decimals"),
        ({"base": 1, "evening": 100}, "evening", "not permitted"),
        ({"base": 1, "by_width": {"60": 1}}, "by_width", "not permitted"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_price_is_named(price: dict[str, Any], path: str, words: str) -> None:
    found = faults(price)
    assert path in found
    assert words in found[path]


def test_a_tariff_is_read_exactly() -> None:
    tariff = read_tariff(
        PricePart.model_validate(
            {
                "bands": [
                    {"to_g": 5000, "zones": ["inner"], "amount": 0},
                    {"from_value": 100, "to_value": 200, "amount": 700},
                ],
                "vat_percent": 25.5,
                "free_from": 7000,
                "free_basis": "before_discount",
                "surcharges": [
                    {"code": "fuel", "percent": 12.25, "name": {"en": "Fuel", "fi": "Polttoaine"}},
                    {"code": "late", "amount": -50, "from": "17:00", "to": "24:00",
                     "weekdays": ["mon", "sun"], "widths": [60], "hours_until_below": 24,
                     "zones": ["inner"]},
                ],
            }
        )
    )  # fmt: skip
    assert tariff.base is None
    assert tariff.bands == (
        Band(to_g=5000, zones=frozenset({"inner"}), amount=0),
        Band(from_value=100, to_value=200, amount=700),
    )
    assert (tariff.vat_basis_points, tariff.free_from) == (2550, 7000)
    assert tariff.free_basis == "before_discount"
    fuel, late = tariff.surcharges
    assert (fuel.code, fuel.basis_points, fuel.amount) == ("fuel", 1225, 0)
    assert (late.code, late.basis_points, late.amount) == ("late", None, -50)
    assert (late.from_time, late.to_time) == (time(17), time(0))
    assert late.weekdays == {0, 6}
    assert (late.widths, late.zones, late.hours_until_below) == ({60}, {"inner"}, 24)
    assert tariff.urgency == (24,)
    assert tariff.said == {"fuel": {"en": "Fuel", "fi": "Polttoaine", "sv": "Fuel", "el": "Fuel"}}


def test_every_hundredth_of_a_per_cent_is_read_as_it_is_written() -> None:
    # 25.5 and 0.29 are no exact floats; what is written counts.
    for hundredths in range(10_001):
        part = PricePart(base=1, vat_percent=hundredths / 100)  # type: ignore[arg-type]
        assert read_tariff(part).vat_basis_points == hundredths


def test_limits_are_read_exactly() -> None:
    said = {
        "max_weight_g": 1, "max_total_weight_g": 2, "max_sides_mm": [3, 5, 4], "max_girth_mm": 6,
        "max_volume_cm3": 7, "max_total_volume_cm3": 8, "dim_divisor": 9, "max_parcels": 10,
        "refuses": ["frozen"],
    }  # fmt: skip
    assert read_limits(LimitsPart.model_validate(said)) == Limits(
        max_weight_g=1, max_total_weight_g=2, max_sides_mm=(5, 4, 3), max_girth_mm=6,
        max_volume_cm3=7, max_total_volume_cm3=8, dim_divisor=9, max_parcels=10,
        refuses=frozenset({"frozen"}),
    )  # fmt: skip
    assert read_limits(LimitsPart()) == Limits()


def test_zones_and_widths_that_the_service_has_not_are_named() -> None:
    part = PricePart.model_validate(
        {
            "bands": [{"amount": 1, "zones": ["inner", "narnia"]}],
            "surcharges": [FIXED | {"zones": ["oz"], "widths": [60, 90]}],
        }
    )
    assert dict(unknown_names(part, ["inner"], [240, 60])) == {
        "bands.0.zones": "the service has no zone 'narnia'",
        "surcharges.0.zones": "the service has no zone 'oz'",
        "surcharges.0.widths": "the service has no windows of 90 minutes",
    }
    assert "surcharges.0.widths" not in dict(unknown_names(part, ["inner"], None))
