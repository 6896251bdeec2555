"""Why these options, over HTTP, for staff."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from delivery.flows import learning
from delivery.house import House
from delivery.store import tables
from tests.asking import a_request
from tests.loopback import Api
from tests.shopping import book


def quotes_kept(house: House) -> int:
    with house.database.read() as conn:
        count: int = conn.execute(select(func.count()).select_from(tables.quote)).scalar_one()
    return count


def test_staff_see_why_and_no_quote_is_kept(api: Api, house: House) -> None:
    answer = api.post("/v1/explain", a_request(tags=["frozen"]), key="staff")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["catalogue_version"] == 1
    assert told["quote"] is None
    services = {each["service"]: each for each in told["services"]}
    assert services["parcel"]["verdict"] == "absent"
    assert services["parcel"]["exclusion"]["code"] == "forbidden_tag"
    stops = [each for each in services["parcel"]["steps"] if each["passed"] is False]
    assert [each["said"] for each in stops] == ["it does not carry frozen"]
    assert {"about", "passed", "said", "fields"} == set(stops[0])
    assert quotes_kept(house) == 0


def test_as_if_it_were_asked_at_another_moment(api: Api) -> None:
    body = a_request() | {"at": "2026-04-03T09:00:00+03:00"}
    told = api.post("/v1/explain", body, key="staff").json()
    parcel = next(each for each in told["services"] if each["service"] == "parcel")
    assert any("Good Friday" in step["said"] for step in parcel["steps"])
    for at in ("2026-04-03T09:00:00", "9999-12-31T23:00:00+00:00", "0001-01-01T00:00:00+00:00"):
        refused = api.post("/v1/explain", a_request() | {"at": at}, key="staff")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/at"


def test_a_quote_given_is_made_again(api: Api, house: House) -> None:
    given = api.post("/v1/quotes", a_request())
    quote_id = given.json()["id"]
    told = api.get(f"/v1/explain/{quote_id}", key="staff").json()
    assert told["quote"] == quote_id
    assert told["replay"]["same"] is True
    assert told["replay"]["bytes"] == len(given.content)
    with house.database.write() as conn:
        forged = given.content.replace(b'"fastest"', b'"nearest"', 1)
        conn.execute(update(tables.quote).values(answer=forged))
    found = api.get(f"/v1/explain/{quote_id}", key="staff").json()["replay"]
    assert found["same"] is False
    assert found["first_difference_at"] == given.content.index(b"fastest")
    assert {each["replayed"] for each in found["differences"]} == {"fastest"}


def choose_and_book(api: Api, number: int) -> None:
    quote = api.post("/v1/quotes", a_request()).json()
    body = {"quote": quote["id"], "option": quote["options"][0]["id"], "origin": "chosen"}
    assert api.put(f"/v1/holds/own-{number}", json=body).status_code == 201
    assert book(api, f"own-{number}").status_code == 201


def habits_known(house: House) -> int:
    with house.database.read() as conn:
        count: int = conn.execute(select(func.count()).select_from(tables.habit)).scalar_one()
    return count


def test_what_is_learnt_or_forgotten_later_changes_no_quote(api: Api, house: House) -> None:
    before = api.post("/v1/quotes", a_request()).json()["id"]
    for number in range(6):
        choose_and_book(api, number)
    while learning.learn_next(house.database, now=house.clock()):
        pass
    assert habits_known(house) == 1
    known = api.post("/v1/quotes", a_request()).json()["id"]
    assert api.delete("/v1/customers/c-123/habits").status_code == 204
    assert habits_known(house) == 0
    for quote_id in (before, known):
        replay = api.get(f"/v1/explain/{quote_id}", key="staff").json()["replay"]
        assert replay["same"] is True, replay


@pytest.mark.parametrize(("key", "status"), [("shop", 403), (None, 401)])
def test_it_is_for_staff(api: Api, key: str | None, status: int) -> None:
    assert api.post("/v1/explain", a_request(), key=key).status_code == status
    assert api.get("/v1/explain/q_1", key=key).status_code == status


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"parcels": []}, "/basket/parcels"),
        ({"postcode": "12345"}, "/destination/postcode"),
        ({"value": {"amount": 1, "currency": "SEK"}}, "/basket/value/currency"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_name(
    api: Api, changes: dict[str, Any], pointer: str
) -> None:
    answer = api.post("/v1/explain", a_request(**changes), key="staff")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert api.get("/v1/explain/q_nothing", key="staff").status_code == 404
