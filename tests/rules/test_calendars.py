"""Open days, and the last moments at which goods still make it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from delivery.rules.calendars import Calendar, NeverOpen
from delivery.rules.catalogue import Origin
from delivery.rules.leads import working_time_after, working_time_before
from tests.times import HELSINKI

EVERY_DAY = Calendar(frozenset(range(7)), "FI")
WORKING_DAYS = Calendar(frozenset(range(5)), "FI")
ORIGIN = Origin("harbour", HELSINKI, EVERY_DAY, time(7), time(21))


@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-06-19",
     "2026-12-24", "2026-12-25", "2026-12-26", "2027-06-25"],
)  # fmt: skip
def test_public_holidays_are_closed_with_their_eves(day: str) -> None:
    assert not EVERY_DAY.is_open(date.fromisoformat(day))


def test_sundays_are_driven_but_not_worked() -> None:
    sunday = date(2026, 3, 15)
    assert EVERY_DAY.is_open(sunday)
    assert WORKING_DAYS.first_open(sunday) == date(2026, 3, 16)
    assert WORKING_DAYS.after(date(2026, 3, 13), 2) == date(2026, 3, 17)


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(NeverOpen):
        Calendar(frozenset()).first_open(date(2026, 3, 10))


def helsinki(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour, minute), HELSINKI)


@pytest.mark.parametrize(
    ("start", "cut_off"),
    [
        (helsinki("2026-03-10", 17), helsinki("2026-03-10", 14)),
        # An hour of work before 8, the other two on the evening before.
        (helsinki("2026-03-11", 8), helsinki("2026-03-10", 19)),
        # Over Easter Sunday and Monday.
        (helsinki("2026-04-07", 8), helsinki("2026-04-04", 19)),
        (helsinki("2026-03-29", 12), helsinki("2026-03-29", 9)),
        (helsinki("2026-10-25", 8), helsinki("2026-10-24", 19)),
    ],
)
def test_cut_offs_are_counted_in_working_time(start: datetime, cut_off: datetime) -> None:
    assert working_time_before(ORIGIN, start, 180) == cut_off
    assert working_time_after(ORIGIN, cut_off, 180) == start


def test_a_cut_off_is_in_the_origins_zone() -> None:
    tokyo = Origin("far", ZoneInfo("Asia/Tokyo"), Calendar(frozenset(range(7))), time(9), time(18))
    cut_off = working_time_before(tokyo, helsinki("2026-03-10", 17), 60)
    # 17:00 in Helsinki is midnight in Tokyo, whose day ended at 18.
    assert cut_off == datetime(2026, 3, 10, 17, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert cut_off.utcoffset() == timedelta(hours=9)
