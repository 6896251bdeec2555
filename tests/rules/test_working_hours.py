"""How long people have been waiting, counted in hours in which somebody could have answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.working_hours import WorkingHours
from tests.times import HELSINKI

OFFICE, ALWAYS, NIGHTS = "Mo-Fr 09:00-17:00; PH off", "24/7", "Mo-Su 22:00-06:00"
LUNCH = "Mo-Fr 09:00-12:00,13:00-17:00"


def working(text: str, country: str = "FI", zone: str = "Europe/Helsinki") -> WorkingHours:
    return WorkingHours.parse(text, country=country, zone=zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("hours", "since", "minutes", "until"),
    [
        (OFFICE, "2026-03-10T12:00", 60, "2026-03-10T13:00"),  # at work
        (OFFICE, "2026-03-10T16:00", 60, "2026-03-10T17:00"),  # the day's last hour
        (OFFICE, "2026-03-10T16:30", 60, "2026-03-11T09:30"),  # the rest of it tomorrow
        (OFFICE, "2026-03-13T16:30", 60, "2026-03-16T09:30"),  # Friday afternoon
        (OFFICE, "2026-03-14T11:00", 60, "2026-03-16T10:00"),  # Saturday
        (OFFICE, "2026-03-10T23:00", 60, "2026-03-11T10:00"),  # at night
        (OFFICE, "2026-03-11T03:00", 60, "2026-03-11T10:00"),  # and after midnight
        (OFFICE, "2026-04-02T16:30", 60, "2026-04-07T09:30"),  # Maundy Thursday, then four days
        (OFFICE, "2026-12-23T16:30", 60, "2026-12-28T09:30"),  # Christmas Eve is kept
        (OFFICE, "2026-03-27T16:30", 60, "2026-03-30T09:30"),  # clocks go forward on Sunday
        (OFFICE, "2026-10-23T16:30", 60, "2026-10-26T09:30"),  # and back
        (OFFICE, "2026-03-09T09:00", 960, "2026-03-10T17:00"),  # two whole days
        (LUNCH, "2026-03-10T11:45", 30, "2026-03-10T13:15"),
        (NIGHTS, "2026-03-29T02:30", 60, "2026-03-29T04:30"),  # an hour that is not there
        (NIGHTS, "2026-10-25T02:30", 60, "2026-10-25T03:30"),  # the first of the two
        (NIGHTS, "2026-10-25T02:30", 120, "2026-10-25T03:30+02:00"),  # and the second
        (ALWAYS, "2026-03-13T23:30", 60, "2026-03-14T00:30"),
        (ALWAYS, "2026-03-28T23:30", 1440, "2026-03-30T00:30"),
        (OFFICE, "2026-03-14T11:00", 0, "2026-03-14T11:00"),
    ],
)
def test_a_deadline_is_counted_in_working_minutes(
    hours: str, since: str, minutes: int, until: str
) -> None:
    found = working(hours).deadline(at(since), minutes)
    # A time with its offset is meant as it stands.
    known = datetime.fromisoformat(until)
    meant = known if known.tzinfo else known.replace(tzinfo=HELSINKI)
    assert found.astimezone(UTC) == meant.astimezone(UTC)
    assert found.utcoffset() == timedelta(0)
    assert working(hours).minutes_between(at(since), found) == minutes


@pytest.mark.parametrize(
    ("hours", "start", "end", "minutes"),
    [
        (OFFICE, "2026-03-10T08:00", "2026-03-10T09:30", 30),
        (OFFICE, "2026-03-13T16:30", "2026-03-16T09:30", 60),
        (OFFICE, "2026-03-13T18:00", "2026-03-16T08:00", 0),
        (OFFICE, "2026-04-02T09:00", "2026-04-07T17:00", 960),
        (OFFICE, "2026-03-10T13:00", "2026-03-10T12:00", 0),
        (ALWAYS, "2026-03-29T00:00", "2026-03-30T00:00", 23 * 60),
        (ALWAYS, "2026-10-25T00:00", "2026-10-26T00:00", 25 * 60),
        (NIGHTS, "2026-03-28T12:00", "2026-03-29T12:00", 7 * 60),
        (OFFICE, "2026-03-10T12:00:00", "2026-03-10T12:00:59", 0),
    ],
)
def test_minutes_between_two_moments(hours: str, start: str, end: str, minutes: int) -> None:
    assert working(hours).minutes_between(at(start), at(end)) == minutes


def test_hours_are_of_the_desk_whoever_asks() -> None:
    stockholm = working(OFFICE, "SE", "Europe/Stockholm")
    # 16:30 in Helsinki is 15:30 there; Finland's Independence Day is a Monday of work.
    assert stockholm.deadline(at("2026-03-10T16:30"), 60) == at("2026-03-10T17:30")
    assert stockholm.deadline(at("2027-12-03T17:30"), 60) == at("2027-12-06T10:30")
    assert working(OFFICE).deadline(at("2027-12-03T16:30"), 60) == at("2027-12-07T09:30")
    assert stockholm.is_open(at("2026-03-10T17:30"))
    assert not working(OFFICE).is_open(at("2026-03-10T17:30"))


def test_a_desk_that_closed_for_good_still_has_a_deadline() -> None:
    closed = working("2025 Mo-Fr 09:00-17:00")
    assert not closed.is_ever_open(at("2026-03-10T12:00"))
    assert closed.deadline(at("2026-03-10T12:00"), 60) > at("2027-03-10T12:00")


@given(
    st.sampled_from((OFFICE, ALWAYS, NIGHTS, LUNCH)),
    st.integers(0, 400 * 24 * 60), st.integers(1, 3000), st.integers(0, 3000),
)  # fmt: skip
def test_later_or_longer_is_never_sooner(hours: str, begin: int, minutes: int, more: int) -> None:
    desk = working(hours)
    since = at("2026-01-01T00:00").astimezone(UTC) + timedelta(minutes=begin)
    until = desk.deadline(since, minutes)
    assert desk.minutes_between(since, until) == minutes
    assert until <= desk.deadline(since, minutes + more)
    assert until <= desk.deadline(since + timedelta(minutes=more), minutes)
