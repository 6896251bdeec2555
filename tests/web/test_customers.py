"""Forgetting a customer's habits over HTTP."""

from __future__ import annotations

from delivery.flows import learning
from delivery.store import habits
from tests.loopback import Api, RunningServer
from tests.shopping import basket_ask, booked
from tests.times import NOW


def test_habits_are_forgotten_and_again_is_harmless(api: Api, server: RunningServer) -> None:
    booked(api)
    database = server.house.database
    assert learning.learn_next(database, now=NOW)
    with database.read() as conn:
        assert "c-123" in habits.find(conn, ["c-123", "c-other"])
    for _ in range(2):
        answer = api.delete("/v1/customers/c-123/habits")
        assert (answer.status_code, answer.text) == (204, "")
    with database.read() as conn:
        assert habits.find(conn, ["c-123"]) == {}
        assert habits.next_waiting(conn) is None


def test_only_the_shop_may_say_so(api: Api) -> None:
    assert api.delete("/v1/customers/c-123/habits", key=None).status_code == 401
    assert api.delete("/v1/customers/c-123/habits", key="staff").status_code == 403
    assert api.delete("/v1/customers/c%20123/habits").status_code == 422


def test_a_quote_made_before_stays_as_it_was(api: Api) -> None:
    booking = booked(api)
    quote = api.post("/v1/quotes", json=basket_ask()).json()
    api.delete("/v1/customers/c-123/habits")
    assert api.get(f"/v1/quotes/{quote['id']}").json() == quote
    assert booking["state"] == "booked"
