"""Opening hours as carriers write them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from delivery.rules.opening_hours.carriers import from_carrier_notation
from delivery.rules.opening_hours.hours import OpeningHours

MONDAY = date(2026, 3, 9)
BOTH_HALVES = {"openMorning": "0001", "closeMorning": "1200", "openAfternoon": "1200"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("E-P8:00-22:00", "Mo-Su 08:00-22:00"),
        ("E-R9:00-18:00,L10:00-14:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
        ("E,K 09:00-12:00, 13:00-16:00 T,N,R,L,P SULETUD", "Mo,We 09:00-12:00,13:00-16:00"),
        ("T,K 11:00-15:00 E,N,R,L,P SULETUD;Sissepääs hoovist", "Tu,We 11:00-15:00"),
        ("I-VI 08-22 h; VII 09-22 h", "Mo-Sa 08:00-22:00; Su 09:00-22:00"),
        ("I-VII: 8.00-23.00 h", "08:00-23:00"),
        ("I- VII: 00-24 h", "24/7"),
        ("00:24 h", "24/7"),
        ("24h", "24/7"),
        (
            json.dumps([{"weekday": "Tuesday", **BOTH_HALVES, "closeAfternoon": "2359"}]),
            "Tu 00:00-24:00",
        ),
        (
            json.dumps([{"dayOfWeek": 7, "openTime": "08:00", "closeTime": "23:59"}]),
            "Su 08:00-24:00",
        ),
        ("Mo-Fr 10:00-18:00", "Mo-Fr 10:00-18:00"),
    ],
)
def test_carriers_notations(text: str, meant: str) -> None:
    hours = OpeningHours.parse(from_carrier_notation(text), "EE")
    for ahead in range(7):
        day = MONDAY + timedelta(days=ahead)
        assert hours.spans(day) == OpeningHours.parse(meant).spans(day)


def test_a_list_without_times_is_refused() -> None:
    with pytest.raises(ValueError, match="without a day or time"):
        from_carrier_notation('[{"dayOfWeek": 7}]')
