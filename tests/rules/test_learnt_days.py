"""The days a carrier needs beyond its base: when they are learnt, and from what."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from delivery.rules.calendars import Calendar
from delivery.rules.candidates import Moment
from delivery.rules.catalogue import Service
from delivery.rules.day_candidates import day_candidates
from delivery.rules.geography import Here
from delivery.rules.kept_promises import Learnt, Outcome, Sent, TrackRecord
from delivery.rules.learnt_days import FEWEST, MOST, Late, as_learnt, late, learn, slower
from delivery.rules.place_candidates import place_candidates
from tests.asking import an_ask
from tests.rules.places import a_place_service, a_point, a_service, helsinki

WORKDAYS = Calendar(frozenset(range(5)))
#: Thursday; what is ordered by 14:00 leaves that day and is there on Friday, 8 to 16.
CUTOFF = helsinki("2026-03-12T14:00")
FRIDAY = helsinki("2026-03-13T16:00")
LATER = helsinki("2026-04-01T12:00")
KALLIO = Here.at(60.1826, 24.9505)


def _seen(*days: int, area: str = "00", arrived: bool = True) -> list[Late]:
    return [Late("svc", area, each, arrived) for each in days]


def _outcome(
    arrived: datetime | None, state: str = "delivered", place: str | None = None
) -> Outcome:
    return Outcome("svc", "00", state, FRIDAY, arrived, Sent(CUTOFF, "00530", place))


@pytest.mark.parametrize(
    ("days", "more"),
    [
        ([0] * 100, 0),
        ([0] * 97 + [1] * 3, 0),
        ([0] * 90 + [1] * 10, 1),
        ([0] * 90 + [1] * 3 + [3] * 7, 3),
        ([MOST + 1] * 100, MOST),
        ([0] * 49 + [1], 0),
        ([0] * 48 + [1] * 2, 1),
    ],
)
def test_as_many_days_more_as_the_wanted_share_needs(days: list[int], more: int) -> None:
    assert learn(_seen(*days))["svc", ""].more == more


def test_of_few_deliveries_nothing_is_learnt() -> None:
    assert learn(_seen(*[1] * (FEWEST - 1))) == {}
    assert learn(_seen(*[1] * (FEWEST - 1)) + _seen(6, 6, arrived=False)) == {}
    assert learn(_seen(*[1] * FEWEST))["svc", ""] == Learnt(1, FEWEST, FEWEST)


def test_an_area_is_believed_the_more_it_delivered() -> None:
    fast = _seen(*[0] * 300)
    assert learn(fast + _seen(2, area="99"))["svc", "99"] == Learnt(0, 300, 301)
    slow = learn(fast + _seen(*[2] * 60, area="99"))
    assert slow["svc", "99"] == Learnt(2, 60, 60)
    assert slow["svc", "00"] == Learnt(0, 300, 300)


@pytest.mark.parametrize(
    ("arrived", "days"),
    [
        ("2026-03-12T18:00", 0),
        ("2026-03-13T15:59", 0),
        ("2026-03-13T16:01", 1),
        ("2026-03-15T10:00", 1),
        ("2026-03-16T16:00", 1),
        ("2026-03-20T10:00", 5),
        ("2026-03-23T10:00", MOST + 1),
    ],
)
def test_days_late_are_working_days_beyond_the_base(arrived: str, days: int) -> None:
    service = a_service(calendar=WORKDAYS)
    assert late(service, _outcome(helsinki(arrived)), LATER) == Late("svc", "00", days, True)


def test_a_promise_that_was_later_already_is_measured_from_the_base_too() -> None:
    service = a_service(calendar=WORKDAYS)
    monday = helsinki("2026-03-16T15:00")
    kept = _outcome(monday)._replace(agreed_until=helsinki("2026-03-16T16:00"))
    assert late(service, kept, LATER) == Late("svc", "00", 1, True)


def test_what_is_overdue_counts_as_arriving_now_and_what_is_lost_not_at_all() -> None:
    service = a_service(calendar=WORKDAYS)
    monday = helsinki("2026-03-16T17:00")
    assert late(service, _outcome(None, "on_the_way"), monday) == Late("svc", "00", 2, False)
    assert late(service, _outcome(None, "on_the_way"), FRIDAY) is None
    assert late(service, _outcome(None, "lost"), LATER) is None


def test_services_without_days_and_outcomes_without_a_departure_teach_nothing() -> None:
    assert late(a_service(cut_offs=None), _outcome(FRIDAY), LATER) is None
    assert late(a_service(promise="slot"), _outcome(FRIDAY), LATER) is None
    assert late(a_service(), _outcome(FRIDAY)._replace(sent=None), LATER) is None
    assert late(a_service(cut_offs={}), _outcome(FRIDAY), LATER) is None


def test_at_a_place_the_hours_it_opens_count() -> None:
    place = a_point(1, 60.18, 24.95, "Mo-Th 09:00-17:00")
    service = a_place_service(place, window=(time(8), time(16)))
    there = helsinki("2026-03-16T11:00")  # on Friday, its base, the place is closed till Monday
    assert late(service, _outcome(there, place=place.id), LATER) == Late("svc", "00", 0, True)
    next_day = there + timedelta(days=1)
    found = late(service, _outcome(next_day, place=place.id), LATER)
    assert found is not None
    assert found.days == 4, "Saturday, Sunday and Monday are its working days"
    assert late(service, _outcome(there, place="gone"), LATER) is None


def _first_day(service: Service, now: datetime) -> str:
    if service.promise == "place":
        found = place_candidates(service, an_ask(), Moment(now, now), KALLIO)
    else:
        found = day_candidates(service, an_ask(), Moment(now, now))
    return f"{found[0].window.start:%a}"


def test_a_service_is_promised_as_it_was_learnt_by_area() -> None:
    record = TrackRecord.from_json(1, [], [["svc", "", 1, 95, 99], ["svc", "99", 0, 60, 60]])
    wednesday = helsinki("2026-03-11T12:00")
    place = a_place_service(a_point(1, 60.18, 24.95), calendar=WORKDAYS)
    for service in (a_service(calendar=WORKDAYS), place):
        assert _first_day(service, wednesday) == "Thu"
        assert _first_day(as_learnt(service, record, "00530"), wednesday) == "Fri"
        assert as_learnt(service, record, "99800") is service
        assert as_learnt(service, TrackRecord(0, {}, {}), "00530") is service
        assert as_learnt(service, record, "00530") is as_learnt(service, record, "00100")
    express = a_service(promise="express")
    assert as_learnt(express, record, "00530") is express


def test_days_by_zone_get_later_together() -> None:
    service = slower(a_service(transit_days=1, transit_days_by_zone={"far": 3}), 2)
    assert (service.days_to("near"), service.days_to("far")) == (3, 5)
