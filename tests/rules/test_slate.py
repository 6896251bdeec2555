"""The slate: few, none worse than another, each good at something."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import delivery.store.seeds as seeds
from delivery.flows.finding import LEADERS
from delivery.rules.candidates import AT_HOME, Candidate, Moment
from delivery.rules.geography import Here
from delivery.rules.place_candidates import place_candidates
from delivery.rules.slate import MOST_FOLDED, MOST_SHOWN, Slate, choose, dominates, vector
from delivery.rules.windows import TimeWindow
from delivery.store.catalogue_building import read_catalogue
from tests.asking import an_ask
from tests.times import NOW

TOWN = read_catalogue(Path(seeds.TOWN).read_text("utf-8"), 1)
# The first example imports the calendars of the world.
UNHURRIED = settings(deadline=None)
DOOR, LOCKER = TOWN.service("home"), TOWN.service("locker")
assert DOOR is not None
assert LOCKER is not None


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
@given(candidates())
def test_what_is_folded_names_a_shown_one_and_a_true_reason(every: list[Candidate]) -> None:
    slate = choose(every)
    shown = {each.candidate.id for each in slate.shown}
    assert len(slate.folded) <= MOST_FOLDED
    for folded in slate.folded:
        assert folded.candidate.id not in shown
        assert folded.by.id in shown
        dominated = dominates(vector(folded.by), vector(folded.candidate))
        assert (folded.code == "dominated") == dominated
        assert bool(folded.worse) == dominated


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


@UNHURRIED
@given(
    postcode=st.sampled_from(["00530", "02100", "01300", "04200", "00890"]),
    hours=st.integers(0, 24 * 20),
)
def test_the_leaders_of_each_kind_make_the_same_slate_as_all(postcode: str, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    ask, moment = an_ask(postcode=postcode), Moment(now, now)
    at = TOWN.postcodes[postcode]
    here = Here.at(at.lat, at.lon)

    def slate(leaders: int) -> Slate:
        return choose(
            each
            for service in TOWN.services
            if service.promise == "place"
            for each in place_candidates(service, ask, moment, here, each_hours=leaders)
        )

    assert slate(LEADERS).shown == slate(0).shown


def test_the_five_cheapest_would_not_do() -> None:
    """The known-bad twin: what a list sorted by price shows is worse than what it hides."""
    every = [candidate(n, 590, 20 + n, 240, None) for n in range(6)]
    every.append(candidate(9, 990, 5, 60, None))
    by_price = sorted(every, key=lambda each: each.amount)[:MOST_SHOWN]
    assert any(dominates(vector(one), vector(other)) for one in every for other in by_price)
    assert min(each.end for each in by_price) > min(each.end for each in every)
    assert [each.candidate.id for each in choose(every).shown] == ["opt_home.s9", "opt_home.s0"]
