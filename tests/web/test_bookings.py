"""Bookings over HTTP: made, read, moved and called off."""

from __future__ import annotations

import pytest

from tests.loopback import Api, RunningServer
from tests.nests import wrong_counts
from tests.shopping import AINO, a_quote, book, booked, hold, van_times
from tests.times import SettableClock


def test_a_booking_comes_with_its_promise_and_its_confirmation(api: Api) -> None:
    booking = booked(api, reference="P-1001")
    assert booking["reference"] == "P-1001"
    assert booking["state"] == "booked"
    window = booking["option"]["window"]
    assert booking["promise"]["window"] == window
    [version] = booking["promise"]["versions"]
    assert (version["window"], version["at"]) == (window, "2026-03-10T12:00:00+02:00")
    assert [each["milestone"] for each in booking["milestones"]] == ["booked"]
    [message] = booking["messages"]
    assert (message["notice"], message["channel"], message["state"]) == (
        "booking_confirmed", "sms", "queued",
    )  # fmt: skip
    assert "Aino" in message["body"]
    assert booking["links"]["my"].startswith("http://perille.test/my/")
    assert booking["links"]["my"] in message["body"]
    assert api.get("/v1/bookings/P-1001").json() == booking


def test_the_same_booking_again_is_the_same_and_another_is_refused(api: Api) -> None:
    quote = a_quote(api)
    hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-b")
    first, again = (book(api, "h-b", "P-same") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = book(api, "h-b", "P-same", note="door code 1234")
    assert (other.status_code, other.json()["code"]) == (409, "already_used")
    thief = book(api, "h-b", "P-other")
    assert (thief.status_code, thief.json()["code"]) == (409, "already_used")


def test_an_expired_hold_takes_its_place_again(
    api: Api, server: RunningServer, clock: SettableClock
) -> None:
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 60)[0]
    for name in ("h-first", "h-second"):
        hold(api, quote["id"], wanted["id"], name)
    clock.forward(minutes=16)
    while hold(api, quote["id"], wanted["id"]).status_code == 201:
        pass
    late = book(api, "h-first")
    assert (late.status_code, late.json()["code"]) == (409, "slot_full")
    assert late.json()["alternatives"]
    clock.forward(minutes=16)
    assert book(api, "h-second").status_code == 201
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_released_hold_cannot_be_booked(api: Api) -> None:
    quote = a_quote(api)
    hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-gone")
    api.delete("/v1/holds/h-gone")
    answer = book(api, "h-gone")
    assert (answer.status_code, answer.json()["code"]) == (409, "hold_closed")
    assert book(api, "h-never").status_code == 404


