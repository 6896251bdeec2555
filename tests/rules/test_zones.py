"""Which zone an address is in: the most specific, in whatever order zones are written."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.geography import Here, Postcode
from delivery.rules.zones import Circle, Zone, ZoneMap
from delivery.store.postcodes import known_postcodes

TOWN = {
    code: Postcode(code, place, municipality, lat, lon)
    for code, place, municipality, lat, lon in [
        ("00100", "Keskusta", "Helsinki", 60.17, 24.93),
        ("00530", "Kallio", "Helsinki", 60.18, 24.95),
        ("00550", "Vallila", "Helsinki", 60.195, 24.957),
        ("00980", "Vuosaari", "Helsinki", 60.207, 25.144),
        ("01300", "Tikkurila", "Vantaa", 60.29, 25.04),
        ("02100", "Tapiola", "Espoo", 60.176, 24.805),
    ]
}
CITY = Zone("city", municipalities=frozenset({"Helsinki"}), beginnings=("00",))
INNER = Zone("inner", municipalities=frozenset({"Helsinki"}), beginnings=("005",))
PREFIX = Zone("prefix", prefixes=("005",))
LONGER = Zone("longer", prefixes=("0053",))
NEAR = Zone("near", around=Circle(60.18, 24.95, 3000))
NEARER = Zone("nearer", around=Circle(60.18, 24.95, 1000))
RANGE = Zone("range", ranges=(("00500", "00599"),))
NARROW = Zone("narrow", ranges=(("00520", "00540"),))
SINGLE = Zone("single", postcodes=frozenset({"00530"}))
#: From the least specific on.
LADDER = [CITY, INNER, PREFIX, LONGER, NEAR, NEARER, RANGE, NARROW, SINGLE]


@pytest.mark.parametrize("count", range(1, len(LADDER) + 1))
def test_the_most_specific_wins(count: int) -> None:
    assert ZoneMap(LADDER[:count], TOWN).at("00530") == LADDER[count - 1].code


def test_what_nobody_holds_is_outside() -> None:
    zones = ZoneMap(LADDER, TOWN)
    assert zones.at("02100") is None
    assert zones.at("00980") == "city"
    assert zones.at("00550") == "range"


def test_a_circle_is_measured_from_the_address_else_from_the_middle() -> None:
    zones = ZoneMap([CITY, NEAR], TOWN)
    assert zones.at("00100") == "near"
    assert zones.at("00100", Here.at(60.165, 24.90)) == "city"
    # Over the border of the city, but within the circle.
    assert zones.at("02100", Here.at(60.18, 24.96)) == "near"


def test_of_two_alike_the_first_code_wins() -> None:
    twins = [Zone("b", prefixes=("005",)), Zone("a", prefixes=("005",))]
    assert ZoneMap(twins, TOWN).at("00530") == ZoneMap(twins[::-1], TOWN).at("00530") == "a"
    rings = [Zone(code, around=Circle(60.18, 24.951, 900)) for code in ("b", "a")]
    assert ZoneMap(rings, TOWN).at("00530") == "a"


codes = st.sampled_from(sorted(TOWN))
zones = st.builds(
    Zone,
    code=st.sampled_from("abcdefgh"),
    postcodes=st.frozensets(codes, max_size=2),
    ranges=st.lists(st.tuples(codes, codes).map(lambda two: (min(two), max(two))), max_size=2).map(
        tuple
    ),
    prefixes=st.lists(st.sampled_from(["0", "00", "005", "02"]), max_size=2).map(tuple),
    around=st.none()
    | st.builds(
        Circle, st.floats(60, 60.4), st.floats(24.6, 25.2), st.sampled_from([500, 2000, 2000, 9000])
    ),
)
places = st.builds(Here.at, st.floats(60, 60.4), st.floats(24.6, 25.2))


@given(
    written=st.lists(zones, max_size=8, unique_by=lambda zone: zone.code),
    seed=st.integers(0, 2**32),
    here=st.none() | places,
)
def test_the_order_of_zones_does_not_matter(
    written: list[Zone], seed: int, here: Here | None
) -> None:
    other = list(written)
    Random(seed).shuffle(other)
    one, two = ZoneMap(written, TOWN), ZoneMap(other, TOWN)
    assert [one.at(code, here) for code in TOWN] == [two.at(code, here) for code in TOWN]


@given(
    circles=st.lists(
        st.builds(Circle, st.floats(-89, 89), st.floats(-179, 179), st.integers(1, 2_000_000)),
        min_size=1, max_size=12,
    ),
    lat=st.floats(-85, 85), lon=st.floats(-179, 179), seed=st.integers(0, 2**32),
)  # fmt: skip
def test_no_circle_is_missed(circles: list[Circle], lat: float, lon: float, seed: int) -> None:
    random = Random(seed)
    nearby = [
        Circle(lat + random.uniform(-2, 2), lon + random.uniform(-2, 2), random.randint(1, 300_000))
        for _ in range(8)
    ]
    here = Here.at(lat, lon)
    every = [Zone(f"z{n}", around=circle) for n, circle in enumerate(circles + nearby)]
    holding = [
        (each.around.metres, each.code)
        for each in every
        if each.around and here.metres_to(each.around.lat, each.around.lon) <= each.around.metres
    ]
    assert ZoneMap(every, TOWN).at("02100", here) == (min(holding)[1] if holding else None)


def test_a_country_of_zones_is_painted_at_once() -> None:
    every = sorted(known_postcodes())
    step = len(every) // 200
    ranges = [
        Zone(f"z{number:03}", ranges=((every[number * step], every[number * step + step - 1]),))
        for number in range(200)
    ]
    begun = time.process_time()
    maps = [ZoneMap(ranges[: 200 - number], known_postcodes()) for number in range(40)]
    assert time.process_time() - begun < 2.0
    assert len(maps[0].by_postcode) == 200 * step
