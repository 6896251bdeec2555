"""Quote, hold, book, be told, answer: over real HTTP up to the telephone, no browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from delivery.house import House
from delivery.rules.windows import TimeWindow
from delivery.store import conversations
from tests.carrier import booking_of, leave, says, told, work, writes
from tests.loopback import Api
from tests.shopping import booked


@pytest.mark.parametrize(
    ("reply", "starts"), [("2", ""), ("huomenna illalla", "2026-03-11T17:00:00+02:00")]
)
def test_late_told_by_name_answered_moved_and_confirmed(
    api: Api, house: House, reply: str, starts: str
) -> None:
    shown = booked(api)
    ref = shown["reference"]
    assert [each["notice"] for each in shown["messages"]] == ["booking_confirmed"]
    assert "Aino" in shown["messages"][0]["body"]
    assert shown["links"]["my"] in shown["messages"][0]["body"]
    leave(house)

    was = TimeWindow.from_json(shown["promise"]["window"])
    late = was.shifted(timedelta(minutes=90))
    answer = says(api, ref, "delayed", at=house.clock(), expected_window=late.as_json(),
                  reason={"en": "the van broke down"})  # fmt: skip
    assert answer.status_code == 202
    work(house)
    name, body = told(house, ref)[-1]
    assert name == "delayed"
    assert body.startswith("Hi Aino")
    with house.database.read() as conn:
        talk = conversations.of(conn, ref)
    assert talk is not None
    assert len(talk.menu) == 3
    leave(house)

    free = {each["id"] for each in api.get(f"/v1/bookings/{ref}/options").json()["options"]}
    assert {each["option"] for each in talk.menu} <= free
    wanted = starts or talk.menu[1]["window"]["start"]
    writes(house, reply)
    work(house)
    assert booking_of(house, ref).window.start.isoformat() == wanted
    end = api.get(f"/v1/bookings/{ref}").json()
    assert end["promise"]["window"]["start"] == wanted
    assert len(end["promise"]["versions"]) == 3
    notices = [each["notice"] for each in end["messages"]]
    assert notices == ["booking_confirmed", "delayed", "rescheduled"]
