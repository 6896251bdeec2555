"""Quotes over HTTP: what is answered, and what is refused with the field's name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from delivery.house import House
from delivery.store import tables
from delivery.web.quote_shapes import CalendarShape, OptionShape, QuoteShape
from tests.asking import a_request
from tests.loopback import Api

WITHOUT = object()


def test_a_quote_shows_few_clearly_different_options(api: Api) -> None:
    answer = api.post("/v1/quotes", a_request())
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/json"
    quote = answer.json()
    options = quote["options"]
    assert 2 <= len(options) <= 5
    assert len({option["title"] for option in options}) == len(options)
    labels = [label for option in options for label in option["labels"]]
    assert sorted(labels) == ["cheapest", "fastest", "most_precise", "nearest"]
    assert {option["kind"] for option in options} >= {"to_door", "store"}
    assert quote["currency"] == "EUR"
    assert quote["exclusions"] == []
    assert quote["valid_until"] == "2026-03-10T12:30:00+02:00"
    for option in options:
        assert option["width_minutes"] > 0
        assert sum(part["amount"] for part in option["price_parts"]) == option["price"]["amount"]
        assert (option["place"] is None) == (option["kind"] == "to_door")


def test_the_same_quote_again_is_the_same_bytes(api: Api) -> None:
    first = api.post("/v1/quotes", a_request())
    again = api.get(f"/v1/quotes/{first.json()['id']}")
    assert again.status_code == 200
    assert again.content == first.content
    assert api.get("/v1/quotes/q_nothing").status_code == 404


def test_all_options_stand_in_a_calendar(api: Api) -> None:
    quote = api.post("/v1/quotes", a_request()).json()
    days = api.get(f"/v1/quotes/{quote['id']}/all").json()["days"]
    assert [day["date"] for day in days] == sorted({day["date"] for day in days})
    found = {option["id"] for day in days for option in day["options"]}
    assert found >= {option["id"] for option in quote["options"]}
    assert all(
        option["window"]["start"].startswith(day["date"])
        for day in days
        for option in day["options"]
    )


def test_a_known_postcode_that_nobody_serves_gets_reasons(api: Api) -> None:
    answer = api.post("/v1/quotes", a_request(postcode="99980", city="Utsjoki"))
    assert answer.status_code == 201
    quote = answer.json()
    assert quote["options"] == quote["folded"] == []
    services = {each["service"] for each in quote["exclusions"]}
    assert services == {"home", "express", "parcel", "locker", "pickup", "store"}
    assert {each["code"] for each in quote["exclusions"]} == {"outside_zone"}


def test_the_shops_key_is_asked_for(api: Api) -> None:
    assert api.post("/v1/quotes", a_request(), key=None).status_code == 401
    assert api.post("/v1/quotes", a_request(), key="staff").status_code == 403


PARCEL = "/basket/parcels/0"
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("no parcels", {"parcels": []}, "/basket/parcels"),
    ("too many parcels", {"parcels": [{"weight_g": 1}] * 101}, "/basket/parcels"),
    ("a parcel of nothing", {"parcels": [{}]}, f"{PARCEL}/weight_g"),
    ("no weight", {"parcels": [{"weight_g": 0}]}, f"{PARCEL}/weight_g"),
    ("negative weight", {"parcels": [{"weight_g": -5}]}, f"{PARCEL}/weight_g"),
    ("a mountain", {"parcels": [{"weight_g": 10**12}]}, f"{PARCEL}/weight_g"),
    ("a weight in words", {"parcels": [{"weight_g": "1200"}]}, f"{PARCEL}/weight_g"),
    ("half a gram", {"parcels": [{"weight_g": 1.5}]}, f"{PARCEL}/weight_g"),
    ("a true weight", {"parcels": [{"weight_g": True}]}, f"{PARCEL}/weight_g"),
    ("flat", {"parcels": [{"weight_g": 1, "length_mm": 0}]}, f"{PARCEL}/length_mm"),
    ("a street long", {"parcels": [{"weight_g": 1, "height_mm": 10**7}]}, f"{PARCEL}/height_mm"),
    ("wrong currency", {"value": {"amount": 1, "currency": "SEK"}}, "/basket/value/currency"),
    ("no currency", {"value": {"amount": 1, "currency": "kr"}}, "/basket/value/currency"),
    ("negative value", {"value": {"amount": -1, "currency": "EUR"}}, "/basket/value/amount"),
    ("cents in fractions", {"value": {"amount": 1.5, "currency": "EUR"}}, "/basket/value/amount"),
    ("other money off", {"discount": {"amount": 1, "currency": "SEK"}}, "/basket/discount"),
    ("less than no discount", {"discount": {"amount": -1, "currency": "EUR"}},
     "/basket/discount/amount"),
    ("off nothing", {"value": None, "discount": {"amount": 1, "currency": "EUR"}},
     "/basket/discount"),
    ("a tag of 41", {"tags": ["x" * 41]}, "/basket/tags/0"),
    ("a tag with NUL", {"tags": ["a\0"]}, "/basket/tags/0"),
    ("a trailing line", {"tags": ["fragile\n"]}, "/basket/tags/0"),
    ("21 tags", {"tags": [f"t{n}" for n in range(21)]}, "/basket/tags"),
    ("unknown postcode", {"postcode": "00001"}, "/destination/postcode"),
    ("short postcode", {"postcode": "530"}, "/destination/postcode"),
    ("other digits", {"postcode": "٠٠٥٣٠"}, "/destination/postcode"),
    ("postcode and a line", {"postcode": "00530\n"}, "/destination/postcode"),
    ("no postcode", {"postcode": None}, "/destination/postcode"),
    ("country not served", {"country": "SE"}, "/destination/country"),
    ("country in words", {"country": "Finland"}, "/destination/country"),
    ("NUL in the street", {"street": "a\0b"}, "/destination/street"),
    ("a street of 5,000", {"street": "x" * 5000}, "/destination/street"),
    ("half a pair", {"city": "\ud800"}, "/destination/city"),
    ("beyond the pole", {"lat": 91, "lon": 24.9}, "/destination/lat"),
    ("around the world", {"lat": 60, "lon": 200}, "/destination/lon"),
    ("lat alone", {"lat": 60.1}, "/destination"),
    ("a name of 5,000", {"given_name": "x" * 5000}, "/customer/given_name"),
    ("NUL in a name", {"given_name": "\0"}, "/customer/given_name"),
    ("an id with spaces", {"id": "c 1"}, "/customer/id"),
    ("naive time", {"ready_at": "2026-03-10T12:00:00"}, "/ready_at"),
    ("no time", {"ready_at": "soon"}, "/ready_at"),
    ("in a thousand years", {"ready_at": "3026-03-10T12:00:00+02:00"}, "/ready_at"),
    ("the end of time", {"ready_at": "9999-12-31T23:59:59-14:00"}, "/ready_at"),
]  # fmt: skip


def test_bad_input_is_refused_with_its_field_and_nothing_is_kept(api: Api, house: House) -> None:
    for what, change, pointer in BAD:
        answer = api.post("/v1/quotes", a_request(**change))
        assert answer.status_code == 422, (what, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert pointer in {each["pointer"] for each in answer.json()["errors"]}, what
    with house.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(tables.quote)).scalar() == 0


@pytest.mark.parametrize("missing", ["basket", "destination"])
def test_a_missing_part_is_named(api: Api, missing: str) -> None:
    request = a_request()
    del request[missing]
    answer = api.post("/v1/quotes", request)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{missing}"


def test_little_is_needed_and_the_unknown_is_ignored(api: Api) -> None:
    request = {
        "basket": {"parcels": [{"weight_g": 500, "colour": "red"}], "gift": True},
        "destination": {"postcode": "00530", "country": "FI"},
        "channel": "shop",
        "ready_at": "0001-01-01T00:00:00+14:00",
    }
    answer = api.post("/v1/quotes", request)
    assert answer.status_code == 201, answer.text
    assert answer.json()["options"]


def test_not_json_is_400(api: Api) -> None:
    answer = api.ask("POST", "/v1/quotes", data=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_answers_have_the_shape_that_is_described(api: Api) -> None:
    answer = api.post("/v1/quotes", a_request(parcels=[{"weight_g": 16_000}]))
    quote = QuoteShape.model_validate_json(answer.content)
    assert quote.exclusions[0].code == "too_heavy"
    assert set(answer.json()) == set(QuoteShape.model_fields)
    shown = answer.json()["options"][0]
    assert set(shown) == set(OptionShape.model_fields) - {"fee"}
    calendar = api.get(f"/v1/quotes/{quote.id}/all")
    assert CalendarShape.model_validate_json(calendar.content).days


def test_the_same_key_gives_the_same_quote(api: Api) -> None:
    key = {"Idempotency-Key": "order-17"}
    first = api.post("/v1/quotes", a_request(), headers=key)
    again = api.post("/v1/quotes", a_request(), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert api.get(f"/v1/quotes/{first.json()['id']}").content == first.content
    other = api.post("/v1/quotes", a_request(postcode="02100"), headers=key)
    assert other.status_code == 422
    assert api.post("/v1/quotes", a_request()).json()["id"] != first.json()["id"]
