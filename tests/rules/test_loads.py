"""How many load units a basket takes, and how many a window has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest

from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.catalogue import Rounds
from delivery.rules.loads import load_of, window_load
from delivery.rules.windows import TimeWindow
from tests.rules.test_town import service
from tests.times import HELSINKI

HOME = service("home")
LOADS = MappingProxyType({240: 64, 60: 16})


def _rounds(**changes: object) -> Rounds:
    assert HOME.rounds is not None
    return replace(HOME.rounds, **{"load": LOADS, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parcels", "unit_g", "unit_cm3", "load"),
    [
        ((Parcel(1),), 0, 0, 1),
        ((Parcel(1), Parcel(1), Parcel(1)), 10_000, 0, 3),
        ((Parcel(10_000),), 10_000, 0, 1),
        ((Parcel(10_001),), 10_000, 0, 2),
        ((Parcel(9_000), Parcel(9_000)), 10_000, 0, 2),
        ((Parcel(35_000),), 10_000, 0, 4),
        ((Parcel(1, 100, 100, 100),), 0, 1000, 1),
        ((Parcel(1, 101, 100, 100),), 0, 1000, 2),
        ((Parcel(9_001, 200, 100, 100),), 1_000, 1_000, 10),
        ((Parcel(900, 300, 100, 100),), 1_000, 1_000, 3),
        ((Parcel(900),), 1_000, 1, 1),
    ],
)
def test_the_greater_of_weight_and_room_counts_and_a_parcel_is_one_at_least(
    parcels: tuple[Parcel, ...], unit_g: int, unit_cm3: int, load: int
) -> None:
    van = replace(HOME, rounds=_rounds(unit_g=unit_g, unit_cm3=unit_cm3))
    assert load_of(van, QuoteAsk(parcels, "00530", "FI")) == load


def test_where_no_load_is_stated_there_is_none() -> None:
    ask = QuoteAsk((Parcel(35_000),) * 3, "00530", "FI")
    assert load_of(replace(HOME, rounds=_rounds(load={})), ask) == 0
    assert load_of(replace(HOME, rounds=None), ask) == 0


@pytest.mark.parametrize(
    ("start", "minutes", "units"),
    [
        (datetime(2026, 3, 12, 8, tzinfo=HELSINKI), 240, 64),
        (datetime(2026, 3, 12, 8, tzinfo=HELSINKI), 120, None),
        (datetime(2026, 3, 12, 8, tzinfo=HELSINKI), 60, 16),
        # Clocks go back between: five real hours, four on the wall.
        (datetime(2026, 10, 25, 1, tzinfo=HELSINKI), 240, 64),
    ],
)
def test_a_window_has_the_load_of_its_width_on_the_wall(
    start: datetime, minutes: int, units: int | None
) -> None:
    window = TimeWindow(start, start + timedelta(minutes=minutes))
    assert window_load(_rounds(), window) == units
    assert window_load(_rounds(load={}), window) is None
