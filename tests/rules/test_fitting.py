"""Why a service cannot carry a basket."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.asks import Parcel
from delivery.rules.fitting import Check, checks, terms_for, why_not
from delivery.rules.limits import Limits
from delivery.rules.tariffs import Band, Tariff
from tests.asking import an_ask
from tests.rules.test_town import CATALOGUE, service

BOX = {"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}
PARCEL = service("parcel")


@pytest.mark.parametrize(
    ("code", "change", "why"),
    [
        ("locker", {}, None),
        ("locker", {"postcode": "99980"}, "outside_zone"),
        ("home", {"postcode": "01150"}, "outside_zone"),
        ("locker", {"parcels": [BOX | {"weight_g": 15_000}]}, None),
        ("locker", {"parcels": [BOX | {"weight_g": 15_001}]}, "too_heavy"),
        ("parcel", {"parcels": [BOX | {"weight_g": 20_001}] * 3}, "too_heavy_together"),
        ("locker", {"parcels": [BOX] * 2}, "too_many_parcels"),
        ("locker", {"parcels": [BOX | {"height_mm": 600}]}, None),
        ("locker", {"parcels": [BOX | {"height_mm": 601}]}, "too_long"),
        ("locker", {"parcels": [BOX | {"length_mm": 500, "width_mm": 401}]}, "too_big"),
        ("locker", {"parcels": [{"weight_g": 100}]}, None),
        ("locker", {"tags": ["frozen", "fragile"]}, "forbidden_tag"),
        ("store", {"tags": ["frozen"]}, None),
    ],
)
def test_what_fits_and_what_does_not(code: str, change: dict[str, Any], why: str | None) -> None:
    excluded = why_not(service(code), an_ask(**change))
    assert (excluded.code if excluded else None) == why


def test_every_service_is_asked_about_every_basket() -> None:
    heavy = an_ask(parcels=[BOX | {"weight_g": 900_000}])
    assert all(why_not(each, heavy) for each in CATALOGUE.services)


def excluded_by(limits: Limits, *parcels: dict[str, int]) -> str | None:
    found = why_not(replace(PARCEL, limits=limits), an_ask(parcels=list(parcels)))
    return found.code if found else None


LITRE = {"weight_g": 100, "length_mm": 100, "width_mm": 100, "height_mm": 100}
LONG = {"weight_g": 100, "length_mm": 100, "width_mm": 1000, "height_mm": 200}


@pytest.mark.parametrize(
    ("limits", "parcels", "why"),
    [
        (Limits(max_girth_mm=1600), [LONG], None),
        (Limits(max_girth_mm=1599), [LONG], "too_much_girth"),
        (Limits(max_girth_mm=1599), [LITRE, LONG], "too_much_girth"),
        (Limits(max_girth_mm=499), [LITRE], "too_much_girth"),
        (Limits(max_volume_cm3=1000), [LITRE] * 3, None),
        (Limits(max_volume_cm3=999), [LITRE], "too_much_volume"),
        (Limits(max_volume_cm3=1000), [LITRE | {"height_mm": 101}], "too_much_volume"),
        (Limits(max_total_volume_cm3=3000), [LITRE] * 3, None),
        (Limits(max_total_volume_cm3=2999), [LITRE] * 3, "too_much_volume_together"),
        # 1,000 cm³ are said to weigh 200 g at 5,000 cm³ a kilogram.
        (Limits(max_weight_g=200, dim_divisor=5000), [LITRE], None),
        (Limits(max_weight_g=199, dim_divisor=5000), [LITRE], "too_heavy"),
        (Limits(max_weight_g=199), [LITRE], None),
        (Limits(max_weight_g=200, dim_divisor=4999), [LITRE], "too_heavy"),
        (Limits(max_total_weight_g=600, dim_divisor=5000), [LITRE] * 3, None),
        (Limits(max_total_weight_g=599, dim_divisor=5000), [LITRE] * 3, "too_heavy_together"),
        (Limits(max_weight_g=100, dim_divisor=5000), [{"weight_g": 100}], None),
        (Limits(max_sides_mm=(500,)), [LITRE | {"width_mm": 501}], "too_long"),
    ],
)
def test_what_is_too_big(limits: Limits, parcels: list[dict[str, int]], why: str | None) -> None:
    assert excluded_by(limits, *parcels) == why


sides = st.integers(1, 900)
parcels = st.lists(st.builds(Parcel, st.integers(1, 9000), sides, sides, sides), min_size=1)
limits = st.builds(
    Limits,
    max_weight_g=st.integers(0, 9000),
    max_total_weight_g=st.integers(0, 20_000),
    max_sides_mm=st.lists(sides, max_size=3).map(lambda each: tuple(sorted(each, reverse=True))),
    max_parcels=st.integers(0, 5),
    max_girth_mm=st.integers(0, 3000),
    max_volume_cm3=st.integers(0, 200_000),
    max_total_volume_cm3=st.integers(0, 500_000),
    dim_divisor=st.sampled_from([0, 1, 3999, 5000]),
)


def plainly(limits: Limits, basket: list[Parcel]) -> set[str]:
    """Every limit that is broken, worked out parcel by parcel."""

    def over(most: int, *measured: float) -> bool:
        return bool(most) and any(each > most for each in measured)

    litres = [prod(each.sides) / 1000 for each in basket]
    grams: list[float] = [each.weight_g for each in basket]
    if limits.dim_divisor:
        room = [prod(each.sides) / limits.dim_divisor for each in basket]
        grams = [max(own, -(-its // 1)) for own, its in zip(grams, room, strict=True)]
    girths = [sum(each.sides) * 2 - each.sides[0] for each in basket]
    fits = [list(zip(each.sides, limits.max_sides_mm, strict=False)) for each in basket]
    return {
        code
        for code, broken in {
            "too_many_parcels": over(limits.max_parcels, len(basket)),
            "too_heavy": over(limits.max_weight_g, *grams),
            "too_heavy_together": over(limits.max_total_weight_g, sum(grams)),
            "too_long": any(pairs and pairs[0][0] > pairs[0][1] for pairs in fits),
            "too_big": any(side > most for pairs in fits for side, most in pairs),
            "too_much_girth": over(limits.max_girth_mm, *girths),
            "too_much_volume": over(limits.max_volume_cm3, *litres),
            "too_much_volume_together": over(limits.max_total_volume_cm3, sum(litres)),
        }.items()
        if broken
    }


def outcome(limits: Limits, basket: list[Parcel]) -> list[Check]:
    ask = replace(an_ask(), parcels=tuple(basket))
    return list(checks(replace(PARCEL, limits=limits), ask))


@given(limits, parcels)
def test_each_limit_is_kept_for_each_parcel(limits: Limits, basket: list[Parcel]) -> None:
    broken = {each.rule for each in outcome(limits, basket) if not each.passed}
    assert broken == plainly(limits, basket)


@given(limits, parcels, st.randoms(use_true_random=False))
def test_neither_order_nor_turning_matters(
    limits: Limits, basket: list[Parcel], chance: Any
) -> None:
    turned = [
        Parcel(each.weight_g, *chance.sample(each.sides, 3))
        for each in chance.sample(basket, len(basket))
    ]
    assert outcome(limits, turned) == outcome(limits, basket)


@given(limits, parcels)
def test_the_reason_is_the_first_rule_that_did_not_pass(
    limits: Limits, basket: list[Parcel]
) -> None:
    ask = replace(an_ask(), parcels=tuple(basket))
    limited = replace(PARCEL, limits=limits)
    first = next((each for each in checks(limited, ask) if not each.passed), None)
    found = why_not(limited, ask)
    assert (found and (found.code, found.fields)) == (first and (first.rule, first.fields))


@given(limits, parcels, st.integers(0, 2))
def test_a_size_that_is_not_given_never_excludes(
    limits: Limits, basket: list[Parcel], which: int
) -> None:
    name = ("length_mm", "width_mm", "height_mm")[which]
    unknown = [replace(each, **{name: 0}) for each in basket]
    before = {each.rule for each in outcome(limits, basket) if not each.passed}
    assert {each.rule for each in outcome(limits, unknown) if not each.passed} <= before


def test_every_rule_is_traced_for_a_service_that_fits() -> None:
    found = list(checks(PARCEL, an_ask()))
    assert all(each.passed for each in found)
    assert [each.rule for each in found] == [
        "outside_zone", "forbidden_tag", "too_many_parcels", "too_heavy", "too_heavy_together",
        "too_long", "too_big", "too_much_girth", "too_much_volume", "too_much_volume_together",
        "no_price",
    ]  # fmt: skip
    assert {each.rule: each.fields for each in found}["too_heavy"] == {"most": 30_000, "is": 1200}


def test_a_service_nobody_can_reach_is_traced_to_the_end() -> None:
    found = list(checks(service("home"), an_ask(postcode="99980", tags=["hazardous"])))
    assert [each.rule for each in found if not each.passed] == ["outside_zone", "forbidden_tag"]


def test_a_basket_in_no_band_has_no_price_and_one_in_a_free_band_has() -> None:
    bands = (Band(amount=0, to_g=1200), Band(amount=900, from_g=1201))
    banded = replace(PARCEL, tariff=Tariff(bands=bands))
    reasons = [
        found.code if (found := why_not(banded, an_ask(parcels=[BOX | {"weight_g": grams}]))) else 0
        for grams in (1199, 1200, 1201)
    ]
    assert reasons == [0, "no_price", 0]
    free = terms_for(banded, an_ask(parcels=[BOX | {"weight_g": 1199}]), "around")
    assert free is not None
    assert free.base == 0
    assert terms_for(banded, an_ask(), "around") is None


def test_room_is_charged_for_by_parcel() -> None:
    tariff = Tariff(bands=(Band(amount=1, to_g=1200), Band(amount=2)))
    bulky = replace(PARCEL, tariff=tariff, limits=Limits(dim_divisor=5000))
    # 200 g of room and 1,000 g of weight: each parcel by what is more of it.
    two = [LITRE, {"weight_g": 1000, "length_mm": 10, "width_mm": 10, "height_mm": 10}]
    terms = terms_for(bulky, an_ask(parcels=two), "around")
    assert terms is not None
    assert terms.base == 2
    plain = terms_for(replace(bulky, limits=Limits()), an_ask(parcels=two), "around")
    assert plain is not None
    assert plain.base == 1


def test_a_discount_is_kept_with_the_request() -> None:
    ask = an_ask(discount={"amount": 500, "currency": "EUR"})
    assert ask.discount is not None
    assert ask.discount.amount == 500
    assert type(ask).from_json(ask.as_json()) == ask
