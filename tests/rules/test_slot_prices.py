"""Of windows of one price the earliest are looked at; what is dearer as it is soon stands apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Service
from delivery.rules.pricing import Parts, price_of
from delivery.rules.rounds import SlotTimes, ZonePlan, plan_zone, windows_of_day
from delivery.rules.slot_candidates import window_candidate, window_candidates
from delivery.rules.tariffs import Surcharge, Tariff
from tests.asking import an_ask
from tests.rules.tariffs import EVENING, NARROW, a_tariff, tariffs, terms
from tests.rules.test_town import service
from tests.times import NOW

ZONE = "helsinki-inner"
LEADERS = 2
ASK = an_ask()
SOON = Surcharge(code="soon", amount=300, hours_until_below=30)
VAN = service("home")


def slots() -> list[SlotTimes]:
    found: list[SlotTimes] = []
    numbers = {}
    for ahead in range(7):
        for each in windows_of_day(VAN, (NOW + timedelta(days=ahead)).date()):
            numbers[each.window] = number = len(found) + 1
            within = [numbers[around] for around in each.within]
            found.append(SlotTimes(number, each.window.start, each.window.end, within))
    return found


SLOTS = slots()


def planned(tariff: Tariff) -> tuple[Service, ZonePlan]:
    van = replace(VAN, tariff=tariff)
    return van, plan_zone(van, ZONE, SLOTS)


def earliest(found: list[Candidate], most: int) -> set[str]:
    """Of each width and price the windows that end first."""
    groups: dict[tuple[int, Parts], list[Candidate]] = defaultdict(list)
    for each in sorted(found, key=lambda candidate: candidate.end):
        groups[each.minutes, each.parts].append(each)
    return {each.id for group in groups.values() for each in group[:most]}


@settings(max_examples=30)
@given(tariffs, st.integers(0, 100))
def test_the_leaders_are_the_earliest_of_each_width_and_price(tariff: Tariff, hours: int) -> None:
    van, plan = planned(tariff)
    now = NOW + timedelta(hours=hours)
    moment = Moment(now, now)
    every = window_candidates(van, plan, {}, ASK, moment)
    leaders = window_candidates(van, plan, {}, ASK, moment, each_price=LEADERS)
    assert earliest(every, LEADERS) <= {each.id for each in leaders}
    by_id = {each.id: each for each in every}
    assert all(by_id[each.id] == each for each in leaders)


@pytest.mark.parametrize("tariff", [a_tariff(NARROW, EVENING), a_tariff(NARROW, EVENING, SOON)])
def test_a_window_costs_the_same_wherever_it_is_asked_for(tariff: Tariff) -> None:
    van, plan = planned(tariff)
    moment = Moment(NOW, NOW)
    its = terms(tariff, zone=ZONE)
    found = window_candidates(van, plan, {}, ASK, moment)
    assert len(found) > 60
    for each in found:
        assert each.slot_id is not None
        assert window_candidate(van, plan.by_slot[each.slot_id], ASK, moment, ZONE) == each
        assert each.parts == price_of(its, each.window, NOW)
        assert sum(amount for _code, amount in each.parts) == each.amount


def test_the_first_window_that_is_not_urgent_is_among_the_leaders() -> None:
    van, plan = planned(a_tariff(SOON))
    leaders = window_candidates(van, plan, {}, ASK, Moment(NOW, NOW), each_price=LEADERS)
    wide = sorted((each.end, each.amount) for each in leaders if each.minutes == 240)
    assert [amount for _end, amount in wide] == [890, 890, 590, 590]


def test_leaders_by_plan_alone_would_hide_the_cheaper_window() -> None:
    """The known-bad twin: the two earliest of a group are dearer than what comes after them."""
    _van, plan = planned(a_tariff(SOON))
    its = terms(a_tariff(SOON), zone=ZONE)
    free = [each for each in plan.by_price[0] if each.cutoff > NOW][:LEADERS]
    assert {price_of(its, each.window, NOW)[-1] for each in free} == {("soon", 300)}


def test_a_basket_without_a_price_has_no_windows() -> None:
    van, plan = planned(Tariff(bands=()))
    assert window_candidates(van, plan, {}, ASK, Moment(NOW, NOW)) == []
    assert window_candidate(van, plan.by_slot[1], ASK, Moment(NOW, NOW), ZONE) is None
