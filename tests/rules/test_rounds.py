"""A van's windows of a day: cut within one another, on the clock of their place, on any night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendars import Calendar
from delivery.rules.catalogue import Blackout, OrderBy, Rounds, Service
from delivery.rules.rounds import SlotTimes, Template, plan_zone, windows_of_day
from delivery.rules.windows import TimeWindow
from delivery.rules.zones import Zone, ZoneMap
from tests.rules.places import a_service, an_origin, days, helsinki
from tests.times import HELSINKI

NIGHT = ((time(0), time(4)), (time(4), time(8)))
Windows = Callable[[Service, date], list[Template]]


def a_van(*times: tuple[time, time], **changes: object) -> Service:
    rounds = Rounds(times=times or ((time(8), time(12)),), capacity={240: 8, 120: 4, 60: 2})
    return a_service(**{
        "promise": "slot", "rounds": rounds, "window": None, "cut_offs": None,
        "origin": an_origin(opens=time(), closes=time()), **changes,
    })  # fmt: skip


def naive(service: Service, day: date) -> list[Template]:
    """The twin: on the clock of the wall, whatever clocks do."""
    assert service.rounds is not None
    found = []
    for start, end in service.rounds.times:
        first, last = (datetime.combine(day, at, service.zone) for at in (start, end))
        around = TimeWindow(first, last)
        found.append(Template(around, 8))
        for step in (0, 120):
            begins = first + timedelta(minutes=step)
            window = TimeWindow(begins, begins + timedelta(minutes=120))
            found.append(Template(window, 4, (around,)))
    return found


def faults_of(windows: Windows, service: Service, day: date) -> set[str]:
    """What would be wrong with the windows of a night."""
    found, faults = windows(service, day), set()
    for each in found:
        for moment in (each.window.start, each.window.end):
            if moment.astimezone(ZoneInfo("UTC")).astimezone(HELSINKI).replace(
                tzinfo=None
            ) != moment.replace(tzinfo=None):
                faults.add("shows a time that is not there")
        for around in each.within:
            if not around.start <= each.window.start < each.window.end <= around.end:
                faults.add("is not within")
    spans = [(each.window.start.timestamp(), each.window.end.timestamp()) for each in found]
    if len(set(spans)) != len(spans):
        faults.add("is there twice")
    return faults


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 10)])
def test_windows_of_a_night_are_whole(day: date) -> None:
    assert faults_of(windows_of_day, a_van(*NIGHT), day) == set()


def test_the_naive_way_is_caught() -> None:
    night = a_van((time(1), time(5)))
    assert faults_of(windows_of_day, night, date(2026, 3, 29)) == set()
    assert faults_of(naive, night, date(2026, 3, 29)) == {"shows a time that is not there"}


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice() -> None:
    def shown(day: date, width: int) -> list[tuple[str, int]]:
        return [
            (f"{each.window.start:%H}-{each.window.end:%H}", each.window.minutes)
            for each in windows_of_day(a_van(*NIGHT), day)
            if len(each.within) == {240: 0, 120: 1, 60: 2}[width]
        ]

    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert shown(spring, 240) == [("00-04", 180), ("04-08", 240)]
    # From 2 to 4 there is one hour: it is the two-hour window, not another within it.
    assert ("02-04", 60) in shown(spring, 120)
    assert [hours for hours, _ in shown(spring, 60)] == [
        "00-01", "01-02", "04-05", "05-06", "06-07", "07-08",
    ]  # fmt: skip
    assert ("03-04", 120) in shown(autumn, 60)
    assert shown(autumn, 240) == [("00-04", 300), ("04-08", 240)]


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    zone=st.sampled_from(["Europe/Helsinki", "America/Santiago", "Africa/Cairo", "Asia/Beirut"]),
)
def test_hours_fill_their_round_without_a_gap(day: date, zone: str) -> None:
    clock = ZoneInfo(zone)
    service = a_van((time(0), time(4)), (time(20), time(0)))
    found = windows_of_day(service, day, clock)
    for root in (each for each in found if not each.within):
        inner = [each for each in found if root.window in each.within] or [root]
        leaves = [each for each in inner if not any(each.window in other.within for other in inner)]
        begun = sorted(
            (each.window.start.timestamp(), each.window.end.timestamp()) for each in leaves
        )
        assert begun[0][0] == root.window.start.timestamp()
        assert begun[-1][1] == root.window.end.timestamp()
        assert all(one[1] == two[0] for one, two in pairwise(begun))


def test_sundays_have_their_own_rounds() -> None:
    sunday = ((time(12), time(16)),)
    rounds = Rounds(times=((time(8), time(12)),), capacity={240: 8}, times_by_weekday={6: sunday})
    van = a_van(rounds=rounds)
    assert [each.window.start.hour for each in windows_of_day(van, date(2026, 3, 15))] == [12]
    assert [each.window.start.hour for each in windows_of_day(van, date(2026, 3, 16))] == [8]
    none = Rounds(times=((time(8), time(12)),), capacity={240: 8}, times_by_weekday={6: ()})
    assert windows_of_day(a_van(rounds=none), date(2026, 3, 15)) == []


def test_a_blackout_takes_every_window_it_touches() -> None:
    nine = helsinki("2026-03-12T09:30").replace(tzinfo=None)
    van = a_van(blackouts=(Blackout(nine, nine + timedelta(minutes=15)),))
    left = [each.window for each in windows_of_day(van, date(2026, 3, 12))]
    assert [(each.start.hour, each.end.hour) for each in left] == [
        (8, 9), (10, 12), (10, 11), (11, 12),
    ]  # fmt: skip
    assert len(windows_of_day(van, date(2026, 3, 13))) == 7


def slots_of(service: Service, day: date, clock: ZoneInfo = HELSINKI) -> list[SlotTimes]:
    windows = [each.window for each in windows_of_day(service, day, clock) if not each.within]
    return [SlotTimes(at, each.start, each.end, []) for at, each in enumerate(windows, 1)]


def test_a_closure_that_comes_after_the_slots_still_closes() -> None:
    day = date(2026, 3, 12)
    slots = slots_of(a_van(), day)
    assert list(plan_zone(a_van(), "everywhere", slots).by_slot) == [1]
    shut = a_van(calendar=Calendar(frozenset(range(7)), closed=days("2026-03-12")))
    assert plan_zone(shut, "everywhere", slots).by_slot == {}
    moved = a_van((time(9), time(13)))
    assert plan_zone(moved, "everywhere", slots).by_slot == {}


def test_a_slot_is_on_the_clock_of_its_zone_and_its_cut_off_on_that_of_the_origin() -> None:
    far = Zone("far", prefixes=("9",), clock=ZoneInfo("Europe/Stockholm"))
    van = a_van(zone_map=ZoneMap([far], {}), order_by=OrderBy(day_before=time(18)))
    (slot,) = slots_of(van, date(2026, 3, 12), van.clock("far"))
    planned = plan_zone(van, "far", [slot]).by_slot[1]
    assert planned.window.start.isoformat() == "2026-03-12T08:00:00+01:00"
    assert planned.cutoff.isoformat() == "2026-03-11T18:00:00+02:00"


def test_a_round_that_could_never_be_packed_is_not_planned() -> None:
    van = a_van(handling_minutes=60, origin=an_origin(calendar=Calendar(frozenset())))
    assert plan_zone(van, "everywhere", slots_of(van, date(2026, 3, 12))).by_slot == {}
