"""Prices: parts that add up, bands with clear edges, the hour of the delivery."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from delivery.rules.money import Money
from delivery.rules.pricing import (
    base_of,
    hours_between,
    is_free,
    price_of,
    priced,
    share_of,
    terms_of,
    total,
    urgency_of,
    window_parts,
)
from delivery.rules.tariffs import Band, Surcharge, Tariff
from delivery.rules.windows import TimeWindow
from tests.rules.tariffs import (
    EVENING,
    NARROW,
    ZONES,
    a_tariff,
    at,
    euros,
    moneys,
    parts,
    price,
    starts,
    tariffs,
    terms,
)
from tests.times import NOW

widths = st.sampled_from([60, 120, 240])
zones = st.sampled_from(ZONES)


@given(tariffs, starts, widths, zones, st.none() | moneys, st.none() | moneys, st.integers(0, 6000))
def test_parts_add_up_to_a_price_that_is_never_negative(
    tariff: Tariff, start: datetime, minutes: int, zone: str,
    value: Money | None, discount: Money | None, weight_g: int,
) -> None:  # fmt: skip
    its = terms_of(tariff, weight_g, value, discount, zone)
    assert (its is None) == (base_of(tariff, weight_g, value, zone) is None)
    if its is None:
        return
    window = TimeWindow(start, start + timedelta(minutes=minutes))
    found = price_of(its, window, NOW)
    assert found[0] == ("base", its.base)
    assert total(found) == sum(amount for _code, amount in found) >= 0
    assert 0 not in [amount for _code, amount in found[1:]]
    codes = [code for code, _amount in found]
    assert len(set(codes)) == len(codes)
    if is_free(tariff, value, discount):
        assert total(found) == 0
    running = 0
    for _code, amount in found:
        running += amount
        assert running >= 0


@given(tariffs, starts, widths, zones)
def test_a_plan_and_a_single_window_are_priced_alike(
    tariff: Tariff, start: datetime, minutes: int, zone: str
) -> None:
    its = terms_of(tariff, 1000, None, None, zone)
    if its is None:
        return
    hours = (start - NOW) / timedelta(hours=1)
    planned = priced(its, window_parts(tariff, start, minutes, zone), hours)
    assert planned == price_of(its, TimeWindow(start, start + timedelta(minutes=minutes)), NOW)


@given(tariffs, st.integers(0, 60), widths, zones)
def test_windows_alike_in_parts_and_urgency_cost_the_same(
    tariff: Tariff, minute: int, minutes: int, zone: str
) -> None:
    its = terms_of(tariff, 1000, None, None, zone)
    if its is None:
        return
    costs: dict[Any, set[Any]] = {}
    for number in range(40):
        start = NOW + timedelta(hours=3 * number, minutes=minute)
        alike = window_parts(tariff, start, minutes, zone)
        hours = hours_between(NOW, start)
        found = priced(its, alike, hours)
        costs.setdefault((alike, urgency_of(tariff, hours)), set()).add(found)
    assert all(len(found) == 1 for found in costs.values())


def test_parts_stand_in_the_order_of_the_document() -> None:
    fuel = Surcharge(code="fuel", basis_points=1000)
    late = Surcharge(code="late", amount=200)
    assert parts(a_tariff(NARROW, fuel, late)) == (
        ("base", 590), ("two_hours", 100), ("fuel", 69), ("late", 200),
    )  # fmt: skip
    assert parts(a_tariff(late, NARROW, fuel))[-1] == ("fuel", 89)


def test_a_percentage_is_of_fixed_amounts_alone() -> None:
    tenth = [Surcharge(code=code, basis_points=1000) for code in ("fuel", "peak")]
    assert parts(a_tariff(*tenth, base=1000)) == (("base", 1000), ("fuel", 100), ("peak", 100))


@given(st.integers(-100_000, 100_000), st.integers(-10_000, 100_000))
def test_half_a_cent_is_rounded_up(amount: int, basis_points: int) -> None:
    exact = Fraction(amount * basis_points, 10_000)
    assert 0 <= share_of(amount, basis_points) - exact + Fraction(1, 2) <= 1
    assert share_of(amount, basis_points) - exact > Fraction(-1, 2)


@pytest.mark.parametrize(
    ("amount", "basis_points", "share"),
    [(590, 1250, 74), (580, 1250, 73), (100, 50, 1), (100, 49, 0), (1, 5000, 1), (-1, 5000, 0)],
)
def test_shares(amount: int, basis_points: int, share: int) -> None:
    assert share_of(amount, basis_points) == share


def test_a_rebate_gives_back_no_more_than_is_asked() -> None:
    rebate = Surcharge(code="quiet_morning", amount=-1000)
    assert parts(a_tariff(rebate, NARROW)) == (
        ("base", 590), ("quiet_morning", -590), ("two_hours", 100),
    )  # fmt: skip


BY_WEIGHT = (
    Band(amount=300, to_g=1000),
    Band(amount=500, from_g=1000, to_g=5000),
    Band(amount=0, from_g=5000, to_g=6000),
)


@pytest.mark.parametrize(
    ("grams", "base"),
    [(0, 300), (999, 300), (1000, 500), (4999, 500), (5000, 0), (5999, 0), (6000, None)],
)
def test_a_band_has_its_first_gram_and_not_its_last(grams: int, base: int | None) -> None:
    assert base_of(a_tariff(bands=BY_WEIGHT), grams, None, "north") == base


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(-2, 2))
def test_a_bands_edges_are_exact_for_values_too(first: int, length: int, off: int) -> None:
    tariff = a_tariff(bands=(Band(amount=1, from_value=first, to_value=first + length),))
    assume(first + off >= 0)
    assert (base_of(tariff, 1, euros(first + off), "") == 1) == (0 <= off < length)
    last = first + length
    assert (base_of(tariff, 1, euros(last + off), "") == 1) == (-length <= off < 0)


def test_the_first_band_that_holds_counts() -> None:
    near = Band(amount=100, zones=frozenset({"north"}))
    tariff = a_tariff(bands=(near, Band(amount=200, to_value=5000), Band(amount=300)))
    assert base_of(tariff, 1, euros(9000), "north") == 100
    assert base_of(tariff, 1, euros(4999), "south") == 200
    assert base_of(tariff, 1, euros(5000), "south") == 300
    assert base_of(tariff, 1, None, "south") == 200


def test_a_free_band_is_a_price_and_no_band_is_none() -> None:
    """spree #4239: 0 and nil were one; here free is offered and only a missing price is not."""
    tariff = a_tariff(bands=BY_WEIGHT)
    assert terms(tariff, 5000).base == 0
    assert parts(tariff, weight_g=5000) == (("base", 0),)
    assert terms_of(tariff, 6000, None, None, "north") is None
    assert base_of(a_tariff(base=0), 1, None, "") == 0


