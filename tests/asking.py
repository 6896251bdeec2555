"""Requests for options, as a shop sends them; a test says only what matters to it."""

from __future__ import annotations

from typing import Any

from delivery.rules.asks import QuoteAsk


def a_request(**changes: Any) -> dict[str, Any]:
    """A small parcel to Hämeentie. `postcode`, `parcels`, `tags`, … replace what they name."""
    basket: dict[str, Any] = {
        "value": {"amount": 5990, "currency": "EUR"},
        "parcels": [{"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}],
        "tags": ["fragile"],
    }
    destination: dict[str, Any] = {
        "street": "Hämeentie 5 A 12", "postcode": "00530", "city": "Helsinki", "country": "FI",
    }  # fmt: skip
    customer: dict[str, Any] = {"id": "c-123", "given_name": "Aino", "locale": "en"}
    request = {"basket": basket, "destination": destination, "customer": customer}
    for name, value in changes.items():
        part = next((part for part in request.values() if name in part), None)
        if part is None:
            part = {"lat": destination, "lon": destination, "discount": basket}.get(name)
        (request if part is None else part)[name] = value
    return request


def an_ask(**changes: Any) -> QuoteAsk:
    return QuoteAsk.from_json(a_request(**changes))
