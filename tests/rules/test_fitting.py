"""Why a service cannot carry a basket."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.rules.fitting import why_not
from tests.asking import an_ask
from tests.rules.test_town import CATALOGUE, service

BOX = {"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}


@pytest.mark.parametrize(
    ("code", "change", "why"),
    [
        ("locker", {}, None),
        ("locker", {"postcode": "99980"}, "outside_zone"),
        ("home", {"postcode": "01150"}, "outside_zone"),
        ("locker", {"parcels": [BOX | {"weight_g": 15_000}]}, None),
        ("locker", {"parcels": [BOX | {"weight_g": 15_001}]}, "too_heavy"),
        ("parcel", {"parcels": [BOX | {"weight_g": 20_001}] * 3}, "too_heavy_together"),
        ("locker", {"parcels": [BOX] * 2}, "too_many_parcels"),
        ("locker", {"parcels": [BOX | {"height_mm": 600}]}, None),
        ("locker", {"parcels": [BOX | {"height_mm": 601}]}, "too_long"),
        ("locker", {"parcels": [BOX | {"length_mm": 500, "width_mm": 401}]}, "too_big"),
        ("locker", {"parcels": [{"weight_g": 100}]}, None),
        ("locker", {"tags": ["frozen", "fragile"]}, "forbidden_tag"),
        ("store", {"tags": ["frozen"]}, None),
    ],
)
def test_what_fits_and_what_does_not(code: str, change: dict[str, Any], why: str | None) -> None:
    excluded = why_not(service(code), an_ask(**change))
    assert (excluded.code if excluded else None) == why


def test_every_service_is_asked_about_every_basket() -> None:
    heavy = an_ask(parcels=[BOX | {"weight_g": 900_000}])
    assert all(why_not(each, heavy) for each in CATALOGUE.services)
