"""When goods leave, the last moment to order, and that nothing is promised on a closed day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from delivery.rules.calendars import Calendar, NeverOpen
from delivery.rules.candidates import Moment
from delivery.rules.catalogue import OrderBy, Origin, Service
from delivery.rules.day_candidates import day_candidates
from delivery.rules.express_candidates import express_candidates
from delivery.rules.geography import Here
from delivery.rules.leads import (
    cut_off_on,
    leaves_on,
    order_by,
    working_time_after,
    working_time_before,
)
from delivery.rules.place_candidates import place_candidates
from tests.asking import an_ask
from tests.rules.places import (
    ALWAYS,
    a_place_service,
    a_point,
    a_service,
    an_origin,
    days,
    helsinki,
)
from tests.times import HELSINKI

KALLIO = Here.at(60.1826, 24.9505)
moments = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: helsinki("2026-01-01T00:00") + timedelta(minutes=minutes)
)
dates = st.integers(0, 400).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
calendars = st.builds(
    Calendar,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    holidays_of=st.sampled_from([None, "FI"]),
    closed=st.frozensets(dates, max_size=40),
    opened=st.frozensets(dates, max_size=5),
)
zones = st.sampled_from(["Europe/Helsinki", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu"])
origins = st.builds(
    lambda zone, calendar, opens, hours: Origin(
        "here", ZoneInfo(zone), calendar, time(opens), time((opens + hours) % 24)
    ),
    zones, calendars, st.integers(0, 12), st.integers(1, 11),
)  # fmt: skip


@given(origin=origins, moment=moments, minutes=st.integers(1, 3000))
def test_working_time_before_and_after_are_inverse(
    origin: Origin, moment: datetime, minutes: int
) -> None:
    done = working_time_after(origin, moment, minutes)
    assert done > moment
    # Counted back from there it is the moment, or the opening or closing nearest to it.
    begun = working_time_before(origin, done, minutes)
    assert working_time_after(origin, begun, minutes) == done
    assert begun.timestamp() >= moment.timestamp()
    assert working_time_after(origin, begun - timedelta(minutes=1), minutes) <= done


@given(origin=origins, moment=moments)
def test_no_work_takes_no_time(origin: Origin, moment: datetime) -> None:
    assert working_time_after(origin, moment, 0) == moment == working_time_before(origin, moment, 0)


def test_an_origin_that_works_until_midnight() -> None:
    late = an_origin(opens=time(18), closes=time())
    assert working_time_after(late, helsinki("2026-03-10T23:30"), 60) == helsinki(
        "2026-03-11T18:30"
    )
    assert working_time_before(late, helsinki("2026-03-11T18:30"), 60) == helsinki(
        "2026-03-10T23:30"
    )


@given(
    drives=calendars, works=calendars, now=moments, transit=st.integers(0, 5),
    cut_offs=st.dictionaries(st.integers(0, 6), st.sampled_from([time(9), time(14), time()])),
    handling=st.sampled_from([0, 90, 600]),
)  # fmt: skip
def test_nothing_is_promised_on_a_closed_day(
    drives: Calendar, works: Calendar, now: datetime, transit: int, cut_offs: dict[int, time],
    handling: int,
) -> None:  # fmt: skip
    origin = an_origin(calendar=works)
    service = a_service(
        calendar=drives, origin=origin, transit_days=transit, cut_offs=cut_offs,
        handling_minutes=handling,
    )  # fmt: skip
    moment = Moment(now, now)
    for each in day_candidates(service, an_ask(), moment):
        assert drives.is_open(each.window.start.date())
        assert each.window.start > now
        assert each.cutoff is not None
        assert each.cutoff > now
        assert each.cutoff <= each.window.start
    express = a_service(
        promise="express", calendar=drives, origin=origin, transit_minutes=120, cut_offs=None,
        window=(time(9), time(21)), handling_minutes=handling,
    )  # fmt: skip
    for each in express_candidates(express, an_ask(), moment):
        assert drives.is_open(each.window.start.date())
        assert works.is_open(each.window.start.date())
        assert time(9) <= each.window.start.time() < each.window.end.time() <= time(21)
        assert each.cutoff is not None
        assert now < each.cutoff <= each.window.start


@given(now=moments, closed=st.frozensets(dates, max_size=200), hours=st.sampled_from(
    ["24/7", "Mo-Fr 09:00-17:00", "Mo-Su 22:00-03:00", "Mo-Sa 09:00-12:00,13:00-17:00; PH off"]
))  # fmt: skip
def test_no_place_is_promised_on_its_closed_day(
    now: datetime, closed: frozenset[date], hours: str
) -> None:
    service = a_place_service(a_point(1, 60.18, 24.95, hours, closed=closed))
    for each in place_candidates(service, an_ask(), Moment(now, now), KALLIO):
        assert each.point is not None
        assert each.window.start.date() not in closed
        assert each.until is not None
        assert now < each.window.start < each.window.end <= each.until


def test_cut_offs_of_a_weekday() -> None:
    service = a_service(cut_offs={0: time(14), 4: time(12)})
    friday, saturday = date(2026, 3, 13), date(2026, 3, 14)
    assert cut_off_on(service, friday) == helsinki("2026-03-13T12:00")
    assert cut_off_on(service, saturday) is None
    assert leaves_on(service, helsinki("2026-03-13T11:59")) == friday
    assert leaves_on(service, helsinki("2026-03-13T12:00")) == date(2026, 3, 16)


def test_handling_comes_before_the_cut_off() -> None:
    service = a_service(handling_minutes=120)
    assert cut_off_on(service, date(2026, 3, 12)) == helsinki("2026-03-12T12:00")
    slow = a_service(handling_minutes=10 * 60)
    assert cut_off_on(slow, date(2026, 3, 12)) == helsinki("2026-03-11T18:00")


def test_what_never_leaves_is_said_and_not_searched_for_ever() -> None:
    weekend, week = Calendar(frozenset({5, 6})), Calendar(frozenset(range(5)))
    service = a_service(calendar=weekend, origin=an_origin(calendar=week))
    with pytest.raises(NeverOpen):
        leaves_on(service, helsinki("2026-03-10T12:00"))
    now = helsinki("2026-03-10T12:00")
    assert day_candidates(service, an_ask(), Moment(now, now)) == []


def test_a_cut_off_is_on_the_origins_clock_and_a_day_on_that_of_the_place() -> None:
    far = an_origin(zone=ZoneInfo("Asia/Tokyo"), calendar=ALWAYS)
    service = a_service(origin=far)
    now = helsinki("2026-03-10T12:00")  # 19:00 in Tokyo
    first = day_candidates(service, an_ask(), Moment(now, now))[0]
    assert first.cutoff == datetime(2026, 3, 11, 14, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert first.window.start == helsinki("2026-03-12T08:00")
    assert first.window.start.tzinfo is HELSINKI


@pytest.mark.parametrize(
    ("said", "last"),
    [
        (None, "2026-03-11T18:00"),
        (OrderBy(day_before=time(17)), "2026-03-11T17:00"),
        (OrderBy(day_before=time(20)), "2026-03-11T18:00"),
        (OrderBy(day_before=time()), "2026-03-11T18:00"),
        (OrderBy(minutes_before=60), "2026-03-11T18:00"),
        (OrderBy(minutes_before=24 * 60), "2026-03-11T08:00"),
    ],
)
def test_a_round_is_closed_by_handling_or_by_what_is_said(said: OrderBy | None, last: str) -> None:
    service = a_service(handling_minutes=240, order_by=said)
    assert order_by(service, helsinki("2026-03-12T08:00")) == helsinki(last)


def test_minutes_before_a_round_are_minutes_on_a_night_that_clocks_change() -> None:
    service = a_service(order_by=OrderBy(minutes_before=360))
    assert order_by(service, helsinki("2026-03-29T08:00")).isoformat() == (
        "2026-03-29T01:00:00+02:00"
    )


def test_own_closures_and_days_open_besides() -> None:
    shop = Calendar(
        frozenset(range(5)),
        "FI",
        closed=days("2026-03-11"),
        opened=days("2026-04-03", "2026-03-14"),
    )
    assert not shop.is_open(date(2026, 3, 11))
    assert shop.is_open(date(2026, 4, 3))  # Good Friday
    assert shop.is_open(date(2026, 3, 14))  # a Saturday
    assert not shop.is_open(date(2026, 3, 21))


def test_a_shop_that_sleeps_all_winter_has_its_summer() -> None:
    winter = frozenset(date(2026, 10, 1) + timedelta(days=number) for number in range(212))
    assert Calendar(frozenset(range(7)), closed=winter).first_open(date(2026, 10, 1)) == date(
        2027, 5, 1
    )


@given(now=moments)
def test_days_by_zone_are_so_much_later(now: datetime) -> None:
    service: Service = a_service(transit_days=1, transit_days_by_zone={"north": 3})
    near = day_candidates(service, an_ask(), Moment(now, now), "south")
    far = day_candidates(service, an_ask(), Moment(now, now), "north")
    assume(near and far)
    assert far[0].window.start.date() - near[0].window.start.date() == timedelta(days=2)
    assert far[0].cutoff == near[0].cutoff
