"""Services for tests of time and place; a test says only what matters to it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from delivery.rules.calendars import Calendar
from delivery.rules.catalogue import Origin, PickupPoint, Points, Service
from delivery.rules.limits import Limits
from delivery.rules.opening_hours.hours import OpeningHours
from delivery.rules.tariffs import Tariff
from delivery.rules.zones import Zone, ZoneMap
from delivery.store.postcodes import known_postcodes
from tests.times import HELSINKI

ALWAYS = Calendar(frozenset(range(7)))
EVERYWHERE = ZoneMap([Zone("everywhere", prefixes=tuple("0123456789"))], known_postcodes())


def an_origin(**changes: Any) -> Origin:
    """Open every day from 7 to 21 in Helsinki."""
    return Origin(**{
        "code": "here", "zone": HELSINKI, "calendar": ALWAYS, "opens": time(7),
        "closes": time(21), **changes,
    })  # fmt: skip


def a_service(**changes: Any) -> Service:
    """Days, every day, the day after it left, from 8 to 16; the cut-off is at 14."""
    plain: dict[str, Any] = {
        "code": "svc", "carrier": "someone", "kind": "to_door", "promise": "day",
        "origin": an_origin(), "calendar": ALWAYS, "zone_map": EVERYWHERE,
        "zone": HELSINKI, "limits": Limits(), "tariff": Tariff(base=500),
        "description": {"en": "", "fi": ""}, "days_ahead": 5, "transit_days": 1,
        "cut_offs": dict.fromkeys(range(7), time(14)), "window": (time(8), time(16)),
    }  # fmt: skip
    return Service(**{**plain, **changes})


def a_place_service(*points: PickupPoint, **changes: Any) -> Service:
    """The same to places within 10 km, which keep a parcel for a week."""
    return a_service(**{
        "kind": "locker", "promise": "place", "within_m": 10_000, "kept_days": 7,
        "days_ahead": 14, "points": Points(points), **changes,
    })  # fmt: skip


def a_point(number: int, lat: float, lon: float, hours: str = "24/7", **more: Any) -> PickupPoint:
    """A place in Kallio by its postcode, wherever it is."""
    return PickupPoint(
        f"p{number:05}", "svc", f"Point {number}", "Street 1", "00530", "Helsinki", lat, lon,
        OpeningHours.parse(hours), **more,
    )  # fmt: skip


def helsinki(text: str) -> datetime:
    """`2026-03-10T12:00` on a clock in Helsinki."""
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
