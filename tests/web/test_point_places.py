"""Places of pickup points and lockers over HTTP: so many parcels a day."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.flows.slots import make_slots
from delivery.store.seeds import TOWN
from tests.loopback import Api, RunningServer
from tests.nests import wrong_counts
from tests.shopping import a_quote, basket_ask, book, hold
from tests.times import NOW, SettableClock

TEXT = TOWN.read_text("utf-8")


def _load(server: RunningServer, text: str) -> None:
    house = server.house
    with house.database.write() as conn:
        house.catalogues.load(conn, text, NOW)
    make_slots(house.database, house.catalogues, now=NOW)


def _with_places(places: int) -> str:
    """The town, whose locker in Kallio takes so many parcels a day; 0 for any number."""
    was = 'id = "kallio"\n'
    before, after = TEXT.split(was)
    point, rest = after.split("[[points]]", 1)
    lines = [line for line in point.splitlines() if not line.startswith("capacity")]
    stated = [f"capacity = {places}"] if places else []
    return before + was + "\n".join([*lines, *stated, "", "[[points]]"]) + rest


@pytest.fixture
def three(server: RunningServer) -> RunningServer:
    _load(server, _with_places(3))
    return server


def _locker(api: Api, quote: dict[str, Any]) -> dict[str, Any]:
    days = api.get(f"/v1/quotes/{quote['id']}/all").json()["days"]
    options = [option for day in days for option in day["options"]]
    return next(each for each in options if each["id"].endswith(".kallio"))


def _right(server: RunningServer) -> bool:
    with server.house.database.read() as conn:
        return wrong_counts(conn) == []


def test_a_full_day_offers_others_until_somebody_leaves(api: Api, three: RunningServer) -> None:
    quote = a_quote(api)
    wanted = _locker(api, quote)
    for name in ("mine-1", "mine-2", "mine-3"):
        assert hold(api, quote["id"], wanted["id"], name).status_code == 201
    full = hold(api, quote["id"], wanted["id"], "mine-4")
    assert (full.status_code, full.json()["code"]) == (409, "slot_full")
    assert full.json()["alternatives"]
    assert wanted["id"] not in [each["id"] for each in full.json()["alternatives"]]
    assert api.delete("/v1/holds/mine-2").status_code == 204
    assert hold(api, quote["id"], wanted["id"], "mine-4").status_code == 201
    assert _right(three)


def test_a_basket_of_two_parcels_takes_two_places(api: Api, three: RunningServer) -> None:
    text = _with_places(3).replace("max_parcels = 1\n", "max_parcels = 2\n")
    _load(three, text)
    basket = basket_ask()["basket"]
    two = a_quote(api, basket=basket | {"parcels": basket["parcels"] * 2})
    wanted = _locker(api, two)
    assert hold(api, two["id"], wanted["id"], "mine-1").status_code == 201
    assert hold(api, two["id"], wanted["id"], "mine-2").status_code == 409
    one = a_quote(api)
    assert hold(api, one["id"], wanted["id"], "mine-3").status_code == 201
    moved = hold(api, two["id"], wanted["id"], "mine-3")
    assert moved.status_code == 409
    assert api.get("/v1/holds/mine-3").json()["state"] == "open"
    assert _right(three)


def test_it_lives_the_life_of_a_place(api: Api, three: RunningServer, clock: SettableClock) -> None:
    quote = a_quote(api)
    wanted = _locker(api, quote)
    for name in ("mine-1", "mine-2", "mine-3"):
        hold(api, quote["id"], wanted["id"], name)
    assert book(api, "mine-1", "P-first").status_code == 201
    clock.forward(minutes=16)
    assert hold(api, quote["id"], wanted["id"], "mine-4").status_code == 201
    assert book(api, "mine-2").status_code == 201
    late = book(api, "mine-3")
    assert (late.status_code, late.json()["code"]) == (409, "slot_full")
    assert api.post("/v1/bookings/P-first/cancel").status_code == 200
    assert book(api, "mine-3").status_code == 201
    assert _right(three)


def test_another_option_under_the_same_hold_gives_the_place_back(
    api: Api, three: RunningServer
) -> None:
    quote = a_quote(api)
    wanted = _locker(api, quote)
    for name in ("mine-1", "mine-2", "mine-3"):
        hold(api, quote["id"], wanted["id"], name)
    van = next(each for each in quote["options"] if each["carrier"] == "own_van")
    assert hold(api, quote["id"], van["id"], "mine-1").status_code == 200
    assert hold(api, quote["id"], wanted["id"], "mine-4").status_code == 201
    assert hold(api, quote["id"], wanted["id"], "mine-1").status_code == 409
    assert _right(three)


def test_fewer_places_and_no_limit_come_with_the_next_catalogue(
    api: Api, three: RunningServer
) -> None:
    quote = a_quote(api)
    wanted = _locker(api, quote)
    assert hold(api, quote["id"], wanted["id"], "mine-1").status_code == 201
    assert hold(api, quote["id"], wanted["id"], "mine-2").status_code == 201
    _load(three, _with_places(1))
    assert hold(api, quote["id"], wanted["id"], "mine-3").status_code == 409
    assert hold(api, quote["id"], wanted["id"], "mine-1").status_code == 200
    _load(three, _with_places(0))
    for number in range(9):
        assert hold(api, quote["id"], wanted["id"], f"mine-more-{number}").status_code == 201
    assert _right(three)


def test_a_point_that_is_gone_takes_nobody_more(api: Api, three: RunningServer) -> None:
    quote = a_quote(api)
    wanted = _locker(api, quote)
    assert hold(api, quote["id"], wanted["id"], "mine-1").status_code == 201
    _load(three, TEXT.replace('id = "kallio"', 'id = "kallio-2"'))
    gone = hold(api, quote["id"], wanted["id"], "mine-2")
    assert (gone.status_code, gone.json()["code"]) == (409, "slot_full")
    assert hold(api, quote["id"], wanted["id"], "mine-1").status_code == 200
    assert book(api, "mine-1").status_code == 201
