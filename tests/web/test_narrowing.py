"""A booked window made narrower on the day, over HTTP: free, and only within itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from delivery.flows import rescheduling
from delivery.flows.slots import make_slots
from delivery.store import bookings, slots
from delivery.store.seeds import TOWN
from delivery.store.tables import slot
from tests.loopback import Api, RunningServer
from tests.nests import wrong_counts
from tests.shopping import a_quote, book, booked, hold, van_times
from tests.times import NOW, SettableClock

#: Of the round at 17: three hours of work before it.
CUT_OFF = NOW.replace(hour=14)
TODAY = "2026-03-10"
TEXT = TOWN.read_text("utf-8")


@pytest.fixture
def wide(api: Api) -> dict[str, Any]:
    """A booking of today's 17–21, the last that can still be made."""
    times = van_times(api, a_quote(api)["id"], 240)
    return booked(api, times[0], reference="P-wide")


def _today(api: Api) -> list[dict[str, Any]]:
    answer = api.get("/v1/bookings/P-wide/options")
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json()["options"] if each["window"]["start"] > TODAY
            and each["window"]["start"] < "2026-03-11"]  # fmt: skip


def _take(api: Api, option: dict[str, Any]) -> Any:
    return api.post("/v1/bookings/P-wide/reschedule", json={"option": option["id"]})


def _hours(options: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["window"]["start"][11:16], each["window"]["end"][11:16]) for each in options}


def test_after_the_cut_off_the_windows_within_its_own_are_free_to_choose(
    api: Api, server: RunningServer, wide: dict[str, Any], clock: SettableClock
) -> None:
    clock.set(CUT_OFF)
    offered = _today(api)
    assert _hours(offered) == {
        ("17:00", "19:00"), ("19:00", "21:00"), ("17:00", "18:00"), ("18:00", "19:00"),
        ("19:00", "20:00"), ("20:00", "21:00"),
    }  # fmt: skip
    assert all(each["fee"] == {"amount": 0, "currency": "EUR"} for each in offered)
    wanted = next(each for each in offered if each["width_minutes"] == 120)
    answer = _take(api, wanted)
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert moved["option"]["window"] == wanted["window"] == moved["promise"]["window"]
    assert moved["option"]["price"] == wide["option"]["price"]
    assert [each["cause"] for each in moved["promise"]["versions"]] == ["booked", "narrowed"]
    assert moved["messages"][-1]["notice"] == "rescheduled"
    assert _hours(_today(api)) == {
        (wanted["window"]["start"][11:16], f"{int(wanted['window']['start'][11:13]) + 1}:00"),
        (f"{int(wanted['window']['start'][11:13]) + 1}:00", wanted["window"]["end"][11:16]),
    }
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_before_the_cut_off_they_are_moves_like_others(
    api: Api, wide: dict[str, Any], clock: SettableClock
) -> None:
    clock.forward(minutes=119)
    offered = _today(api)
    assert len(offered) == 6
    moved = _take(api, offered[0]).json()
    assert [each["cause"] for each in moved["promise"]["versions"]] == ["booked", "rescheduled"]


def test_an_hour_before_the_round_it_is_too_late(
    api: Api, wide: dict[str, Any], clock: SettableClock
) -> None:
    clock.set(NOW.replace(hour=15, minute=59))
    offered = _today(api)
    assert len(offered) == 6
    clock.set(NOW.replace(hour=16))
    assert _today(api) == []
    refused = _take(api, offered[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_full")
    # Another day is as free as before.
    assert api.get("/v1/bookings/P-wide/options").json()["options"]


def test_a_full_hour_is_not_offered_and_a_full_van_is_no_matter(
    api: Api, server: RunningServer, wide: dict[str, Any], clock: SettableClock
) -> None:
    quote = a_quote(api)["id"]
    hours = van_times(api, quote, 60)[:4]
    while hold(api, quote, hours[0]["id"]).status_code == 201:
        pass
    with server.house.database.write() as conn:
        van = slots.get(conn, int(wide["option"]["id"].rpartition(".s")[2]))
        while slots.take_place(conn, van):
            pass
    clock.set(CUT_OFF)
    offered = _hours(_today(api))
    assert ("17:00", "18:00") not in offered
    assert ("17:00", "19:00") in offered
    wanted = next(each for each in _today(api) if each["width_minutes"] == 60)
    assert _take(api, wanted).status_code == 200


def test_taking_it_back_gives_the_wide_one_again(
    api: Api, server: RunningServer, wide: dict[str, Any], clock: SettableClock
) -> None:
    clock.set(CUT_OFF)
    _take(api, _today(api)[0])
    with server.house.database.write() as conn:
        booking, now = bookings.get(conn, "P-wide"), clock.forward(minutes=5)
        rescheduling.undo(conn, server.house, booking, by="page", now=now)
    back = api.get("/v1/bookings/P-wide").json()
    assert back["promise"]["window"] == wide["promise"]["window"]
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_stranger_gets_no_window_of_today(
    api: Api, wide: dict[str, Any], clock: SettableClock
) -> None:
    """Who is too late stays too late: only the van's own passengers may choose within it."""
    old = a_quote(api)["id"]
    other = van_times(api, old, 240)[1]
    hour = van_times(api, old, 60)[0]
    assert hour["window"]["start"].startswith(TODAY)
    held = hold(api, old, other["id"])
    assert book(api, held.json()["id"], "P-other").status_code == 201
    clock.set(CUT_OFF)
    options = api.get("/v1/bookings/P-other/options").json()["options"]
    assert not [each for each in options if each["window"]["start"].startswith(TODAY)]
    moved = api.post("/v1/bookings/P-other/reschedule", json={"option": hour["id"]})
    assert (moved.status_code, moved.json()["code"]) == (409, "slot_full")


@pytest.fixture
def reload(server: RunningServer) -> Callable[[str, str], None]:
    def load(was: str, becomes: str) -> None:
        house, changed = server.house, TEXT.replace(was, becomes, 1)
        assert changed != TEXT
        with house.database.write() as conn:
            house.catalogues.load(conn, changed, NOW)
        make_slots(house.database, house.catalogues, now=house.clock())

    return load


def test_a_shop_that_does_not_narrow_offers_none(
    api: Api, wide: dict[str, Any], clock: SettableClock, reload: Callable[[str, str], None]
) -> None:
    reload("[services.home]\n", "[services.home]\nnarrowing = false\n")
    clock.set(CUT_OFF)
    assert _today(api) == []


def test_the_load_must_fit_too(
    api: Api, server: RunningServer, clock: SettableClock, reload: Callable[[str, str], None]
) -> None:
    reload("capacity = { 240 = 32, 120 = 16, 60 = 8 }",
           "capacity = { 240 = 32, 120 = 16, 60 = 8 }\nload = { 240 = 10, 120 = 4, 60 = 1 }\n"
           "unit_g = 1000")  # fmt: skip
    times = van_times(api, a_quote(api)["id"], 240)
    booked(api, times[0], reference="P-wide")
    with server.house.database.read() as conn:
        # 1.2 kg in units of 1 kg, in the one window it lies in.
        assert [each for each in conn.execute(select(slot.c.load_taken)).scalars() if each] == [2]
    clock.set(CUT_OFF)
    assert {each["width_minutes"] for each in _today(api)} == {120}
    assert _take(api, _today(api)[0]).status_code == 200
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []
