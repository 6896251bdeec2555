"""A carrier's word becomes a promise and one message, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from delivery.flows import tracking
from delivery.house import House
from delivery.store import carrier_events, conversations, tables
from tests.carrier import booking_of, leave, says, told, work, writes
from tests.loopback import Api
from tests.shopping import AINO, booked
from tests.times import NOW


def _late(booking: dict[str, Any], house: House, minutes: int) -> dict[str, str]:
    window = booking_of(house, booking["reference"]).window
    return window.shifted(timedelta(minutes=minutes)).as_json()


def _events(house: House) -> list[tuple[str, str]]:
    with house.database.read() as conn:
        rows = conn.execute(select(tables.carrier_event).order_by(tables.carrier_event.c.id))
        return [(row.state, row.why) for row in rows]


def test_a_delay_is_a_new_promise_and_one_message_with_three_free_times(
    api: Api, house: House
) -> None:
    booking = booked(api)
    ref = booking["reference"]
    was = booking_of(house, ref).window
    leave(house)
    answer = says(api, ref, "delayed", at=NOW, expected_window=_late(booking, house, 90),
                  reason={"en": "the van broke down", "fi": "auto hajosi"})  # fmt: skip
    assert answer.status_code == 202, answer.text
    work(house)
    now = booking_of(house, ref)
    assert now.window == was.shifted(timedelta(minutes=90))
    shown = api.get(f"/v1/bookings/{ref}").json()
    assert [each["reason"] for each in shown["promise"]["versions"]][1] == "the van broke down"
    (first, _), (last, body) = told(house, ref)
    assert (first, last) == ("booking_confirmed", "delayed")
    assert "Aino" in body
    assert "about 90 minutes late" in body
    assert "The van broke down." in body
    assert body.rstrip().endswith("Mikko at Kaari")
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    assert [line[0] for line in body.splitlines() if line[:2] in ("1 ", "2 ", "3 ")] == list("123")
    assert len({each["option"] for each in talk.open_menu(NOW)}) == 3


def test_the_same_event_twice_is_one_delay(api: Api, house: House) -> None:
    booking = booked(api)
    window = _late(booking, house, 90)
    for _ in range(3):
        says(api, booking["reference"], "delayed", at=NOW, event_id="evt_same",
             expected_window=window)  # fmt: skip
        work(house)
    says(api, booking["reference"], "delayed", at=NOW, expected_window=window)
    work(house)
    assert [name for name, _ in told(house, booking["reference"])].count("delayed") == 1
    assert booking_of(house, booking["reference"]).version == 2


def test_without_the_unique_event_id_the_same_event_would_count_twice(
    api: Api, house: House
) -> None:
    # The known-bad twin: the same body under two ids, each an hour more.
    booking = booked(api)
    for event_id in ("evt_a", "evt_b"):
        says(api, booking["reference"], "delayed", at=NOW, event_id=event_id)
        work(house)
    assert booking_of(house, booking["reference"]).version == 3


def test_a_newer_estimate_replaces_the_message_that_has_not_left(api: Api, house: House) -> None:
    booking = booked(api)
    ref = booking["reference"]
    for minutes, at in ((60, NOW), (120, NOW + timedelta(seconds=1))):
        planned = booking_of(house, ref).option["window"]
        assert planned
        says(api, ref, "delayed", at=at, minutes=minutes)
    work(house)
    delays = [body for name, body in told(house, ref) if name == "delayed"]
    assert len(delays) == 1
    states = [each["state"] for each in api.get(f"/v1/bookings/{ref}").json()["messages"]]
    assert "replaced" in states


def test_an_older_estimate_that_comes_late_changes_nothing(api: Api, house: House) -> None:
    booking = booked(api)
    ref = booking["reference"]
    says(api, ref, "eta_changed", at=NOW, expected_window=_late(booking, house, 120))
    says(api, ref, "eta_changed", at=NOW - timedelta(minutes=3),
         expected_window=_late(booking, house, 30))  # fmt: skip
    work(house)
    assert booking_of(house, ref).version == 2
    assert _events(house)[-1] == ("ignored", "older than what we know")


def test_a_quarter_of_an_hour_is_no_news(api: Api, house: House) -> None:
    booking = booked(api)
    for minutes in (-14, 0, 5, 14):
        says(api, booking["reference"], "eta_changed", at=NOW,
             expected_window=_late(booking, house, minutes))  # fmt: skip
    work(house)
    assert booking_of(house, booking["reference"]).version == 1


def test_coming_earlier_is_told_too(api: Api, house: House) -> None:
    booking = booked(api)
    says(api, booking["reference"], "eta_changed", at=NOW,
         expected_window=_late(booking, house, -45))  # fmt: skip
    work(house)
    assert told(house, booking["reference"])[-1][0] == "moved_earlier"


def test_milestones_bring_states_and_messages_once(api: Api, house: House) -> None:
    booking = booked(api)
    ref = booking["reference"]
    kinds = ("handed_over", "in_transit", "out_for_delivery", "delivered")
    for minutes, kind in enumerate(kinds):
        for _ in range(2):
            says(api, ref, kind, at=NOW + timedelta(minutes=minutes))
        leave(house)
        work(house)
    assert booking_of(house, ref).state == "delivered"
    names = [name for name, _ in told(house, ref)]
    assert names == ["booking_confirmed", "on_the_way", "delivered"]
    reached = [each["milestone"] for each in api.get(f"/v1/bookings/{ref}").json()["milestones"]]
    assert reached == ["booked", "handed_over", "in_transit", "out_for_delivery", "delivered"]


def test_news_out_of_order_never_moves_a_booking_back(api: Api, house: House) -> None:
    booking = booked(api)
    ref = booking["reference"]
    leave(house)
    says(api, ref, "delivered", at=NOW + timedelta(minutes=4))
    says(api, ref, "out_for_delivery", at=NOW + timedelta(minutes=1))
    says(api, ref, "attempt_failed", at=NOW + timedelta(minutes=4, seconds=30))
    says(api, ref, "delayed", at=NOW + timedelta(minutes=4, seconds=40))
    work(house)
    assert booking_of(house, ref).state == "delivered"
    assert [name for name, _ in told(house, ref)] == ["booking_confirmed", "delivered"]


def test_an_unknown_booking_and_another_carriers_are_kept_aside(api: Api, house: House) -> None:
    assert says(api, "nobody-1", "delivered", at=NOW).status_code == 202
    booking = booked(api)
    with house.database.write() as conn:
        body = {
            "booking": booking["reference"],
            "type": "delivered",
            "occurred_at": NOW.isoformat(),
        }
        tracking.keep_event(conn, house, "posti_like", "evt_x", body, now=NOW)
    work(house)
    assert booking_of(house, booking["reference"]).state == "booked"
    with house.database.read() as conn:
        assert len(carrier_events.unmatched(conn)) == 2


def test_a_tracking_number_is_learnt_and_then_names_the_booking(api: Api, house: House) -> None:
    booking = booked(api)
    says(api, booking["reference"], "handed_over", at=NOW, tracking_number="VAN-77")
    work(house)
    with house.database.write() as conn:
        body = {
            "tracking_number": "VAN-77",
            "type": "out_for_delivery",
            "occurred_at": NOW.isoformat(),
        }
        tracking.keep_event(conn, house, "own_van", "evt_77", body, now=NOW)
    work(house)
    assert booking_of(house, booking["reference"]).state == "on_the_way"


def test_an_event_that_breaks_is_put_aside_and_the_next_goes_on(api: Api, house: House) -> None:
    booking = booked(api)
    with house.database.write() as conn:
        body = {"booking": booking["reference"], "type": "delivered", "occurred_at": "not a time"}
        tracking.keep_event(conn, house, "own_van", "evt_bad", body, now=NOW)
    says(api, booking["reference"], "out_for_delivery", at=NOW)
    work(house)
    assert _events(house)[0] == ("unmatched", "it broke: ValueError")
    assert booking_of(house, booking["reference"]).state == "on_the_way"


def test_nobody_home_offers_other_times_and_a_digit_takes_one(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    says(api, ref, "attempt_failed", at=NOW)
    work(house)
    assert booking_of(house, ref).state == "failed"
    name, body = told(house, ref)[-1]
    assert name == "missed"
    assert "3 tomorrow, 17:00-19:00" in body
    writes(house, "3")
    work(house)
    moved = booking_of(house, ref)
    assert (moved.state, moved.window.start.isoformat()) == ("booked", "2026-03-11T17:00:00+02:00")
    says(api, ref, "in_transit", at=NOW + timedelta(minutes=2))
    work(house)
    assert booking_of(house, ref).state == "booked"


def test_a_lost_parcel_goes_to_a_person(api: Api, house: House) -> None:
    booking = booked(api)
    says(api, booking["reference"], "lost", at=NOW)
    work(house)
    with house.database.read() as conn:
        assert [each["reference"] for each in conversations.waiting(conn)] == [booking["reference"]]


def test_without_a_phone_the_promise_is_kept_up_to_date_in_silence(api: Api, house: House) -> None:
    silent = {key: value for key, value in AINO.items() if key != "phone"}
    booking = booked(api, recipient=silent)
    says(api, booking["reference"], "delayed", at=NOW, minutes=45)
    work(house)
    assert booking_of(house, booking["reference"]).version == 2
    assert told(house, booking["reference"]) == []
