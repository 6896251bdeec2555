"""Free delivery with its basis stated, and the VAT within a price."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.money import Money
from delivery.rules.pricing import FreeOver, free_over_of, is_free, priced, terms_of, total, vat_of
from delivery.rules.tariffs import Tariff
from tests.rules.tariffs import BASES, EVENING, NARROW, a_tariff, at, euros, moneys, parts, tariffs


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize(
    ("value", "discount", "after", "before"),
    [
        (7000, None, 0, 0),
        (6999, None, 1, 1),
        (7001, None, 0, 0),
        (6500, 500, 500, 0),
        (6500, 499, 500, 1),
        (0, 0, 7000, 7000),
    ],
)
def test_free_over_is_exact_and_says_what_it_is_measured_by(
    basis: str, value: int, discount: int | None, after: int, before: int
) -> None:
    tariff = a_tariff(free_from=7000, free_basis=basis)
    taken = euros(discount) if discount is not None else None
    to_go = after if basis == "after_discount" else before
    assert free_over_of(tariff, euros(value), taken) == FreeOver(7000, to_go, basis)
    its = terms_of(tariff, 1, euros(value), taken, "")
    assert its is not None
    assert total(priced(its, ())) == (0 if to_go == 0 else 590)


@given(tariffs, moneys, st.none() | moneys)
def test_what_is_to_go_makes_it_free(tariff: Tariff, value: Money, discount: Money | None) -> None:
    """PrestaShop #15945: two settings, two bases, and a notice that the price did not keep."""
    found = free_over_of(tariff, value, discount)
    assert (found is None) == (tariff.free_from is None)
    if found is None:
        assert not is_free(tariff, value, discount)
        return
    assert (found.to_go == 0) == is_free(tariff, value, discount)
    if found.to_go:
        assert is_free(tariff, value + euros(found.to_go), discount)
        assert not is_free(tariff, value + euros(found.to_go - 1), discount)
        counted = value + discount if discount and found.basis == "before_discount" else value
        assert counted.amount + found.to_go == found.threshold


def test_a_coupon_that_drops_below_the_threshold_ends_free_delivery_or_not_as_stated() -> None:
    """woocommerce #8020 and four more, magento #12682: the basis was guessed, and never shown."""
    goods = {"value": euros(6500), "discount": euros(1000)}
    assert parts(a_tariff(free_from=7000), **goods) == (("base", 590),)
    before = a_tariff(free_from=7000, free_basis="before_discount")
    assert parts(before, **goods) == (("base", 590), ("free_over", -590))


def test_nobody_knows_how_far_goods_without_a_value_are_from_free() -> None:
    tariff = a_tariff(free_from=0)
    assert free_over_of(tariff, None, euros(100)) is None
    assert not is_free(tariff, None, None)
    assert is_free(tariff, euros(0), None)


def test_free_takes_everything_away_as_one_part() -> None:
    tariff = a_tariff(NARROW, EVENING, free_from=100)
    assert parts(tariff, at("2026-03-10T18:00"), value=euros(100)) == (
        ("base", 590), ("two_hours", 100), ("evening", 100), ("free_over", -790),
    )  # fmt: skip
    assert parts(a_tariff(base=0, free_from=1), value=euros(1)) == (("base", 0),)


@given(st.integers(0, 10**7), st.integers(0, 10_000))
def test_vat_is_the_part_of_the_price_that_the_rate_makes(amount: int, basis_points: int) -> None:
    found = vat_of(Tariff(base=1, vat_basis_points=basis_points), amount)
    assert found is not None
    exact = amount - Fraction(amount * 10_000, 10_000 + basis_points)
    assert found[0] == basis_points
    assert -Fraction(1, 2) < found[1] - exact <= Fraction(1, 2)
    assert 0 <= found[1] <= amount


@pytest.mark.parametrize(
    ("amount", "basis_points", "within"),
    [(1255, 2550, 255), (690, 2550, 140), (590, 2550, 120), (0, 2550, 0), (690, 0, 0),
     (3, 10_000, 2), (1, 10_000, 1)],
)  # fmt: skip
def test_vat_within_a_price(amount: int, basis_points: int, within: int) -> None:
    found = vat_of(Tariff(base=1, vat_basis_points=basis_points), amount)
    assert found == (basis_points, within)


def test_vat_that_is_not_stated_is_not_said() -> None:
    assert vat_of(a_tariff(), 590) is None
