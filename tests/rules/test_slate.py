"""The slate: few, none worse than another, each good at something."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import delivery.store.seeds as seeds
from delivery.flows.finding import LEADERS
from delivery.rules.candidates import AT_HOME, Candidate
from delivery.rules.catalogue import Catalogue
from delivery.rules.facts import Facts
from delivery.rules.slate import MOST_FOLDED, MOST_SHOWN, choose, fold, vector
from delivery.rules.slate_weights import DIMENSIONS, dominates, hardly_worse, within
from delivery.rules.windows import TimeWindow
from delivery.store.catalogue.building import read_catalogue
from tests.asking import an_ask
from tests.offers import candidates_of, plans_at
from tests.times import NOW

TEXT = Path(seeds.TOWN).read_text("utf-8")
TOWN = read_catalogue(TEXT, 1)
# The first example imports the calendars of the world.
UNHURRIED = settings(deadline=None)
DOOR, LOCKER = (next(each for each in TOWN.services if each.code == code)
                for code in ("home", "locker"))  # fmt: skip


def candidate(number: int, amount: int, hours: int, minutes: int, place: int | None) -> Candidate:
    start: datetime = NOW + timedelta(hours=hours)
    window = TimeWindow(start, start + timedelta(minutes=minutes))
    base = (("base", amount),)
    if place is None:
        return Candidate(f"opt_home.s{number}", DOOR, window, amount, base,
                         window.end.timestamp(), minutes, AT_HOME, slot_id=number)  # fmt: skip
    point = LOCKER.points[place % len(LOCKER.points)]
    return Candidate(f"opt_locker.d{number}.{point.id}", LOCKER, window, amount, base,
                     window.end.timestamp(), minutes, place, point=point)  # fmt: skip


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 290, 490, 590, 690, 990, 1090]),
                st.integers(1, 200),
                st.sampled_from([60, 120, 240, 480, 660]),
                st.none() | st.integers(0, 5000),
            ),
            max_size=40,
        )
    )
    return [candidate(number, *row) for number, row in enumerate(rows)]


@UNHURRIED
@given(candidates())
def test_no_shown_option_is_worse_than_any_other(every: list[Candidate]) -> None:
    for shown in choose(every).shown:
        assert not any(dominates(vector(each), vector(shown.candidate)) for each in every)


@UNHURRIED
@given(candidates())
def test_the_anchors_are_there_and_labelled(every: list[Candidate]) -> None:
    shown = choose(every).shown
    assert len(shown) <= MOST_SHOWN
    assert bool(shown) == bool(every)
    by_label = {label: each.candidate for each in shown for label in each.labels}
    if every:
        assert by_label["cheapest"].amount == min(each.amount for each in every)
        assert by_label["fastest"].end == min(each.end for each in every)
        assert by_label["most_precise"].minutes == min(each.minutes for each in every)
    assert len([label for each in shown for label in each.labels]) == len(by_label)


@UNHURRIED
@given(candidates(), st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_does_not_matter(
    every: list[Candidate], chance: random.Random
) -> None:
    shuffled = list(every)
    chance.shuffle(shuffled)
    assert choose(shuffled) == choose(every)


@UNHURRIED
@given(candidates().filter(bool), st.data())
def test_adding_a_worse_option_changes_nothing_shown(
    every: list[Candidate], data: st.DataObject
) -> None:
    better = data.draw(st.sampled_from(every))
    dearer, later, wider = data.draw(st.tuples(*[st.integers(0, 400)] * 3).filter(any))
    worse = better._replace(
        id=f"opt_a{data.draw(st.integers(0, 9))}",
        amount=better.amount + dearer,
        end=better.end + later * 60,
        minutes=better.minutes + wider,
    )
    assert dominates(vector(better), vector(worse))
    assert choose([worse, *every]).shown == choose(every).shown


@UNHURRIED
@given(candidates())
def test_what_is_shown_for_no_label_differs_from_the_labelled(every: list[Candidate]) -> None:
    shown = choose(every).shown
    for each in shown:
        bounds = hardly_worse(vector(each.candidate))
        others = [one for one in shown if one.labels and one is not each]
        assert each.labels or not any(within(vector(one.candidate), bounds) for one in others)


@UNHURRIED
@given(candidates())
def test_while_there_is_room_only_small_differences_are_hidden(every: list[Candidate]) -> None:
    shown = choose(every).shown
    if len(shown) < MOST_SHOWN:
        for each in every:
            bounds = hardly_worse(vector(each))
            assert any(within(vector(one.candidate), bounds) for one in shown)


@UNHURRIED
@given(candidates())
def test_what_is_folded_names_a_shown_one_and_a_true_reason(every: list[Candidate]) -> None:
    slate = choose(every)
    shown = [each.candidate for each in slate.shown]
    assert len(slate.folded) <= MOST_FOLDED
    for folded in slate.folded:
        mine, theirs = vector(folded.candidate), vector(folded.by)
        assert folded.candidate not in shown
        assert folded.by in shown
        assert fold(folded.candidate, shown) == folded
        assert (folded.code == "dominated") == dominates(theirs, mine)
        hardly = within(theirs, hardly_worse(mine))
        assert hardly or folded.code == "in_between"
        assert bool(folded.worse) == (folded.code in ("dominated", "hardly_better"))
        worse = [one > other for one, other in zip(mine, theirs, strict=True)]
        assert all(worse[DIMENSIONS.index(each)] for each in folded.worse)


@UNHURRIED
@given(candidates())
def test_each_service_that_is_not_shown_is_folded(every: list[Candidate]) -> None:
    slate = choose(every)
    seen = [each.candidate for each in slate.shown] + [each.candidate for each in slate.folded]
    named = {each.service.code for each in seen}
    assert named == {each.service.code for each in every}


@pytest.mark.parametrize(
    ("code", "amount", "starts", "minutes", "worse"),
    [
        ("dominated", 1190, 5, 60, ("price",)),
        ("dominated", 1000, 5, 60, ("price",)),
        ("dominated", 1000, 4, 120, ("precision",)),
        ("hardly_better", 1190, 4, 100, ("price", "precision")),
        ("alike", 980, 5, 70, ()),
        ("alike", 990, 5, 60, ()),
        ("in_between", 590, 9, 240, ()),
    ],
)
def test_why_one_is_hidden(
    code: str, amount: int, starts: int, minutes: int, worse: tuple[str, ...]
) -> None:
    """Beside a window from 5 to 6 for 9.90."""
    hidden = candidate(9, amount, starts, minutes, None)
    folded = fold(hidden, [candidate(1, 990, 5, 60, None)])
    assert (folded.code, folded.worse) == (code, worse)


@UNHURRIED
@given(candidates())
def test_nobody_gives_in_what_he_is_best_at(every: list[Candidate]) -> None:
    gives = {"cheapest": "price", "fastest": "speed", "most_precise": "precision"}
    for each in choose(every).shown:
        assert len(each.gives) <= 2
        for label in each.labels:
            assert gives.get(label, "") not in each.gives


def test_one_that_is_good_at_two_things_has_two_labels() -> None:
    slate = choose([candidate(1, 1090, 5, 60, None), candidate(2, 590, 20, 240, None)])
    assert [each.labels for each in slate.shown] == [("fastest", "most_precise"), ("cheapest",)]


def test_twins_are_shown_once() -> None:
    slate = choose([candidate(1, 590, 5, 60, None), candidate(2, 590, 5, 60, None)])
    assert [each.candidate.id for each in slate.shown] == ["opt_home.s1"]
    assert [each.code for each in slate.folded] == ["alike"]


def a_town(urgent: bool) -> Catalogue:
    """The demo town; with `urgent` its vans are dearer within 30 hours: two groups of prices."""
    if not urgent:
        return TOWN
    van = "[[services.home.price.surcharges]]"
    soon = f"""{van}
