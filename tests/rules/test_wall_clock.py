"""Nights on which clocks change: every time shown is there, and a later one is not earlier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.wall_clock import end_at, moment_at, moment_of, window_at
from tests.times import HELSINKI

#: A gap at 3, one at midnight, one of half an hour, and one of a whole day.
CHANGES = [
    ("Europe/Helsinki", "2026-03-29"), ("Europe/Helsinki", "2026-10-25"),
    ("America/Santiago", "2026-09-06"), ("America/Santiago", "2026-04-04"),
    ("Asia/Beirut", "2026-03-29"), ("Africa/Cairo", "2026-04-24"),
    ("Australia/Lord_Howe", "2026-10-04"), ("Australia/Lord_Howe", "2026-04-05"),
    ("Pacific/Apia", "2011-12-29"),
]  # fmt: skip
Clock = Callable[[datetime, ZoneInfo], datetime]


def naive(shown: datetime, zone: ZoneInfo) -> datetime:
    """The twin: what one writes without thinking of the night."""
    return shown.replace(tzinfo=zone)


def exists(moment: datetime) -> bool:
    assert moment.tzinfo is not None
    there = moment.astimezone(ZoneInfo("UTC")).astimezone(moment.tzinfo)
    return there.replace(tzinfo=None) == moment.replace(tzinfo=None)


def faults_of(clock: Clock, zone: ZoneInfo, day: date) -> set[str]:
    """What is wrong with the half-hours of a night and the day before and after it."""
    start = datetime.combine(day - timedelta(days=1), time())
    shown = [start + timedelta(minutes=30 * step) for step in range(48 * 3 + 1)]
    moments = [clock(each, zone) for each in shown]
    faults = set()
    if not all(exists(each) for each in moments):
        faults.add("shows a time that is not there")
    stamps = [each.timestamp() for each in moments]
    if any(later < earlier for earlier, later in pairwise(stamps)):
        faults.add("a later time is an earlier moment")
    return faults


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_times_exist_and_go_forward(zone: str, day: str) -> None:
    assert faults_of(moment_of, ZoneInfo(zone), date.fromisoformat(day)) == set()


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Helsinki", "2026-03-29"), ("Africa/Cairo", "2026-04-24")]
)
def test_the_naive_way_is_caught(zone: str, day: str) -> None:
    assert faults_of(naive, ZoneInfo(zone), date.fromisoformat(day)) == {
        "shows a time that is not there", "a later time is an earlier moment",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "is_at"),
    [
        ("2026-03-29T02:59", "2026-03-29T02:59+02:00"),
        ("2026-03-29T03:00", "2026-03-29T04:00+03:00"),
        ("2026-03-29T03:45", "2026-03-29T04:00+03:00"),
        ("2026-03-29T04:00", "2026-03-29T04:00+03:00"),
        ("2026-10-25T02:59", "2026-10-25T02:59+03:00"),
        ("2026-10-25T03:30", "2026-10-25T03:30+03:00"),
        ("2026-10-25T04:00", "2026-10-25T04:00+02:00"),
    ],
)
def test_what_a_clock_in_helsinki_means(shown: str, is_at: str) -> None:
    moment = moment_of(datetime.fromisoformat(shown), HELSINKI)
    assert moment.isoformat(timespec="minutes") == is_at


def test_midnight_that_is_skipped_is_the_first_moment_of_the_day() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    moment = moment_at(date(2026, 4, 24), time(), cairo)
    assert moment.isoformat() == "2026-04-24T01:00:00+03:00"
    assert end_at(date(2026, 4, 23), time(9), time(), cairo) == moment


def test_a_window_within_the_gap_is_not_there() -> None:
    night = date(2026, 3, 29)
    assert window_at(night, (time(3), time(4)), HELSINKI) is None
    rest = window_at(night, (time(3), time(5)), HELSINKI)
    assert rest is not None
    assert (rest.start.hour, rest.end.hour, rest.minutes) == (4, 5, 60)
    doubled = window_at(date(2026, 10, 25), (time(3), time(4)), HELSINKI)
    assert doubled is not None
    assert doubled.minutes == 120


@given(
    zone=st.sampled_from(sorted({zone for zone, _day in CHANGES})),
    shown=st.datetimes(datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2035-01-01")),
    longer=st.integers(0, 3 * 24 * 60),
)
def test_a_later_time_is_never_an_earlier_moment(zone: str, shown: datetime, longer: int) -> None:
    clock = ZoneInfo(zone)
    first = moment_of(shown, clock)
    later = moment_of(shown + timedelta(minutes=longer), clock)
    assert exists(first)
    assert first.timestamp() <= later.timestamp()