def test_a_fee_of_a_thousand_is_a_fee() -> None:
    """spree #4239 again: a fee of $1000 was reported as none."""
    assert price(a_tariff(base=100_000)) == 100_000


def test_prices_differ_by_zone_weight_and_window() -> None:
    """medusa #15163: the same price for every option, as only the whole cart was looked at."""
    tariff = a_tariff(
        NARROW, EVENING,
        bands=(Band(amount=400, zones=frozenset({"north"}), to_g=2000), Band(amount=700)),
    )  # fmt: skip
    evening = at("2026-03-10T18:00")
    assert {
        price(tariff, zone="north"), price(tariff, zone="south"), price(tariff, weight_g=2000),
        price(tariff, minutes=240), price(tariff, evening, zone="north"),
        price(tariff, evening, zone="south"),
    } == {500, 800, 400, 600, 900}  # fmt: skip


@pytest.mark.parametrize(
    ("start", "holds"),
    [("16:59", False), ("17:00", True), ("20:59", True), ("21:00", False), ("00:00", False)],
)
def test_a_surcharge_holds_from_its_first_minute_to_before_its_last(
    start: str, holds: bool
) -> None:
    tariff = a_tariff(Surcharge(code="evening", amount=1, from_time=time(17), to_time=time(21)))
    assert (price(tariff, at(f"2026-03-10T{start}")) == 591) == holds


