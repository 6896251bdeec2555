"""What a shop does at the checkout, in one call each."""

from __future__ import annotations

import itertools
from typing import Any

import requests

from tests.loopback import Api

_numbers = itertools.count(1)

AINO = {"given_name": "Aino", "family_name": "Virta", "phone": "040 123 4567", "locale": "en"}


def basket_ask(postcode: str = "00530", **more: Any) -> dict[str, Any]:
    """The body of a request for options: one small parcel for Aino in Helsinki."""
    return {
        "basket": {
            "value": {"amount": 5990, "currency": "EUR"},
            "parcels": [
                {"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}
            ],
        },
        "destination": {
            "street": "Hämeentie 5 A 12", "postcode": postcode, "city": "Helsinki",
            "country": "FI",
        },
        "customer": {"id": "c-123", "given_name": "Aino", "locale": "en"},
        **more,
    }  # fmt: skip


def a_quote(api: Api, **more: Any) -> dict[str, Any]:
    answer = api.post("/v1/quotes", json=basket_ask(**more))
    assert answer.status_code == 201, answer.text
    quote: dict[str, Any] = answer.json()
    return quote


def van_times(api: Api, quote_id: str, width: int | None = None) -> list[dict[str, Any]]:
    """Every van window of a quote, soonest first; of `width` minutes if given."""
    days = api.get(f"/v1/quotes/{quote_id}/all").json()["days"]
    found = [
        option
        for day in days
        for option in day["options"]
        if option["carrier"] == "own_van" and width in (None, option["width_minutes"])
    ]
    return sorted(found, key=lambda each: (each["window"]["start"], each["width_minutes"]))


def hold(api: Api, quote: str, option: str, hold_id: str | None = None) -> requests.Response:
    name = hold_id or f"h-{next(_numbers)}"
    return api.put(f"/v1/holds/{name}", json={"quote": quote, "option": option})


def book(api: Api, hold_id: str, reference: str | None = None, **more: Any) -> requests.Response:
    body = {"hold": hold_id, "recipient": AINO, **more}
    return api.put(f"/v1/bookings/{reference or f'P-{next(_numbers)}'}", json=body)


def booked(api: Api, option: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A new booking of a van window, the soonest of 2 h unless an option is given."""
    quote = a_quote(api)
    wanted = option or van_times(api, quote["id"], 120)[0]
    held = hold(api, quote["id"], wanted["id"])
    assert held.status_code == 201, held.text
    answer = book(api, held.json()["id"], **more)
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json()
    return booking