def test_a_phone_that_is_none_is_named(api: Api) -> None:
    quote = a_quote(api)
    hold(api, quote["id"], van_times(api, quote["id"])[0]["id"], "h-p")
    answer = book(api, "h-p", "P-phone", recipient=AINO | {"phone": "12"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/recipient/phone"
    assert api.get("/v1/bookings/P-phone").status_code == 404


@pytest.mark.parametrize(
    ("recipient", "pointer"),
    [
        ({"given_name": "A" * 5000}, "/recipient/given_name"),
        ({"given_name": "A\x00"}, "/recipient/given_name"),
        ({"given_name": "A\nB"}, "/recipient/given_name"),
        ({"email": "nobody"}, "/recipient/email"),
        ({"locale": "x" * 50}, "/recipient/locale"),
        ({"phone": ["040"]}, "/recipient/phone"),
    ],
)
def test_a_wrong_field_of_the_recipient_is_named(
    api: Api, recipient: dict[str, object], pointer: str
) -> None:
    answer = book(api, "h-x", recipient=recipient)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_lone_surrogates_are_refused(api: Api) -> None:
    raw = b'{"hold": "h-x", "recipient": {"given_name": "\\ud800"}}'
    answer = api.put("/v1/bookings/P-x", data=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/recipient/given_name"


def test_without_a_phone_nothing_is_sent_and_the_promise_is_kept(api: Api) -> None:
    booking = booked(api, recipient={"given_name": "Aino"})
    assert booking["messages"] == []
    assert len(booking["promise"]["versions"]) == 1


def test_a_booking_moves_and_its_place_with_it(api: Api, server: RunningServer) -> None:
    booking = booked(api, reference="P-move")
    offered = api.get("/v1/bookings/P-move/options").json()
    assert offered["options"][0]["fee"] == {"amount": 0, "currency": "EUR"}
    assert booking["option"]["id"] not in [each["id"] for each in offered["options"]]
    wanted = offered["options"][5]
    answer = api.post("/v1/bookings/P-move/reschedule", json={"option": wanted["id"]})
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert moved["option"]["id"] == wanted["id"]
    assert "fee" not in moved["option"]
    assert [each["window"] for each in moved["promise"]["versions"]] == [
        booking["promise"]["window"], wanted["window"],
    ]  # fmt: skip
    # The confirmation had not left: what it said is not true any more.
    assert [(each["notice"], each["state"]) for each in moved["messages"]] == [
        ("booking_confirmed", "replaced"), ("rescheduled", "queued"),
    ]  # fmt: skip
    assert api.get("/v1/bookings/P-move").json() == moved
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_fee_nobody_agreed_to_is_not_taken(api: Api) -> None:
    booked(api, reference="P-fee")
    wanted = api.get("/v1/bookings/P-fee/options").json()["options"][0]["id"]
    ask = {"option": wanted, "accept_fee": {"amount": 300, "currency": "EUR"}}
    answer = api.post("/v1/bookings/P-fee/reschedule", json=ask)
    assert (answer.status_code, answer.json()["code"]) == (409, "fee_changed")
    assert answer.json()["fee"] == {"amount": 0, "currency": "EUR"}
    ask["accept_fee"] = {"amount": 0, "currency": "EUR"}
    assert api.post("/v1/bookings/P-fee/reschedule", json=ask).status_code == 200


def test_a_move_to_a_full_window_offers_others(api: Api, server: RunningServer) -> None:
    before = booked(api, reference="P-full")
    quote = a_quote(api)
    wanted = van_times(api, quote["id"], 60)[4]
    while hold(api, quote["id"], wanted["id"]).status_code == 201:
        pass
    answer = api.post("/v1/bookings/P-full/reschedule", json={"option": wanted["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_full")
    assert 3 <= len(answer.json()["alternatives"]) <= 5
    assert api.get("/v1/bookings/P-full").json() == before
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_after_the_last_moment_nothing_moves(api: Api, clock: SettableClock) -> None:
    booked(api, reference="P-late")
    wanted = api.get("/v1/bookings/P-late/options").json()["options"][0]["id"]
    clock.forward(days=8)
    for path, body in (("reschedule", {"option": wanted}), ("cancel", None)):
        answer = api.post(f"/v1/bookings/P-late/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (410, "too_late")
    assert api.get("/v1/bookings/P-late/options").status_code == 410


def test_a_cancelled_booking_frees_its_place_and_says_so(api: Api, server: RunningServer) -> None:
    booked(api, reference="P-off")
    first, again = (api.post("/v1/bookings/P-off/cancel") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "cancelled"
    assert first.json()["messages"][-1]["notice"] == "cancelled"
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []
    wanted = van_times(api, a_quote(api)["id"], 120)[3]["id"]
    moved = api.post("/v1/bookings/P-off/reschedule", json={"option": wanted})
    assert moved.status_code == 410


def test_a_key_makes_one_effect_and_one_answer(api: Api) -> None:
    booked(api, reference="P-key")
    first, second = api.get("/v1/bookings/P-key/options").json()["options"][:2]
    head = {"Idempotency-Key": "move-1"}
    path = "/v1/bookings/P-key/reschedule"
    one, same = (api.post(path, json={"option": first["id"]}, headers=head) for _ in range(2))
    assert (one.status_code, one.content) == (same.status_code, same.content)
    assert len(one.json()["promise"]["versions"]) == 2
    other = api.post(path, json={"option": second["id"]}, headers=head)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = api.post("/v1/bookings/P-key/cancel", headers=head)
    assert elsewhere.status_code == 422
    long = api.post(path, json={"option": first["id"]}, headers={"Idempotency-Key": "k" * 201})
    assert long.status_code == 422


def test_bookings_that_are_not_there(api: Api) -> None:
    assert api.get("/v1/bookings/none").status_code == 404
    assert api.get("/v1/bookings/none/options").status_code == 404
    assert api.post("/v1/bookings/none/cancel").status_code == 404
    assert api.post("/v1/bookings/none/reschedule", json={"option": "x"}).status_code == 404


def test_another_place_is_a_neighbour_a_safe_place_or_a_point(api: Api) -> None:
    booked(api, reference="P-place")
    path = "/v1/bookings/P-place/place"
    left = api.post(path, json={"kind": "neighbour", "text": "Korhonen, second floor"})
    assert left.status_code == 200, left.text
    assert left.json()["leave_with"] == {"kind": "neighbour", "text": "Korhonen, second floor"}
    assert left.json()["messages"][-1]["notice"] == "place_changed"
    for body, pointer in (
        ({"kind": "safe_place"}, "/text"), ({"kind": "pickup_point"}, "/place"),
        ({"kind": "roof", "text": "x"}, "/kind"),
    ):  # fmt: skip
        refused = api.post(path, json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == pointer
    unknown = api.post(path, json={"kind": "pickup_point", "place": "nowhere"})
    assert unknown.status_code == 404
    quote = api.get(f"/v1/quotes/{a_quote(api)['id']}").json()
    point = next(each["place"]["id"] for each in quote["options"] if each["place"])
    moved = api.post(path, json={"kind": "pickup_point", "place": point})
    assert moved.status_code == 200, moved.text
    assert moved.json()["option"]["place"]["id"] == point
    assert moved.json()["leave_with"] is None
    assert len(moved.json()["promise"]["versions"]) == 2
