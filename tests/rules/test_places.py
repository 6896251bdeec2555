"""Places near by: the same as if all had been looked at, for any number of them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import PickupPoint, Service
from delivery.rules.geography import Here
from delivery.rules.nearest import Nearest, Spot, in_order
from delivery.rules.place_candidates import place_candidates
from tests.asking import an_ask
from tests.rules.places import a_place_service, a_point, days, helsinki
from tests.times import NOW

KALLIO = Here.at(60.1826, 24.9505)
AT = Moment(NOW, NOW)
HOURS = ["24/7", "Mo-Su 07:00-22:00", "Mo-Fr 10:00-19:00", "Mo-Su 09:00-17:00", "Sa-Su 12:00-15:00"]


def found(service: Service, here: Here = KALLIO, **more: object) -> list[Candidate]:
    return place_candidates(service, an_ask(), AT, here, **more)  # type: ignore[arg-type]


def scattered(random: Random, count: int, spread: float) -> list[PickupPoint]:
    return [
        a_point(
            number, round(60.18 + random.gauss(0, spread), 5),
            round(24.95 + random.gauss(0, 2 * spread), 5), random.choice(HOURS),
        )
        for number in range(count)
    ]  # fmt: skip


def beaten(each: Candidate, others: list[Candidate], count: int) -> bool:
    better = [
        other
        for other in others
        if (other.effort, other.point.id) < (each.effort, each.point.id)  # type: ignore[union-attr]
        and other.end <= each.end and other.minutes <= each.minutes and other.amount <= each.amount
    ]  # fmt: skip
    return len(better) >= count


@given(
    seed=st.integers(0, 2**32), count=st.integers(0, 120), few=st.integers(1, 3),
    spread=st.sampled_from([0.0005, 0.01, 0.1]),
)  # fmt: skip
def test_the_few_are_those_of_all_that_few_beat(
    seed: int, count: int, few: int, spread: float
) -> None:
    random = Random(seed)
    service = a_place_service(*scattered(random, count, spread))
    for _ in range(5):
        here = Here.at(60.18 + random.gauss(0, spread), 24.95 + random.gauss(0, 2 * spread))
        every = found(service, here)
        assert all(each.effort <= 10_000 for each in every)
        expected = [each for each in every if not beaten(each, every, few)]
        seen = found(service, here, each_hours=few)
        assert seen == expected


@given(
    seed=st.integers(0, 2**32), count=st.integers(1, 200),
    lat=st.floats(-85, 85), lon=st.floats(-170, 170), spread=st.sampled_from([0.001, 0.2]),
)  # fmt: skip
def test_the_nearest_of_each_kind_are_among_those_held(
    seed: int, count: int, lat: float, lon: float, spread: float
) -> None:
    random = Random(seed)
    spots = [
        Spot(lat + random.gauss(0, spread), lon + random.gauss(0, spread), random.randrange(4))
        for _ in range(count)
    ]
    nearest = Nearest(spots)
    for _ in range(5):
        here = Here.at(lat + random.gauss(0, spread), lon + random.gauss(0, spread))
        every = sorted(
            (here.metres_to(spot.lat, spot.lon), number) for number, spot in enumerate(spots)
        )
        assert nearest.within(here, 9000) == [each for each in every if each[0] <= 9000]
        assert nearest.distance(here, 10) == every[0][0]
        square = nearest.square(here, 9000, 2)
        held = {number for _far, number, _kind in in_order(here, 9000, square.spots)}
        for kind in range(4):
            its = [far for far, number in every if spots[number].kind == kind and far <= 9000]
            seen = sorted(
                here.metres_to(*spots[number][:2]) for number in held if spots[number].kind == kind
            )
            assert seen[: min(2, len(its))] == its[:2]


def test_a_crowd_in_one_spot_is_no_trouble() -> None:
    service = a_place_service(*(a_point(number, 60.18, 24.95) for number in range(300)))
    assert [each.point.id for each in found(service, each_hours=2) if each.point] == [
        "p00000", "p00001",
    ]  # fmt: skip
    assert len(found(service)) == 300


@pytest.mark.parametrize("lat", [90.0, -90.0, 0.0])
def test_the_poles_are_far_but_not_endless(lat: float) -> None:
    service = a_place_service(a_point(1, 60.18, 24.95))
    assert found(service, Here.at(lat, 180.0), each_hours=2) == []


def test_a_full_place_makes_room_for_the_next() -> None:
    points = [a_point(number, 60.18 + number / 1000, 24.95) for number in range(5)]
    service = a_place_service(*points)
    full = {("p00002", "2026-03-11"), ("p00003", "2026-03-11"), ("p00001", "2026-03-12")}
    seen = found(service, each_hours=2, full=full)
    assert [each.point.id for each in seen if each.point] == ["p00004", "p00001"]
    assert len(found(service, full=full)) == 3


def test_a_place_that_is_too_small_or_closed_is_left_out() -> None:
    small = a_point(1, 60.18, 24.95, max_sides_mm=(250, 200, 150))
    closed = a_point(2, 60.18, 24.951, closed=days("2026-03-11", "2026-03-12"))
    service = a_place_service(small, closed, kept_days=0)
    (only,) = found(service)
    assert only.point is closed
    assert only.window.start == helsinki("2026-03-13T00:00")
    tiny = an_ask(parcels=[{"weight_g": 1, "length_mm": 150, "width_mm": 200, "height_mm": 250}])
    assert len(place_candidates(service, tiny, AT, KALLIO)) == 2


def test_a_parcel_is_not_kept_until_a_closed_day() -> None:
    service = a_place_service(
        a_point(1, 60.18, 24.95, "Mo-Su 08:00-20:00", closed=days("2026-03-18", "2026-03-17"))
    )
    (only,) = found(service)
    assert only.until == helsinki("2026-03-16T20:00")


def test_nothing_is_there_before_it_left() -> None:
    service = a_place_service(a_point(1, 60.18, 24.95), transit_days=0)
    (only,) = found(service)
    assert only.window.start == helsinki("2026-03-10T14:00")
    assert only.window.start >= NOW + timedelta(hours=1)
