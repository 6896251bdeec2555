"""What is promised of the demo town, on every day of three years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pytest

from delivery.rules.candidates import Moment
from delivery.rules.catalogue import Service
from delivery.rules.day_candidates import day_candidates
from delivery.rules.geography import Here
from delivery.rules.place_candidates import place_candidates
from delivery.rules.rounds import Template, cutoff_of, windows_of_day
from delivery.store.catalogue.building import read_catalogue
from delivery.store.seeds import TOWN
from tests.asking import an_ask
from tests.times import HELSINKI

CATALOGUE = read_catalogue(TOWN.read_text("utf-8"), 1)
KALLIO = Here.at(60.1826, 24.9505)
HOURS = (0, 6, 9, 13, 14, 19, 23)


def service(code: str) -> Service:
    found = CATALOGUE.service(code)
    assert found is not None
    return found


VAN = service("home")


@lru_cache(maxsize=4)
def rounds_of(year: int) -> tuple[tuple[datetime, datetime, int], ...]:
    """Start, last moment and places of each round of a year and the weeks after it."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(385))
    return tuple(
        (each.window.start, cutoff_of(VAN, each.window.start), each.capacity)
        for day in days
        for each in windows_of_day(VAN, day)
        if not each.within
    )


def moments_of(year: int) -> Iterator[datetime]:
    day = date(year, 1, 1)
    while day.year == year:
        for hour in HOURS:
            yield datetime.combine(day, time(hour, 1), HELSINKI)
        day += timedelta(days=1)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_at_any_hour_there_are_places_in_the_vans(year: int) -> None:
    rounds = rounds_of(year)
    first = 0
    for now in moments_of(year):
        while rounds[first][1] <= now:
            first += 1
        week = now + timedelta(days=7)
        after_tomorrow = datetime.combine(now.date() + timedelta(days=2), time(), HELSINKI)
        free = [each for each in rounds[first : first + 30] if each[1] > now and each[0] < week]
        assert sum(places for _start, _cutoff, places in free) >= 200, now
        later = [places for start, _cutoff, places in free if start >= after_tomorrow]
        assert sum(later) >= 150, now


def test_every_postcode_of_the_three_cities_is_served_by_the_vans() -> None:
    cities = {"Helsinki", "Espoo", "Vantaa", "Kauniainen"}
    ours = {code for code, at in CATALOGUE.postcodes.items() if at.municipality in cities}
    assert set(VAN.zone_of) == ours
    assert len(VAN.zones) == 9
    assert "99980" in CATALOGUE.postcodes
    assert not any("99980" in each.zone_of for each in CATALOGUE.services)


def nested(day: date) -> list[Template]:
    return list(windows_of_day(VAN, day))


def test_windows_lie_within_one_another_and_share_places() -> None:
    windows = nested(date(2026, 3, 12))
    assert len(windows) == 21
    capacity = {each.window: each.capacity for each in windows}
    assert set(capacity.values()) == {32, 16, 8}
    for each in windows:
        assert [around.minutes for around in each.within] == {240: [], 120: [240], 60: [240, 120]}[
            each.window.minutes
        ]
        for around in each.within:
            assert around.start <= each.window.start < each.window.end <= around.end
            assert capacity[around] > each.capacity


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_on_which_clocks_change_have_their_windows(day: date) -> None:
    roots = [each.window for each in nested(day) if not each.within]
    assert [(each.start.hour, each.end.hour) for each in roots] == [(8, 12), (12, 16), (17, 21)]
    assert {each.minutes for each in roots} == {240}
    assert {each.start.utcoffset() for each in roots} == {
        timedelta(hours=3 if day.month == 3 else 2)
    }


def test_nobody_drives_on_a_holiday() -> None:
    for holiday in ("2026-04-03", "2026-12-24", "2026-06-19", "2026-12-06"):
        assert nested(date.fromisoformat(holiday)) == []


@pytest.mark.parametrize(
    ("now", "first", "cut_off"),
    [
        ("2026-03-10T12:00", "2026-03-12T08:00", "2026-03-10T14:00"),
        ("2026-03-10T14:00", "2026-03-13T08:00", "2026-03-11T14:00"),
        # Wednesday before Easter, after the cut-off: leaves on Thursday, Friday is closed.
        ("2026-04-01T15:00", "2026-04-08T08:00", "2026-04-02T14:00"),
        ("2026-12-23T13:59", "2026-12-29T08:00", "2026-12-23T14:00"),
        ("2026-03-28T20:00", "2026-04-01T08:00", "2026-03-30T14:00"),
    ],
)
def test_parcels_come_after_two_working_days(now: str, first: str, cut_off: str) -> None:
    moment = at(now)
    found = day_candidates(service("parcel"), an_ask(), Moment(moment, moment))
    assert found[0].window.start == at(first)
    assert found[0].cutoff == at(cut_off)
    assert [each.window.minutes for each in found] == [480] * 5


@pytest.mark.parametrize(
    ("now", "ready"),
    [
        ("2026-03-10T12:00", "2026-03-10T14:00"),
        ("2026-03-10T12:07", "2026-03-10T14:30"),
        ("2026-03-10T17:31", "2026-03-11T10:00"),  # packed at 20:00, when the store closes
        ("2026-03-10T22:00", "2026-03-11T10:00"),
        ("2026-04-02T20:00", "2026-04-04T10:00"),
        ("2026-03-29T02:30", "2026-03-29T12:00"),
    ],
)
def test_the_store_has_it_ready_after_packing(now: str, ready: str) -> None:
    moment = at(now)
    found = place_candidates(service("store"), an_ask(), Moment(moment, moment), KALLIO)
    assert {each.window.start for each in found} == {at(ready)}


def test_lockers_keep_a_parcel_for_a_week() -> None:
    moment = at("2026-03-10T12:00")
    found = place_candidates(service("locker"), an_ask(), Moment(moment, moment), KALLIO)
    assert 5 < len(found) < 30
    assert all(0 <= each.effort <= 10_000 for each in found)
    nearest = min(found, key=lambda each: each.effort)
    assert nearest.point is not None
    assert nearest.point.name == "Viides linja"
    assert nearest.window.start == at("2026-03-11T10:00")
    assert nearest.until == at("2026-03-18T22:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)
