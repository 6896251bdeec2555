"""What is said by the clock, on both databases: tomorrow, the parcel that waits, how it went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from delivery.flows import reminding
from delivery.house import House
from delivery.store.tables import booking, milestone
from delivery.store.tables_talks import feedback
from notifications import outbox
from notifications.tables import message
from tests.carrier import booking_of, leave, says, told, work
from tests.loopback import Api
from tests.shopping import AINO, a_quote, booked, van_times
from tests.times import HELSINKI, NOW, SettableClock

EVENING = datetime(2026, 3, 10, 18, 30, tzinfo=HELSINKI)
CONSENT = {"sms": True, "email": True, "feedback": True}


def _tomorrow(api: Api) -> dict[str, Any]:
    return next(
        each for each in van_times(api, a_quote(api)["id"], 120)
        if each["window"]["start"].startswith("2026-03-11")
    )  # fmt: skip


def _all(house: House, reference: str) -> list[tuple[str, str, str | None]]:
    with house.database.read() as conn:
        return [
            (each["notice"], each["state"], each["error"])
            for each in outbox.history(conn, reference)
        ]


def test_the_evening_before_is_said_once_and_only_in_the_evening(
    api: Api, house: House, clock: SettableClock
) -> None:
    ref = booked(api, _tomorrow(api))["reference"]
    leave(house)
    clock.set(EVENING)
    # Told of this window 6 h ago: known already, and not asked again.
    assert reminding.remind_of_tomorrow(house, now=NOW) is False
    assert len(told(house, ref)) == 1
    reminding.remind_of_tomorrow(house, now=EVENING)
    reminding.remind_of_tomorrow(house, now=EVENING + timedelta(minutes=1))
    assert _all(house, ref)[1:] == [("evening_before", "suppressed", "told")]


def test_who_booked_days_ago_is_told_the_evening_before(
    api: Api, house: House, clock: SettableClock
) -> None:
    later = next(
        each for each in van_times(api, a_quote(api)["id"], 120)
        if each["window"]["start"].startswith("2026-03-12")
    )  # fmt: skip
    ref = booked(api, later)["reference"]
    gone = booked(api, later)["reference"]
    api.post(f"/v1/bookings/{gone}/cancel")
    leave(house)
    reminding.remind_of_tomorrow(house, now=EVENING)
    assert len(told(house, ref)) == 1
    evening = EVENING + timedelta(days=1)
    clock.set(evening)
    for minutes in (-60, 0, 1, 160):
        reminding.remind_of_tomorrow(house, now=evening + timedelta(minutes=minutes))
    name, body = told(house, ref)[-1]
    assert [each[0] for each in told(house, ref)].count("evening_before") == 1
    assert name == "evening_before"
    assert body.startswith("Hi Aino, your delivery comes tomorrow Thu 12 March")
    assert "evening_before" not in [each[0] for each in told(house, gone)]


def test_a_reader_without_a_phone_is_written_to_with_an_event_for_the_calendar(
    api: Api, house: House
) -> None:
    mail = {key: value for key, value in AINO.items() if key != "phone"} | {"email": "a@b.test"}
    ref = booked(api, recipient=mail)["reference"]
    says(api, ref, "delayed", at=NOW, minutes=90, reason={"en": "the van broke down"})
    leave(house)
    work(house)
    with house.database.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT notice, channel, recipient, parts FROM message ORDER BY id"
        ).all()
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("booking_confirmed", "email", "a@b.test"), ("delayed", "email", "a@b.test"),
    ]  # fmt: skip
    first, second = (str(row[3]).replace("\\\\", "\\") for row in rows)
    assert "SEQUENCE:1" in first
    assert f"UID:{ref}" in first
    assert f"SEQUENCE:{booking_of(house, ref).version}" in second
    assert "Delivery from Kaari" in second


def test_a_parcel_that_waits_is_remembered_before_it_goes_back(
    api: Api, house: House, clock: SettableClock
) -> None:
    option = next(each for each in a_quote(api)["options"] if each["kind"] != "to_door")
    ref = booked(api, option)["reference"]
    with house.database.write() as conn:
        conn.exec_driver_sql("UPDATE booking SET state = 'ready_for_pickup'")
    until = datetime.fromisoformat(option["place"]["until"])
    noon = datetime(until.year, until.month, until.day, 12, tzinfo=HELSINKI)
    leave(house)
    for days, count in ((-3, 0), (-2, 1), (-1, 1)):
        clock.set(noon + timedelta(days=days))
        reminding.remind_of_parcels(house, now=clock())
        said = [body for name, body in told(house, ref) if name == "pickup_reminder"]
        assert len(said) == count
    assert "You have 2 days left" in said[0]
    assert option["place"]["name"] in said[0]


def test_only_those_who_may_be_asked_are_asked_how_it_went(
    api: Api, house: House, clock: SettableClock
) -> None:
    asked = booked(api, consent=CONSENT)["reference"]
    silent = booked(api)["reference"]
    at = booking_of(house, asked).window.start + timedelta(minutes=10)
    clock.set(at)
    for ref in (asked, silent):
        says(api, ref, "out_for_delivery", at=at - timedelta(minutes=60))
        says(api, ref, "delivered", at=at)
    work(house)
    for hours in (2, 4, 5):
        clock.set(at + timedelta(hours=hours))
        reminding.ask_how_it_went(house, now=clock())
        count = [name for name, _ in told(house, asked)].count("feedback_asked")
        assert count == (hours > 3)
    assert "feedback_asked" not in [name for name, _ in told(house, silent)]
    assert "how did your delivery go" in told(house, asked)[-1][1]


def _delivered(api: Api, house: House, clock: SettableClock, *, late: int = 0, **more: Any) -> str:
    """One that was delivered now, so many hours after its window ended."""
    ref = str(booked(api, **more)["reference"])
    window = booking_of(house, ref).window
    at = window.start + timedelta(minutes=10) if not late else window.end + timedelta(hours=late)
    came = {"reference": ref, "milestone": "delivered", "at": at}
    with house.database.write() as conn:
        conn.execute(insert(milestone), came)
        conn.execute(
            update(booking)
            .where(booking.c.reference == ref)
            .values(state="delivered", changed_at=clock())
        )
    return ref


def _thanked(house: House) -> list[str]:
    with house.database.read() as conn:
        found = select(message.c.about).where(message.c.notice == "thank_you")
        return list(conn.scalars(found))


def test_a_third_delivery_in_time_is_thanked_for_once_the_day_after(
    api: Api, house: House, clock: SettableClock
) -> None:
    first, *_ = [_delivered(api, house, clock, late=late) for late in (0, 0, 5)]
    clock.forward(hours=25)
    reminding.thank(house, now=clock())
    assert _thanked(house) == []  # two of three
    third = _delivered(api, house, clock)
    reminding.thank(house, now=clock())
    assert _thanked(house) == []  # not on the same day
    clock.forward(hours=25)
    with house.database.write() as conn:  # this once it went badly
        conn.execute(insert(feedback), {"reference": first, "score": 3, "source": "sms",
                                        "at": clock()})  # fmt: skip
    reminding.thank(house, now=clock())
    assert _thanked(house) == []
    with house.database.write() as conn:
        conn.execute(update(feedback).values(score=9))
    reminding.thank(house, now=clock())
    assert _thanked(house) == [third]
    _delivered(api, house, clock)
    clock.forward(hours=25)
    reminding.thank(house, now=clock())
    assert _thanked(house) == [third]
    assert "thank you for letting us deliver" in told(house, third)[-1][1]


def test_good_news_goes_to_those_only_who_heard_the_bad(
    api: Api, house: House, clock: SettableClock
) -> None:
    heard, spared = booked(api)["reference"], booked(api)["reference"]
    leave(house)
    says(api, heard, "delayed", at=NOW, minutes=90)
    work(house)
    leave(house)
    says(api, spared, "delayed", at=NOW, minutes=90)
    work(house)
    clock.forward(minutes=10)
    for ref in (heard, spared):
        first = api.get(f"/v1/bookings/{ref}").json()["promise"]["versions"][0]["window"]
        says(api, ref, "eta_changed", at=clock(), expected_window=first)
    work(house)
    assert [name for name, _ in told(house, heard)][-2:] == ["delayed", "back_on_time"]
    assert "on time after all" in told(house, heard)[-1][1]
    # The word of the delay had not left: it never does, and nothing need be taken back.
    assert [name for name, _ in told(house, spared)] == ["booking_confirmed"]
    for ref in (heard, spared):
        versions = api.get(f"/v1/bookings/{ref}").json()["promise"]["versions"]
        assert versions[0]["window"] == versions[-1]["window"]
