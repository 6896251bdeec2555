"""Why these options and no others, and whether a quote would say the same again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from delivery.flows import explaining, quoting
from delivery.flows.explaining import Explanation, ServiceTrace
from delivery.flows.slots import make_slots
from delivery.house import House
from delivery.rules.kept_promises import TrackRecord
from delivery.rules.refusals import NotValid
from delivery.rules.tracing import Step
from delivery.store import track_records
from delivery.store.quotes import NoSuchQuote
from delivery.store.seeds import TOWN
from delivery.store.tables import quote as quotes
from delivery.store.tables import slot
from tests.asking import an_ask
from tests.times import HELSINKI, NOW


def explained(house: House, now: datetime = NOW, **changes: Any) -> dict[str, ServiceTrace]:
    traces = explaining.explain(house, an_ask(**changes), now=now).services
    return {each.service: each for each in traces}


def steps(trace: ServiceTrace, about: str) -> list[Step]:
    return [each for each in trace.steps if each.about == about]


def said(trace: ServiceTrace, about: str) -> str:
    return "; ".join(each.said for each in steps(trace, about))


def kept_quote(house: House, **changes: Any) -> tuple[str, bytes]:
    answer = quoting.quote_options(house, an_ask(**changes), now=NOW)
    return orjson.loads(answer)["id"], answer


def take(house: House, taken: Any) -> None:
    with house.database.write() as conn:
        conn.execute(update(slot).values(taken=taken))


def test_every_service_has_its_trace_and_its_verdict(house: House) -> None:
    traces = explained(house)
    assert set(traces) == {each.code for each in house.catalogues.current().services}
    answer = orjson.loads(quoting.make_quote(house, an_ask(), now=NOW).answer)
    shown = {each["service"] for each in answer["options"]}
    assert {code for code, trace in traces.items() if trace.verdict == "shown"} == shown
    for trace in traces.values():
        assert trace.steps[0].about == "carrier"
        assert all(step.said for step in trace.steps)
        assert "{" not in "".join(step.said for step in trace.steps)
    titles = [each["title"] for trace in traces.values() for each in trace.shown]
    assert sorted(titles) == sorted(each["title"] for each in answer["options"])
    assert all(each["reason"] for trace in traces.values() for each in trace.folded)


def test_what_is_too_heavy_and_too_long_is_told_both(house: House) -> None:
    van = explained(house, parcels=[{"weight_g": 60_000, "length_mm": 2300}])["home"]
    assert van.verdict == "absent"
    assert van.exclusion is not None
    assert van.exclusion["code"] == "too_heavy"
    assert "60 kg, and it takes at most 35 kg" in said(van, "weight")
    assert "230 cm, and it takes at most 220 cm" in said(van, "size")
    assert not steps(van, "free")


def test_where_nobody_comes_only_that_is_told(house: House) -> None:
    for trace in explained(house, postcode="99980").values():
        assert trace.verdict == "absent"
        assert [step.said for step in trace.steps if step.passed is False] == [
            "it does not come to 99980"
        ]


def test_full_vans_say_so(house: House) -> None:
    before = explained(house)["home"]
    assert steps(before, "free")[0].fields["counts"].get("full", 0) == 0
    take(house, slot.c.capacity)
    van = explained(house)["home"]
    assert van.verdict == "absent"
    free = steps(van, "free")[0]
    assert free.passed is False
    assert free.fields["free"] == 0
    assert free.fields["counts"]["full"] == before.offered
    assert " full (" in free.said


def test_a_full_round_is_the_reason_of_the_hours_inside(house: House) -> None:
    with house.database.write() as conn:
        conn.execute(update(slot).where(slot.c.capacity == 32).values(taken=32))
    counts = steps(explained(house)["home"], "free")[0].fields["counts"]
    assert counts["full"] > 0
    assert counts["round_full"] == 6 * counts["full"]


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (12, ["leaves Tue 10 March if ordered by Tue 10 March 14:00, 2 h left"]),
        (
            15,
            [
                "that day's cut-off was Tue 10 March 14:00, 1 h before",
                "leaves Wed 11 March if ordered by Wed 11 March 14:00, 23 h left",
            ],
        ),
    ],
)
def test_the_cut_off_is_told_with_what_is_left(
    house: House, hour: int, expected: list[str]
) -> None:
    parcel = explained(house, NOW.replace(hour=hour))["parcel"]
    assert [step.said for step in steps(parcel, "cut_off")] == expected
    assert "2 working days on the way" in said(parcel, "on_the_way")


def test_a_courier_tells_its_next_start(house: House) -> None:
    services = house.catalogues.current().services
    courier = next(each.code for each in services if each.promise == "express")
    express = explained(house)[courier]
    assert "minutes of work, the way" in said(express, "on_the_way")
    assert "the next start is Tue 10 March" in said(express, "cut_off")


def test_closed_days_have_names(house: House) -> None:
    parcel = explained(house, datetime(2026, 4, 3, 9, tzinfo=HELSINKI))["parcel"]
    assert "Good Friday" in said(parcel, "calendar")
    assert "Easter Monday" in said(parcel, "calendar")
    assert "nothing leaves on Fri 3 April: Good Friday" in said(parcel, "cut_off")


def test_nothing_is_promised_of_a_moment_years_away(house: House) -> None:
    with pytest.raises(NotValid):
        explaining.explain(house, an_ask(), now=NOW, at=NOW + timedelta(days=400))
    later = explaining.explain(house, an_ask(), now=NOW, at=NOW + timedelta(days=1))
    assert later.at == NOW + timedelta(days=1)


def change_the_catalogue(house: House) -> None:
    other = TOWN.read_text("utf-8")
    for old, new in (
        ("base = 590", "base = 790"),
        ("Our own driver brings it", "Our own van brings it"),
        ("Brought by day", "Brought in the daytime"),
        ('opening_hours = "Mo-Fr 1', 'opening_hours = "PH off; Mo-Fr 1'),
    ):
        assert old in other
        other = other.replace(old, new)
    with house.database.write() as conn:
        assert house.catalogues.load(conn, other, NOW) == 2


def take_all(house: House) -> None:
    take(house, slot.c.capacity)


def add_slots(house: House) -> None:
    assert make_slots(house.database, house.catalogues, now=NOW + timedelta(days=2)) > 0


def record_anew(house: House) -> None:
    with house.database.read() as conn:
        version = track_records.newest(conn).version + 1
    counts = [[each.code, "x", 30 - version, 30] for each in house.catalogues.current().services]
    with house.database.write() as conn:
        record = TrackRecord.from_json(version, counts)
        assert track_records.add(conn, record, now=NOW)
    house.records._believed_until = 0.0


def all_of_it(house: House) -> None:
    for change in (add_slots, take_all, record_anew, change_the_catalogue):
        change(house)


@pytest.mark.parametrize(
    "change", [change_the_catalogue, take_all, add_slots, record_anew, all_of_it]
)
def test_a_quote_is_the_same_bytes_whatever_came_after(house: House, change: Any) -> None:
    take(house, slot.c.capacity - 2)
    record_anew(house)
    quote_id, answer = kept_quote(house)
    assert b'"kept_rate":{"kept":29,"of":30}' in answer
    before = explaining.explain_quote(house, quote_id)
    change(house)
    after = explaining.explain_quote(house, quote_id)
    assert after.replay is not None
    assert after.replay.same, after.replay
    assert after.replay.bytes == len(answer)
    assert after == before
    if change is not add_slots:  # Two days on are not in a list of today.
        now = quoting.make_quote(house, an_ask(), now=NOW).answer
        assert orjson.loads(now)["options"] != orjson.loads(answer)["options"]


def tampered(house: House, quote_id: str, **columns: Any) -> Explanation:
    with house.database.write() as conn:
        conn.execute(update(quotes).where(quotes.c.id == quote_id).values(**columns))
    return explaining.explain_quote(house, quote_id)


def test_a_price_that_was_changed_in_the_row_is_found(house: House) -> None:
    quote_id, answer = kept_quote(house)
    forged = orjson.loads(answer)
    forged["options"][0]["price"]["amount"] += 1
    found = tampered(house, quote_id, answer=orjson.dumps(forged)).replay
    assert found is not None
    assert not found.same
    assert found.first_difference_at is not None
    pointer = "/options/0/price/amount"
    assert [each["pointer"] for each in found.differences] == [pointer]
    assert found.differences[0]["answered"] == found.differences[0]["replayed"] + 1


def test_a_request_or_facts_that_were_changed_are_found(house: House) -> None:
    quote_id, _answer = kept_quote(house)
    elsewhere = an_ask(postcode="02100").as_json()
    found = tampered(house, quote_id, request=elsewhere).replay
    assert found is not None
    assert not found.same
    assert found.differences


def test_another_record_in_the_row_is_found(house: House) -> None:
    record_anew(house)
    quote_id, _answer = kept_quote(house)
    found = tampered(house, quote_id, record_version=0).replay
    assert found is not None
    assert {each["replayed"] for each in found.differences} == {None}
    missing = tampered(house, quote_id, record_version=7).replay
    assert missing is not None
    assert missing.failed


@pytest.mark.parametrize(
    "columns", [{"answer": b"{"}, {"answer": b""}, {"request": {}},
                {"facts": {"slots": 0, "left": "often"}}]
)  # fmt: skip
def test_a_broken_row_is_different_and_no_accident(house: House, columns: dict[str, Any]) -> None:
    quote_id, _answer = kept_quote(house)
    found = tampered(house, quote_id, **columns).replay
    assert found is not None
    assert not found.same
    assert found.failed or found.differences


def test_a_quote_that_was_never_given_is_not_found(house: House) -> None:
    with pytest.raises(NoSuchQuote):
        explaining.explain_quote(house, "q_nothing")
