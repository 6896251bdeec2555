"""A courier by the half hour: the next window and two later ones, today or when it opens again."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from delivery.rules.calendars import Calendar
from delivery.rules.candidates import Candidate, Moment
from delivery.rules.catalogue import Blackout, Service
from delivery.rules.express_candidates import express_candidates
from tests.asking import an_ask
from tests.rules.places import a_service, an_origin, days, helsinki


def courier(**changes: object) -> Service:
    return a_service(**{
        "code": "express", "promise": "express", "transit_minutes": 120, "cut_offs": None,
        "window": (time(9), time(21)), "handling_minutes": 30, "days_ahead": 2, **changes,
    })  # fmt: skip


COURIER = courier()


def windows(service: Service, now: str, zone: str | None = None) -> list[str]:
    moment = helsinki(now)
    found = express_candidates(service, an_ask(), Moment(moment, moment), zone)
    return [f"{each.window.start:%m-%dT%H:%M}/{each.window.end:%H:%M}" for each in found]


@pytest.mark.parametrize(
    ("now", "seen"),
    [
        ("2026-03-10T12:01", ["03-10T13:00/15:00", "03-10T15:00/17:00", "03-10T17:00/19:00"]),
        # Packed in half an hour, to the minute: the order must come before.
        ("2026-03-10T11:59", ["03-10T12:30/14:30", "03-10T14:30/16:30", "03-10T16:30/18:30"]),
        ("2026-03-10T12:00", ["03-10T13:00/15:00", "03-10T15:00/17:00", "03-10T17:00/19:00"]),
        ("2026-03-10T17:00", ["03-10T18:00/20:00", "03-11T09:00/11:00", "03-11T11:00/13:00"]),
        ("2026-03-10T18:30", ["03-11T09:00/11:00", "03-11T11:00/13:00", "03-11T13:00/15:00"]),
        ("2026-03-10T23:59", ["03-11T09:00/11:00", "03-11T11:00/13:00", "03-11T13:00/15:00"]),
        ("2026-03-10T03:00", ["03-10T09:00/11:00", "03-10T11:00/13:00", "03-10T13:00/15:00"]),
    ],
)
def test_the_next_windows(now: str, seen: list[str]) -> None:
    assert windows(courier(), now) == seen


def test_the_way_is_longer_to_some_zones() -> None:
    service = courier(transit_minutes_by_zone={"vantaa": 180})
    assert windows(service, "2026-03-10T16:00", "vantaa") == [
        "03-10T17:00/20:00", "03-11T09:00/12:00", "03-11T12:00/15:00",
    ]  # fmt: skip


def test_closed_days_and_blackouts_are_left_out() -> None:
    at = helsinki("2026-03-10T14:00").replace(tzinfo=None)
    dark = Blackout(at, at + timedelta(hours=2))
    assert windows(courier(blackouts=(dark,)), "2026-03-10T12:01") == [
        "03-10T16:00/18:00", "03-10T18:00/20:00", "03-11T09:00/11:00",
    ]  # fmt: skip
    shut = courier(calendar=Calendar(frozenset(range(7)), closed=days("2026-03-10", "2026-03-11")))
    assert windows(shut, "2026-03-10T12:01") == []
    unmanned = courier(origin=an_origin(calendar=Calendar(frozenset({2}))))
    assert windows(unmanned, "2026-03-10T12:01")[0] == "03-11T09:00/11:00"
    early = courier(origin=an_origin(closes=time(15)))
    assert windows(early, "2026-03-10T12:01") == [
        "03-10T13:00/15:00", "03-10T15:00/17:00", "03-11T09:00/11:00",
    ]  # fmt: skip


def test_looked_at_later_those_that_can_still_be_packed_remain() -> None:
    then = helsinki("2026-03-10T12:01")
    first = candidates(then, then)
    assert candidates(then, then + timedelta(minutes=28)) == first
    assert candidates(then, then + timedelta(minutes=29)) == first[1:]
    assert candidates(then, then + timedelta(days=1)) == []


def candidates(then: object, later: object) -> list[Candidate]:
    return express_candidates(COURIER, an_ask(), Moment(then, later))  # type: ignore[arg-type]


def test_an_id_names_the_moment_on_the_worlds_clock() -> None:
    first = candidates(helsinki("2026-03-10T12:01"), helsinki("2026-03-10T12:01"))[0]
    assert first.id == "opt_express.t202603101100"
    assert first.cutoff == helsinki("2026-03-10T12:30")


def test_windows_of_a_night_on_which_clocks_change() -> None:
    night = courier(origin=an_origin(opens=time(), closes=time()), window=(time(1), time(7)))
    spring = windows(night, "2026-03-29T00:10")
    # 2:00 to 5:00 on the wall is two hours that night.
    assert spring == ["03-29T01:00/04:00", "03-29T04:00/06:00", "03-30T01:00/03:00"]
    autumn = windows(night, "2026-10-25T00:10")
    assert autumn == ["10-25T01:00/03:00", "10-25T03:00/04:00", "10-25T04:00/06:00"]


def test_goods_that_are_ready_tomorrow_leave_tomorrow() -> None:
    now, ready = helsinki("2026-03-10T12:00"), helsinki("2026-03-11T10:00")
    ask = an_ask(ready_at=ready.isoformat())
    found = express_candidates(courier(), ask, Moment(now, ready))
    assert found[0].window.start == helsinki("2026-03-11T11:00")
    assert {each.window.start.date() for each in found} == {date(2026, 3, 11)}
