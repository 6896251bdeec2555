"""Promises learnt from history, on carriers whose habits are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import holidays
import numpy as np
import pytest

from delivery.rules.transit.clock import Floats, WorkingClock, closed_days
from delivery.rules.transit.promises import best_base, pinball, promises
from delivery.rules.transit.scores import scores, wilson
from delivery.rules.transit.times import Base, Shipments
from tests.rules.histories import (
    MONDAY,
    a_carrier,
    days_since_1970,
    shipments,
    with_long_tails,
)

TARGET = 0.95
FINNISH = days_since_1970(holidays.country_holidays("FI", years=(2023, 2024)))


def _last_part(
    parcels: Shipments, base: Base = "working", turns: int = 50
) -> tuple[Shipments, Floats]:
    cut = len(parcels) * 7 // 10
    return parcels[cut:], promises(parcels, cut // 2, TARGET, base=base, turns=turns)[cut:]


def _coverage(parcels: Shipments, until: Floats) -> float:
    return float((parcels.delivered <= until).mean())


@pytest.mark.parametrize(
    "world",
    [
        lambda: a_carrier(),
        lambda: a_carrier(seed=2, count=8000, services=5, areas=20),
        lambda: a_carrier(seed=3, areas=300, thin=True),
        lambda: a_carrier(seed=4, days=600, closed=FINNISH),
        with_long_tails,
    ],
    ids=["plain", "many groups", "thin groups", "holidays", "long tails"],
)
def test_where_nothing_changes_the_wanted_share_comes_in_time(
    world: Callable[[], Shipments],
) -> None:
    asked, until = _last_part(world())
    assert _coverage(asked, until) == pytest.approx(TARGET, abs=0.02)


@pytest.mark.parametrize(
    ("slower", "from_day"), [(1.0, 145), (1.2, 170), (1.0, 60)], ids=["at 70 %", "late", "early"]
)
def test_where_a_carrier_gets_slower_promises_follow(slower: float, from_day: int) -> None:
    asked, until = _last_part(a_carrier(count=8000, slower=slower, from_day=from_day))
    assert _coverage(asked, until) == pytest.approx(TARGET, abs=0.04)


def test_groups_are_promised_what_they_need() -> None:
    asked, until = _last_part(a_carrier(count=10_000))
    days = until - asked.shipped
    assert days[asked.service == 2].mean() > days[asked.service == 0].mean() + 3
    found = scores(asked, until, float(asked.delivered.max()), TARGET)
    assert found is not None
    assert found.worst > 0.85
    flat = np.quantile(asked.delivered - asked.shipped, TARGET)
    assert found.mean_days < flat - 1, "one promise for all of them would have to be longer"


def test_somebody_new_is_promised_what_the_parent_is() -> None:
    parcels = a_carrier(count=6000, areas=9)
    cut = len(parcels) * 7 // 10
    new = (parcels.area == 0) & (np.arange(len(parcels)) >= cut)
    known = parcels[(parcels.area != 0) | new]
    asked, until = _last_part(known)
    assert np.isfinite(until).all()
    assert _coverage(asked, until) == pytest.approx(TARGET, abs=0.03)


@pytest.mark.parametrize("count", [40, 120, 400])
def test_of_few_parcels_the_share_is_met_on_average(count: int) -> None:
    kept = [
        _coverage(*_last_part(a_carrier(seed, count, 90, services=1, areas=2)))
        for seed in range(20)
    ]
    assert np.mean(kept) == pytest.approx(TARGET, abs=0.03)


def test_with_hardly_any_arrivals_nothing_is_promised() -> None:
    few = a_carrier(count=6)
    assert np.isnan(promises(few, 2, TARGET)[:4]).all()


@pytest.mark.parametrize("base", ["working", "plain"])
def test_no_promise_knows_the_future(base: Base) -> None:
    parcels = a_carrier(count=1500)
    start, at = 500, float(parcels.left_at[1100])
    late = parcels.delivered + 30
    later = replace(
        parcels,
        delivered=np.where(parcels.known_at >= at, late, parcels.delivered),
        known_at=np.where(parcels.known_at >= at, late, parcels.known_at),
    )
    one, other = (promises(each, start, TARGET, base=base, turns=40) for each in (parcels, later))
    assert (one[start:1101] == other[start:1101]).all()
    assert (one[1101:] != other[1101:]).any()
    assert best_base(parcels, 300, 1100, TARGET) == best_base(later, 300, 1100, TARGET)


def test_to_leave_out_those_on_their_way_would_make_a_carrier_look_fast() -> None:
    parcels = a_carrier(count=3000, days=20, services=1, areas=1, slower=4)
    asked, until = _last_part(parcels)
    assert _coverage(asked, until) > 0.9


def test_days_without_deliveries_pass_on_no_clock() -> None:
    parcels = a_carrier(count=4000)
    clock = WorkingClock(parcels.delivered, MONDAY + 250.0, MONDAY, MONDAY + 300)
    friday, monday = MONDAY + 4.75, MONDAY + 7.5
    week = clock.at(np.array([MONDAY + 0.5, MONDAY + 7.5]))
    assert week[1] - week[0] == pytest.approx(5, abs=0.05)
    weekend = clock.at(np.array([friday, monday]))
    assert weekend[1] - weekend[0] < 1
    there = clock.moments(clock.at(np.array([friday, monday])))
    assert there == pytest.approx([friday, monday], abs=1 / 24)


def test_a_country_is_known_by_the_days_it_rests() -> None:
    parcels = a_carrier(seed=4, count=8000, days=400, closed=FINNISH)
    christmas = max(day for day in FINNISH if day < MONDAY + 365)
    before = parcels.delivered[parcels.delivered < christmas - 20]
    ahead = closed_days(before, christmas - 20.0, christmas + 30)
    assert christmas in ahead
    assert not closed_days(a_carrier(days=400).delivered, MONDAY + 350.0, MONDAY + 400)


def test_who_delivers_within_hours_is_measured_in_time_as_it_passes() -> None:
    random = np.random.default_rng(5)
    shipped = np.sort(random.uniform(0, 100, 3000)) + MONDAY
    none = np.zeros(3000, dtype=np.int64)
    parcels = shipments(none, none, shipped, shipped + random.lognormal(0, 0.4, 3000) / 24)
    assert best_base(parcels, 1000, 2100, TARGET) == "plain"
    asked, until = _last_part(parcels, "plain")
    assert timedelta(days=float((until - asked.shipped).mean())) < timedelta(hours=2.2)
    assert _coverage(asked, until) == pytest.approx(TARGET, abs=0.02)


def test_what_never_came_is_late_once_its_promise_has_passed() -> None:
    nothing = np.full(4, np.nan)
    delivered = np.array([1.5, 3.5, np.nan, np.nan]) + MONDAY
    none = np.zeros(4, dtype=np.int64)
    parcels = shipments(none, none, np.full(4, float(MONDAY)), delivered)
    until = np.array([2.0, 2.0, 2.0, 9.0]) + MONDAY
    found = scores(parcels, until, MONDAY + 5.0, TARGET)
    assert found is not None
    assert (found.count, found.open) == (3, 1)
    assert found.coverage == pytest.approx(1 / 3)
    assert found.pinball == pytest.approx((0.05 * 0.5 + 0.95 * 1.5 + 0.95 * 3) / 3)
    assert np.isnan(found.worst)
    assert scores(parcels, nothing, MONDAY + 5.0, TARGET) is None


def test_the_interval_of_a_share_is_wilson_s() -> None:
    assert wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-4)
    assert wilson(10, 10)[1] == 1.0


def test_a_promise_at_the_quantile_costs_least() -> None:
    random = np.random.default_rng(1)
    took = random.lognormal(0, 1, 20_000)
    costs = [pinball(took - np.quantile(took, each), TARGET) for each in (0.9, 0.95, 0.98)]
    assert min(costs) == costs[1]
