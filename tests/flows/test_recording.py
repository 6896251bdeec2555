"""Promises kept are counted from what carriers say, and shown on later options."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from delivery.flows import explaining, promising, quoting, recording, rescheduling, tracking
from delivery.house import House
from delivery.rules.kept_promises import FEWEST, LOOKED_BACK
from delivery.rules.learnt_days import FEWEST as FEWEST_DAYS
from delivery.store import track_records
from delivery.store.tables import promise, track_record
from delivery.store.track_records import Records
from tests.asking import an_ask
from tests.carrier import booking_of, says, work
from tests.loopback import Api
from tests.shopping import a_quote, book, booked, hold, van_times
from tests.times import NOW, SettableClock


def _record(house: House, now: datetime) -> bool:
    return recording.record_outcomes(house, now=now)


def _rate(house: House, service: str = "home", area: str = "helsinki-inner") -> Any:
    with house.database.read() as conn:
        return track_records.newest(conn).by_area.get((service, area))


def _window(house: House, booking: dict[str, Any]) -> tuple[datetime, datetime]:
    window = booking_of(house, booking["reference"]).window
    return window.start, window.end


def test_in_time_late_lost_and_called_off(api: Api, house: House, clock: SettableClock) -> None:
    kept, late, lost, gone = (booked(api) for _ in range(4))
    start, end = _window(house, kept)
    assert api.post(f"/v1/bookings/{gone['reference']}/cancel", json={}).status_code == 200
    clock.set(start)
    says(api, kept["reference"], "delivered", at=clock())
    says(api, lost["reference"], "lost", at=clock())
    work(house)
    assert not _record(house, clock()), "no window has ended yet"
    clock.set(end + timedelta(minutes=1))
    says(api, late["reference"], "delivered", at=clock())
    work(house)
    assert _record(house, clock())
    assert _rate(house) == (1, 3)
    assert not _record(house, clock()), "the same again is no new version"


def test_a_delay_we_announced_is_a_promise_broken(
    api: Api, house: House, clock: SettableClock
) -> None:
    booking = booked(api)
    start, end = _window(house, booking)
    window = booking_of(house, booking["reference"]).window.shifted(timedelta(hours=3))
    clock.set(start - timedelta(hours=2))
    says(api, booking["reference"], "delayed", at=clock(), expected_window=window.as_json())
    work(house)
    clock.set(end + timedelta(hours=1))
    says(api, booking["reference"], "delivered", at=clock())
    work(house)
    assert _record(house, clock())
    assert _rate(house) == (0, 1)


def test_a_time_the_customer_moved_to_is_the_one_that_counts(
    api: Api, house: House, clock: SettableClock
) -> None:
    booking = booked(api)
    reference = booking["reference"]
    options = api.get(f"/v1/bookings/{reference}/options").json()["options"]
    later = next(each for each in options if each["window"]["start"] > "2026-03-13")
    moved = api.post(
        f"/v1/bookings/{reference}/reschedule",
        json={"option": later["id"], "accept_fee": later["fee"]},
    )
    assert moved.status_code == 200, moved.text
    start, end = _window(house, booking)
    clock.set(start)
    says(api, reference, "delivered", at=clock())
    work(house)
    assert _record(house, end)
    assert _rate(house) == (1, 1)


def test_taking_a_move_back_does_not_make_a_delay_agreed(
    api: Api, house: House, clock: SettableClock
) -> None:
    booking = booking_of(house, booked(api)["reference"])
    with house.database.write() as conn:
        late = promising.revise(
            conn, booking, booking.window.shifted(timedelta(hours=3)), cause="delayed",
            reason={}, now=NOW,
        )  # fmt: skip
        free = rescheduling.move_options(conn, house, late, now=NOW)
        moved = rescheduling.move(conn, house, late, free[-1], by="page", now=NOW)
        back = rescheduling.undo(conn, house, moved, by="page", now=NOW)
    assert back.window == late.window
    clock.set(late.window.start)
    says(api, booking.reference, "delivered", at=late.window.start)
    work(house)
    assert _record(house, free[-1].window.end)
    assert _rate(house) == (0, 1)


@pytest.mark.parametrize(("kind", "kept"), [("locker", 1), ("to_door", 0)])
def test_ready_to_fetch_keeps_the_promise_of_a_place_and_of_no_door(
    api: Api, house: House, clock: SettableClock, kind: str, kept: int
) -> None:
    days = api.get(f"/v1/quotes/{a_quote(api)['id']}/all").json()["days"]
    options = [each for day in days for each in day["options"] if each["kind"] == kind]
    booking = booked(api, options[0])
    start, end = _window(house, booking)
    clock.set(start)
    body = {"booking": booking["reference"], "type": "at_pickup_point",
            "occurred_at": start.isoformat()}  # fmt: skip
    with house.database.write() as conn:
        carrier = booking["option"]["carrier"]
        assert tracking.keep_event(conn, house, carrier, "evt_there", body, now=start)
    work(house)
    assert booking_of(house, booking["reference"]).state == "ready_for_pickup"
    assert _record(house, end + timedelta(hours=25))
    with house.database.read() as conn:
        [(_area, counted)] = track_records.newest(conn).by_area.items()
    assert counted == (kept, 1)


def test_what_ended_90_days_ago_is_forgotten_and_the_version_before_keeps_it(
    api: Api, house: House, clock: SettableClock
) -> None:
    booking = booked(api)
    start, end = _window(house, booking)
    clock.set(start)
    says(api, booking["reference"], "delivered", at=start)
    work(house)
    assert _record(house, end)
    assert not _record(house, end + LOOKED_BACK - timedelta(minutes=1))
    assert _record(house, end + LOOKED_BACK)
    assert _rate(house) is None
    assert house.records.version(1).by_area == {("home", "helsinki-inner"): (1, 1)}


def test_counting_waits_for_no_writer_where_nothing_is_new(house: House) -> None:
    with house.database.write():
        assert not _record(house, NOW)


def test_options_show_the_record_once_there_is_enough_and_quotes_keep_the_one_they_showed(
    api: Api, house: House, clock: SettableClock
) -> None:
    before = a_quote(api)
    assert {each["kept_rate"] for each in before["options"]} == {None}
    quote = a_quote(api)
    windows = van_times(api, quote["id"], 120)
    references = [booked(api, windows[n % 4])["reference"] for n in range(FEWEST)]
    clock.set(NOW + timedelta(days=3))
    with house.database.read() as conn:
        assert len(track_records.outcomes(conn, since=NOW, until=clock())) == FEWEST
    for reference in references[1:]:
        at = booking_of(house, reference).window.start
        clock.set(at)
        says(api, reference, "delivered", at=at)
    work(house)
    clock.set(max(booking_of(house, each).window.end for each in references))
    assert _record(house, clock())
    house.records._believed_until = 0.0
    assert _rate(house) == (FEWEST - 1, FEWEST - 1)
    assert {each["kept_rate"] for each in a_quote(api)["options"]} == {None}, "one too few"
    says(api, references[0], "lost", at=clock())
    work(house)
    assert _record(house, clock())
    house.records._believed_until = 0.0
    shown = [each for each in a_quote(api)["options"] if each["carrier"] == "own_van"]
    assert shown
    assert all(each["kept_rate"] == {"kept": FEWEST - 1, "of": FEWEST} for each in shown)
    assert api.get(f"/v1/quotes/{before['id']}").json() == before
    with house.database.read() as conn:
        old = quoting.get_quote(conn, before["id"])
    assert orjson.loads(quoting.answer_again(house, old)) == before


def test_a_version_never_changes_and_another_process_sees_the_newest(house: House) -> None:
    with house.database.write() as conn:
        for version in (1, 2):
            record = track_records.TrackRecord.from_json(version, [["home", "x", version, 30]])
            track_records.add(conn, record, now=NOW)
        assert conn.execute(select(func.count()).select_from(track_record)).scalar_one() == 2
    records = Records(house.database)
    assert records.current().version == 2
    assert records.version(1).by_area == {("home", "x"): (1, 30)}
    assert records.version(0).by_area == {}
    assert quoting.quote_options(house, an_ask(), now=NOW)


def test_a_promise_keeps_its_zone_its_words_and_its_instants(api: Api, house: House) -> None:
    booking = booked(api)
    (made,) = api.get(f"/v1/bookings/{booking['reference']}").json()["promise"]["versions"]
    assert made["zone"] == "Europe/Helsinki"
    assert made["words"] == booking["option"]["title"]
    with house.database.write() as conn:
        conn.execute(update(promise).values(words="as it was said", zone_name="Asia/Tokyo"))
    (again,) = api.get(f"/v1/bookings/{booking['reference']}").json()["promise"]["versions"]
    assert again["words"] == "as it was said"
    for end in ("start", "end"):
        then, now = (datetime.fromisoformat(each["window"][end]) for each in (made, again))
        assert then == now


def _parcels(api: Api, house: House, count: int) -> list[str]:
    """So many parcels for the soonest day, and all their windows over."""
    quote = a_quote(api)
    day = min(_parcel_days(api, quote["id"]), key=lambda each: str(each["window"]["start"]))
    found = []
    for _ in range(count):
        held = hold(api, quote["id"], day["id"])
        assert held.status_code == 201, held.text
        found.append(book(api, held.json()["id"]).json()["reference"])
    return found


def _parcel_days(api: Api, quote_id: str) -> list[dict[str, Any]]:
    days = api.get(f"/v1/quotes/{quote_id}/all").json()["days"]
    return [each for day in days for each in day["options"] if each["service"] == "parcel"]


def _delivered(house: House, reference: str, at: datetime) -> None:
    carrier = booking_of(house, reference).carrier
    body = {"booking": reference, "type": "delivered", "occurred_at": at.isoformat()}
    with house.database.write() as conn:
        assert tracking.keep_event(conn, house, carrier, f"evt_{reference}", body, now=at)


def test_who_comes_a_day_late_is_promised_a_day_later_and_old_quotes_stay_as_they_were(
    api: Api, house: House, clock: SettableClock
) -> None:
    references = _parcels(api, house, FEWEST_DAYS)
    window = booking_of(house, references[0]).window
    for reference in references:
        _delivered(house, reference, window.start + timedelta(days=1))
    clock.set(window.end + timedelta(days=2))
    work(house)
    before = a_quote(api)
    first = min(each["window"]["start"] for each in _parcel_days(api, before["id"]))
    assert _record(house, clock())
    house.records._believed_until = 0.0
    after = a_quote(api)
    days = _parcel_days(api, after["id"])
    service = house.catalogues.current().service("parcel")
    assert service is not None
    base = datetime.fromisoformat(first).date()
    assert min(each["window"]["start"] for each in days)[:10] == str(
        service.calendar.after(base, 1)
    )
    for quote in (before, after):
        explained = explaining.explain_quote(house, quote["id"])
        assert explained.replay is not None
        assert explained.replay.same
    steps = next(each.steps for each in explained.services if each.service == "parcel")
    (learnt,) = (each for each in steps if each.about == "learnt")
    said = f"since 100 % of {FEWEST_DAYS} arrived by then"
    assert said in learnt.said
    # What is chosen by its id is what the quote offered, and is measured from the base again.
    held = hold(api, after["id"], days[0]["id"])
    assert held.status_code == 201, held.text
    with house.database.read() as conn:
        assert track_records.newest(conn).learnt("parcel", "00") == (1, FEWEST_DAYS, FEWEST_DAYS)


def test_a_version_of_before_days_were_learnt_is_read(house: House) -> None:
    row = {"version": 1, "at": NOW, "kept": [["home", "x", 1, 30]]}
    with house.database.write() as conn:
        conn.execute(track_record.insert().values(row))
    assert Records(house.database).version(1).days == {}
