"""Opening hours in OpenStreetMap's notation."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from delivery.rules.opening_hours import OpeningHours
from tests.times import HELSINKI

SHOP = OpeningHours.parse("Mo-Fr 10:00-20:00; Sa 10:00-18:00; Su 12:00-18:00; PH off")


def at(day: str, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), HELSINKI).replace(
        hour=hour, minute=minute
    )


@pytest.mark.parametrize(
    ("moment", "opens", "closes"),
    [
        (at("2026-03-10", 7), at("2026-03-10", 10), at("2026-03-10", 20)),
        (at("2026-03-10", 14, 30), at("2026-03-10", 14, 30), at("2026-03-10", 20)),
        (at("2026-03-10", 20), at("2026-03-11", 10), at("2026-03-11", 20)),
        (at("2026-03-15", 9), at("2026-03-15", 12), at("2026-03-15", 18)),
        # Good Friday to Easter Monday: only the Saturday is open.
        (at("2026-04-02", 21), at("2026-04-04", 10), at("2026-04-04", 18)),
        (at("2026-04-04", 18), at("2026-04-07", 10), at("2026-04-07", 20)),
    ],
)
def test_when_it_opens_next(moment: datetime, opens: datetime, closes: datetime) -> None:
    assert SHOP.open_from(moment) == (opens, closes)


def test_day_and_night_ends_at_midnight() -> None:
    hours = OpeningHours.parse("24/7").open_from(at("2026-03-28", 10))
    assert hours == (at("2026-03-28", 10), at("2026-03-29"))


def test_holidays_are_like_other_days_unless_said() -> None:
    every_day = OpeningHours.parse("Mo-Su 06:00-23:00")
    assert every_day.on(date(2026, 12, 25)) == (360, 1380)
    short = OpeningHours.parse("Mo,We-Fr 06:00-23:00; PH 12:00-16:00")
    assert short.on(date(2026, 12, 25)) == (720, 960)
    assert short.on(date(2026, 3, 10)) is None


@pytest.mark.parametrize(
    "text", ["", "always", "Mo 10:00", "Xx 10:00-12:00", "Mo 12:00-10:00", "Mo 10:00-25:00"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot read|no such day|closes before"):
        OpeningHours.parse(text)