@pytest.mark.parametrize(
    ("start", "holds"), [("21:59", False), ("22:00", True), ("05:59", True), ("06:00", False)]
)
def test_a_night_goes_past_midnight(start: str, holds: bool) -> None:
    tariff = a_tariff(Surcharge(code="night", amount=1, from_time=time(22), to_time=time(6)))
    assert (price(tariff, at(f"2026-03-10T{start}")) == 591) == holds


def test_the_end_of_the_day_is_its_end_and_the_whole_day_is_all_of_it() -> None:
    until_midnight = a_tariff(
        Surcharge(code="late", amount=1, from_time=time(17), to_time=time()),
        Surcharge(code="day", amount=10, from_time=time(), to_time=time()),
        Surcharge(code="early", amount=100, to_time=time(9)),
    )  # fmt: skip
    assert [price(until_midnight, at(f"2026-03-10T{hour}")) - 590 for hour in
            ("00:00", "08:59", "09:00", "17:00", "23:59")] == [110, 110, 10, 11, 11]  # fmt: skip


def test_the_hour_of_the_delivery_counts_and_not_that_of_the_order() -> None:
    """Fleetbase charges its peak fee by the server's clock at the moment of the order."""
    tariff = a_tariff(EVENING)
    its = terms(tariff)
    noon, evening = at("2026-03-11T12:00"), at("2026-03-11T18:00")
    for now in (at("2026-03-10T12:00"), at("2026-03-10T18:00")):
        costs = [
            total(price_of(its, TimeWindow(start, start + timedelta(hours=2)), now))
            for start in (noon, evening)
        ]
        assert costs == [590, 690]


def test_every_condition_must_hold() -> None:
    strict = Surcharge(
        code="saturday_evening", amount=1, widths=frozenset({60}), weekdays=frozenset({5}),
        from_time=time(17), zones=frozenset({"north"}), hours_until_below=100,
    )  # fmt: skip
    tariff, saturday = a_tariff(strict), at("2026-03-14T18:00")
    assert price(tariff, saturday, 60) == 591
    assert price(tariff, saturday, 120) == 590
    assert price(tariff, saturday, 60, zone="south") == 590
    assert price(tariff, saturday, 60, hours_until=100) == 590
    assert price(tariff, saturday - timedelta(days=1), 60) == 590
    assert price(tariff, saturday - timedelta(hours=2), 60) == 590


SOON = (
    Surcharge(code="today", amount=300, hours_until_below=24),
    Surcharge(code="at_once", amount=500, hours_until_below=4),
)


@pytest.mark.parametrize(
    ("hours", "more"), [(0, 800), (3.99, 800), (4, 300), (23.99, 300), (24, 0), (500, 0)]
)
def test_urgency_ends_at_its_hour(hours: float, more: int) -> None:
    assert price(a_tariff(*SOON), hours_until=hours) == 590 + more


def test_minutes_count_towards_urgency() -> None:
    """CoopCycle counts whole hours: 24 h 59 min was as far as 24 h, 3 h 59 min as 3 h."""
    tariff = a_tariff(*SOON)
    its = terms(tariff)
    start = at("2026-03-11T12:00")
    window = TimeWindow(start, start + timedelta(hours=2))
    assert total(price_of(its, window, at("2026-03-11T07:59"))) == 890
    assert total(price_of(its, window, at("2026-03-11T08:00"))) == 890
    assert total(price_of(its, window, at("2026-03-11T08:01"))) == 1390


def test_urgency_is_told_apart_where_a_tariff_has_any() -> None:
    assert a_tariff(NARROW).urgency == ()
    assert {urgency_of(a_tariff(NARROW), hours) for hours in (0, 5, 500)} == {0}
    tariff = a_tariff(*SOON)
    assert tariff.urgency == (4, 24)
    assert [urgency_of(tariff, hours) for hours in (0, 3.9, 4, 23.9, 24, 90)] == [0, 0, 1, 1, 2, 2]


def test_an_hour_that_clocks_leave_out_does_not_count() -> None:
    its = terms(a_tariff(*SOON))
    start = at("2026-03-29T06:00")  # three hours after 02:00: 3:00 does not exist
    window = TimeWindow(start, start + timedelta(hours=2))
    assert total(price_of(its, window, at("2026-03-29T01:30"))) == 1390
