"""The van is late: everybody it carries is told, once, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from delivery.flows.late import Told, tell_late
from delivery.house import House
from delivery.store import slots
from tests.carrier import booking_of, leave, told, work, writes
from tests.loopback import Api
from tests.shopping import AINO, a_quote, booked, van_times
from tests.times import NOW

REASON = {"en": "The van broke down", "fi": "Auto hajosi"}


def _ring(house: House, minutes: int, **whom: Any) -> Told:
    with house.database.write() as conn:
        return tell_late(conn, house, minutes=minutes, reason=REASON, now=house.clock(), **whom)


def _root(house: House, reference: str) -> int:
    slot = booking_of(house, reference).slot_id
    assert slot is not None
    with house.database.read() as conn:
        return slots.get(conn, slot).chain[0]


def test_all_windows_of_a_van_are_told_once_per_new_window(api: Api, house: House) -> None:
    times = van_times(api, a_quote(api)["id"])
    first = next(each for each in times if each["width_minutes"] == 120)
    inside = next(
        each for each in times
        if each["width_minutes"] == 60 and each["window"]["start"] == first["window"]["start"]
    )  # fmt: skip
    day = first["window"]["start"][:10]
    other = next(each for each in times if each["window"]["start"][:10] > day)
    silent = {key: value for key, value in AINO.items() if key != "phone"}
    wide, narrow, mute, away = (
        booked(api, option, recipient=who)["reference"]
        for option, who in ((first, AINO), (inside, AINO | {"phone": "040 765 4321"}),
                            (first, silent), (other, AINO | {"phone": "040 222 3333"}))
    )  # fmt: skip
    leave(house)
    before = {ref: booking_of(house, ref).window for ref in (wide, narrow, mute, away)}
    root = _root(house, wide)
    assert _ring(house, 90, slot_ids=[root]) == Told(told=2, already_told=0, no_phone=1, over=0)
    assert _ring(house, 90, slot_ids=[root]) == Told(told=0, already_told=3, no_phone=0, over=0)
    for ref in (wide, narrow, mute):
        assert booking_of(house, ref).window == before[ref].shifted(timedelta(minutes=90))
    assert booking_of(house, away).window == before[away]
    leave(house)
    assert _ring(house, 150, slot_ids=[root]).told == 2
    assert booking_of(house, wide).window == before[wide].shifted(timedelta(minutes=150))
    delays = [body for name, body in told(house, wide) if name == "delayed"]
    assert ["about 90 min" in delays[0], "about 60 min" in delays[1]] == [True, True]


def test_those_named_and_those_over_are_counted(api: Api, house: House, clock: Any) -> None:
    ref = booked(api)["reference"]
    assert _ring(house, 30, references=[ref]).told == 1
    clock.set(booking_of(house, ref).window.end)
    assert _ring(house, 60, references=[ref]) == Told(0, 0, 0, over=1)


def test_a_booking_that_moved_away_is_not_told_of_the_old_van(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    root = _root(house, ref)
    writes(house, "tomorrow evening")
    work(house)
    writes(house, "yes")
    work(house)
    assert _ring(house, 90, slot_ids=[root]) == Told(0, 0, 0, 0)
    assert house.clock() == NOW
