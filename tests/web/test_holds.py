"""Holds over HTTP, as a shop's checkout uses them."""

from __future__ import annotations

import time

import pytest

from delivery.store.keys import create, every, revoke
from tests.loopback import Api, RunningServer
from tests.nests import wrong_counts
from tests.shopping import a_quote, book, hold, van_times
from tests.times import SettableClock


def test_a_hold_keeps_a_place_and_the_same_again_is_the_same_answer(
    api: Api, server: RunningServer
) -> None:
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 120)[0]
    first = hold(api, quote["id"], wanted["id"], "h-same")
    again = hold(api, quote["id"], wanted["id"], "h-same")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == api.get("/v1/holds/h-same").json()
    assert first.json()["state"] == "open"
    assert first.json()["expires_at"] == "2026-03-10T12:15:00+02:00"
    assert first.json()["option"]["id"] == wanted["id"]
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_another_option_under_the_same_id_moves_the_hold(api: Api, server: RunningServer) -> None:
    quote = a_quote(api)
    wide, narrow = van_times(api, quote["id"], 240)[0], van_times(api, quote["id"], 60)[0]
    hold(api, quote["id"], wide["id"], "h-move")
    moved = hold(api, quote["id"], narrow["id"], "h-move")
    assert moved.status_code == 200
    assert moved.json()["option"]["id"] == narrow["id"]
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_full_window_offers_the_nearest_free_ones(api: Api) -> None:
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 60)[0]
    for number in range(100):
        answer = hold(api, quote["id"], wanted["id"], f"h-full-{number}")
        if answer.status_code != 201:
            break
    assert answer.status_code == 409
    refused = answer.json()
    assert refused["code"] == "slot_full"
    assert 3 <= len(refused["alternatives"]) <= 5
    assert wanted["id"] not in [each["id"] for each in refused["alternatives"]]
    assert all(each["kind"] == "to_door" for each in refused["alternatives"])
    taken = hold(api, quote["id"], refused["alternatives"][0]["id"])
    assert taken.status_code == 201


def test_a_move_to_a_full_window_keeps_the_place_one_has(api: Api, server: RunningServer) -> None:
    quote = a_quote(api)
    have, wanted = (van_times(api, quote["id"], 60)[at] for at in (3, 0))
    hold(api, quote["id"], have["id"], "h-stays")
    while hold(api, quote["id"], wanted["id"]).status_code == 201:
        pass
    refused = hold(api, quote["id"], wanted["id"], "h-stays")
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_full")
    assert api.get("/v1/holds/h-stays").json()["option"]["id"] == have["id"]
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_places_of_holds_that_ended_are_free_at_once(api: Api, clock: SettableClock) -> None:
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 60)[0]
    while hold(api, quote["id"], wanted["id"]).status_code == 201:
        pass
    clock.forward(minutes=16)
    assert hold(api, quote["id"], wanted["id"]).status_code == 201


def test_an_old_quote_is_gone_and_a_hold_made_from_it_is_not(
    api: Api, clock: SettableClock
) -> None:
    quote = a_quote(api)
    wanted, other = van_times(api, quote["id"], 120)[:2]
    clock.forward(minutes=20)
    assert hold(api, quote["id"], wanted["id"], "h-old").status_code == 201
    clock.forward(minutes=11)
    assert hold(api, quote["id"], wanted["id"], "h-old").status_code == 200
    late = hold(api, quote["id"], other["id"], "h-late")
    assert (late.status_code, late.json()["code"]) == (410, "quote_expired")
    moved = hold(api, quote["id"], other["id"], "h-old")
    assert (moved.status_code, moved.json()["code"]) == (410, "quote_expired")


def test_a_paying_customer_may_ask_for_more_time_twice(api: Api, clock: SettableClock) -> None:
    quote = a_quote(api)
    hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-more")
    for _ in range(2):
        clock.forward(minutes=10)
        assert api.post("/v1/holds/h-more/extend").status_code == 200
    assert api.get("/v1/holds/h-more").json()["expires_at"] == "2026-03-10T12:35:00+02:00"
    third = api.post("/v1/holds/h-more/extend")
    assert (third.status_code, third.json()["code"]) == (409, "extension_limit")
    clock.forward(minutes=16)
    ended = api.post("/v1/holds/h-more/extend")
    assert (ended.status_code, ended.json()["code"]) == (409, "hold_closed")