code = "soon"
name = {{ en = "Soon", fi = "Pian" }}
amount = 200
hours_until_below = 30

"""
    return read_catalogue(TEXT.replace(van, soon + van, 1), 1)


TOWNS = {urgent: a_town(urgent) for urgent in (False, True)}


@settings(UNHURRIED, max_examples=30)
@given(
    postcode=st.sampled_from(["00530", "02100", "01300", "04200", "00890"]),
    hours=st.integers(0, 24 * 20),
    urgent=st.booleans(),
    full=st.sets(st.integers(1, 294)),
)
def test_the_leaders_of_each_kind_make_the_same_slate_as_all(
    postcode: str, hours: int, urgent: bool, full: set[int]
) -> None:
    now, ask, town = NOW + timedelta(hours=hours), an_ask(postcode=postcode), TOWNS[urgent]
    plan_of, facts = plans_at(now), Facts(0, dict.fromkeys(full, 0))
    few, every = (
        candidates_of(town, ask, now, leaders=leaders, facts=facts, plan_of=plan_of)
        for leaders in (LEADERS, 0)
    )
    assert len(few) <= len(every)
    assert choose(few).shown == choose(every).shown


def test_one_leader_of_two_prices_would_hide_one() -> None:
    """The known-bad twin: by width alone, the dear early window stands for the cheap late ones."""
    every = candidates_of(TOWNS[True], an_ask(), NOW)
    first = {(each.service, each.minutes, each.effort): each for each in reversed(every)}
    assert choose(first.values()).shown != choose(every).shown


def test_the_five_cheapest_would_not_do() -> None:
    """The known-bad twin: what a list sorted by price shows is worse than what it hides."""
    every = [candidate(n, 590, 20 + n, 240, None) for n in range(6)]
    every.append(candidate(9, 990, 5, 60, None))
    by_price = sorted(every, key=lambda each: each.amount)[:MOST_SHOWN]
    assert any(dominates(vector(one), vector(other)) for one in every for other in by_price)
    assert min(each.end for each in by_price) > min(each.end for each in every)
    assert [each.candidate.id for each in choose(every).shown] == ["opt_home.s9", "opt_home.s0"]


def test_the_hours_of_a_place_are_no_precision() -> None:
    """The place is better in no way that is felt, whatever its hours."""
    near, far = candidate(1, 290, 5, 600, 400), candidate(2, 290, 4, 660, 450)
    assert fold(far, [near]).worse == ("place",)
    shown = choose([near, candidate(3, 990, 5, 60, None)]).shown
    assert [each.gives for each in shown] == [("price",), ("place",)]


def test_a_cheap_way_to_the_door_is_shown_beside_a_cheaper_place() -> None:
    """Not a second dear one, which a taste that weighs an errand by its metres would want."""
    now = NOW + timedelta(hours=26)
    shown = choose(candidates_of(TOWN, an_ask(), now, leaders=LEADERS)).shown
    at_home = [each.candidate.amount for each in shown if each.candidate.effort == AT_HOME]
    assert min(at_home) == DOOR.tariff.base
