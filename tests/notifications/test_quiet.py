"""Nobody is woken but by news of today; the rest waits for the morning, and not all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiet import STAGGER, Quiet, may_wake, stagger, still_asleep, waking

HELSINKI = ZoneInfo("Europe/Helsinki")
NIGHT = Quiet.between("21:00", "08:00")
ZONES = ("Europe/Helsinki", "Europe/Athens", "America/New_York", "Australia/Lord_Howe", "UTC",
         "Asia/Kathmandu", "America/Santiago")  # fmt: skip
HOURS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]


def at(text: str, zone: ZoneInfo = HELSINKI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def left(due: str, quiet: Quiet | None = NIGHT) -> str:
    """When it leaves at the earliest, on the wall's clock."""
    there = waking(quiet, HELSINKI, at(due), key="x")
    return (
        (there.due_at - (stagger("x") if there.due_at != at(due) else timedelta(0)))
        .astimezone(HELSINKI)
        .strftime("%d %H:%M")
    )


@pytest.mark.parametrize(
    ("due", "leaves"),
    [
        ("2026-03-10T20:59", "10 20:59"), ("2026-03-10T21:00", "11 08:00"),
        ("2026-03-10T23:59", "11 08:00"), ("2026-03-11T00:00", "11 08:00"),
        ("2026-03-11T07:59", "11 08:00"), ("2026-03-11T08:00", "11 08:00"),
        # The clock goes forward on 29 March at 3, back on 25 October at 4.
        ("2026-03-28T22:00", "29 08:00"), ("2026-10-24T22:00", "25 08:00"),
        ("2026-10-25T03:30", "25 08:00"),
    ],
)  # fmt: skip
def test_what_is_due_at_night_leaves_in_the_morning(due: str, leaves: str) -> None:
    assert left(due) == leaves


def test_a_window_within_one_day_and_none_at_all() -> None:
    assert left("2026-03-10T13:30", Quiet.between("13:00", "15:00")) == "10 15:00"
    assert left("2026-03-10T16:00", Quiet.between("13:00", "15:00")) == "10 16:00"
    for none in (("", "08:00"), ("21:00", ""), ("", ""), ("08:00", "08:00")):
        assert Quiet.between(*none) is None
    assert waking(None, HELSINKI, at("2026-03-10T23:00"), key="x").asleep_from is None


@given(
    st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(ZONES), st.sampled_from(HOURS),
    st.sampled_from(HOURS),
)  # fmt: skip
def test_nights_are_nights_in_any_place_and_through_any_change_of_clocks(
    minutes: int, name: str, start: str, end: str
) -> None:
    quiet = Quiet.between(start, end)
    if quiet is None:
        return
    now, zone = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), ZoneInfo(name)
    begins, ends = quiet.night(zone, now)
    assert begins < ends > now
    assert ends - begins <= timedelta(hours=25)
    there = waking(quiet, zone, now, key=str(now))
    assert there.due_at >= now
    assert there.asleep_from is not None
    assert there.awake_at is not None
    assert there.due_at < there.asleep_from < there.awake_at
    if begins > now:
        assert there.due_at == now
    # In an hour that comes twice the wall's clock says both: then they sleep.
    local = there.due_at.astimezone(zone)
    if there.due_at == now and local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        assert not is_quiet(quiet, local)


def is_quiet(quiet: Quiet, local: datetime) -> bool:
    clock = local.time().replace(tzinfo=None)
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def test_a_twin_that_adds_hours_wakes_people_when_the_clock_changes() -> None:
    due = at("2026-10-24T22:00")
    twin = (due.astimezone(UTC) + timedelta(hours=10)).astimezone(HELSINKI)  # 22 + 10 = 8
    assert NIGHT is not None
    assert is_quiet(NIGHT, twin)
    assert not is_quiet(NIGHT, waking(NIGHT, HELSINKI, due, key="x").due_at.astimezone(HELSINKI))


def test_the_morning_is_no_burst() -> None:
    turns = sorted(stagger(f"+35840{number:07} B{number}") for number in range(2_000))
    assert turns[0] >= timedelta(0)
    assert turns[-1] < STAGGER
    fullest = max(
        sum(timedelta(minutes=m) <= each < timedelta(minutes=m + 1) for each in turns)
        for m in range(20)
    )
    assert fullest < 150  # 100 a minute, evenly
    assert stagger("a") == stagger("a") != stagger("b")


@pytest.mark.parametrize(
    ("now", "begins", "wakes"),
    [
        ("2026-03-10T22:00", "2026-03-10T21:00", True),  # they wait for it now
        ("2026-03-10T22:00", "2026-03-11T17:00", False),
        ("2026-03-11T06:00", "2026-03-11T17:00", True),  # today's
        ("2026-03-10T23:00", "2026-03-11T07:00", True),  # before they are awake
        ("2026-03-10T23:00", "2026-03-11T08:30", True),  # hardly after
        ("2026-03-10T23:00", "2026-03-11T10:00", False),
        ("2026-03-10T12:00", "2026-03-12T10:00", False),
    ],
)
def test_only_what_is_today_or_will_be_before_they_know_wakes(
    now: str, begins: str, wakes: bool
) -> None:
    assert may_wake(NIGHT, HELSINKI, at(now), at(begins)) is wakes


def test_what_has_no_time_cannot_wait() -> None:
    assert may_wake(NIGHT, HELSINKI, at("2026-03-10T23:00"), None)
    assert may_wake(None, HELSINKI, at("2026-03-10T23:00"), at("2026-03-20T10:00"))


@pytest.mark.parametrize(
    ("now", "night"),
    [("2026-03-11T12:00", None), ("2026-03-10T22:00", 0), ("2026-03-13T02:00", 2),
     ("2026-03-13T09:00", None), ("2026-03-13T21:00", 3), ("2026-03-09T22:00", None)],
)  # fmt: skip
def test_what_was_held_for_days_sleeps_in_later_nights_too(now: str, night: int | None) -> None:
    begins, ends = at("2026-03-10T21:00"), at("2026-03-11T08:10")
    later = None if night is None else timedelta(days=night)
    known = still_asleep(begins, ends, at(now))
    assert known == (None if later is None else (begins + later, ends + later))