def test_giving_back_twice_gives_one_place_back(api: Api, server: RunningServer) -> None:
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 120)[0]
    for name in ("h-one", "h-two"):
        hold(api, quote["id"], wanted["id"], name)
    assert [api.delete("/v1/holds/h-one").status_code for _ in range(2)] == [204, 204]
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []
    closed = hold(api, quote["id"], wanted["id"], "h-one")
    assert (closed.status_code, closed.json()["code"]) == (409, "hold_closed")


def test_a_booked_hold_cannot_be_given_back(api: Api) -> None:
    quote = a_quote(api)
    hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-booked")
    assert book(api, "h-booked").status_code == 201
    refused = api.delete("/v1/holds/h-booked")
    assert (refused.status_code, refused.json()["code"]) == (409, "hold_closed")
    assert api.get("/v1/holds/h-booked").json()["state"] == "booked"


def test_what_takes_no_place_lives_the_same_life(api: Api) -> None:
    quote = a_quote(api)
    days = api.get(f"/v1/quotes/{quote['id']}/all").json()["days"]
    fetched = next(
        option for day in days for option in day["options"] if option["kind"] != "to_door"
    )
    answer = hold(api, quote["id"], fetched["id"], "h-fetch")
    assert answer.status_code == 201
    assert answer.json()["option"]["place"]["name"]
    assert api.post("/v1/holds/h-fetch/extend").status_code == 200
    moved = hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-fetch")
    assert moved.status_code == 200
    assert api.delete("/v1/holds/h-fetch").status_code == 204


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/quote"),
        ({"quote": "q_1"}, "/option"),
        ({"quote": "q\x00", "option": "opt_a"}, "/quote"),
        ({"quote": "q_1", "option": "o" * 500}, "/option"),
        ({"quote": "q_1", "option": "opt_a", "origin": "guessed"}, "/origin"),
        ({"quote": 7, "option": "opt_a"}, "/quote"),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: dict[str, object], pointer: str) -> None:
    answer = api.put("/v1/holds/h-wrong", json=body)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


def test_what_is_not_there_is_not_found(api: Api) -> None:
    quote = a_quote(api)
    assert hold(api, "q_unknown", "opt_x").status_code == 404
    assert hold(api, quote["id"], "opt_home-evening.s999999999").status_code == 404
    assert api.get("/v1/holds/nobody").status_code == 404
    assert api.delete("/v1/holds/nobody").status_code == 404
    assert api.put(f"/v1/holds/{'x' * 65}", json={}).status_code == 422


def test_without_a_key_with_a_wrong_one_and_with_that_of_staff(api: Api) -> None:
    none = api.get("/v1/holds/h", key=None)
    assert none.status_code == 401
    assert none.headers["WWW-Authenticate"] == "Bearer"
    assert none.headers["Content-Type"] == "application/problem+json"
    wrong = {"Authorization": "Bearer not-a-key"}
    assert api.get("/v1/holds/h", key=None, headers=wrong).status_code == 401
    assert api.get("/v1/holds/h", key="staff").status_code == 403


def test_a_made_key_works_until_it_is_revoked(
    api: Api, server: RunningServer, clock: SettableClock
) -> None:
    with server.house.database.write() as conn:
        secret = create(conn, scope="shop", name="checkout", now=clock())
        made = every(conn)[-1]
    header = {"Authorization": f"Bearer {secret}"}
    assert api.get("/v1/holds/h", key=None, headers=header).status_code == 404
    with server.house.database.write() as conn:
        assert revoke(conn, made.id, now=clock())
        assert not revoke(conn, made.id, now=clock())
    # Whoever has seen it believes in it for a moment; nobody does for five seconds.
    until = time.monotonic() + 5
    while api.get("/v1/holds/h", key=None, headers=header).status_code != 401:
        assert time.monotonic() < until
        time.sleep(0.1)
