"""One way to get the goods, as it is shown, held, booked and moved to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from delivery.rules.money import Money
from delivery.rules.windows import TimeWindow

_PLAIN = (
    "id", "kind", "carrier", "service", "title", "description",
    "distance_m", "cutoff_at", "capacity",
)  # fmt: skip
_SLOT_IN_ID = re.compile(r"\.s(\d+)$")


@dataclass(frozen=True)
class Place:
    """Where the customer fetches the parcel."""

    id: str
    name: str
    street: str
    postcode: str
    city: str
    lat: float
    lon: float
    opening_hours: str
    #: End of the collection period, RFC 3339.
    until: str

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class PricePart:
    code: str
    label: str
    amount: int


@dataclass(frozen=True)
class Vat:
    """Included in the price."""

    #: Hundredths of a per cent.
    basis_points: int
    amount: int

    def as_json(self) -> dict[str, Any]:
        return {"percent": self.basis_points / 100, "amount": self.amount}


@dataclass(frozen=True)
class FreeFrom:
    """From which value of the goods on this delivery is free, and how much of it is missing."""

    threshold: Money
    to_go: Money
    basis: str  # after_discount | before_discount
    #: How much is missing, in words; empty where nothing is.
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold.as_json(),
            "to_go": self.to_go.as_json(),
            "basis": self.basis,
            "text": self.text,
        }


@dataclass(frozen=True)
class DeliveryOption:
    """One choice for the customer. `slot_id` is set where a place must be taken to hold it."""

    id: str
    kind: str  # to_door | pickup_point | locker | store
    carrier: str
    service: str
    title: str
    description: str
    price: Money
    price_parts: tuple[PricePart, ...]
    window: TimeWindow
    place: Place | None = None
    distance_m: int | None = None
    cutoff_at: str | None = None
    capacity: str = "open"  # open | few
    labels: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    slot_id: int | None = None
    vat: Vat | None = None
    free_over: FreeFrom | None = None
    #: How many of the last promises of this service in this area were kept, and of how many.
    kept_rate: tuple[int, int] | None = None
    #: What moving here costs; only where options are offered for a move.
    fee: Money | None = field(default=None)

    def as_json(self) -> dict[str, Any]:
        """The option in the contract's words, without what only we need (`slot_id`)."""
        shown = {
            "id": self.id,
            "kind": self.kind,
            "carrier": self.carrier,
            "service": self.service,
            "title": self.title,
            "description": self.description,
            "price": self.price.as_json(),
            "price_parts": [vars(part) for part in self.price_parts],
            "vat": self.vat.as_json() if self.vat else None,
            "free_over": self.free_over.as_json() if self.free_over else None,
            "window": self.window.as_json(),
            "width_minutes": self.window.minutes,
            "place": self.place.as_json() if self.place else None,
            "distance_m": self.distance_m,
            "cutoff_at": self.cutoff_at,
            "capacity": self.capacity,
            "labels": list(self.labels),
            "gives": list(self.gives),
            "kept_rate": _kept(self.kept_rate),
        }
        if self.fee is not None:
            shown["fee"] = self.fee.as_json()
        return shown

    @classmethod
    def from_json(cls, shown: dict[str, Any], zone: ZoneInfo) -> DeliveryOption:
        """The option again, from how it was shown, its window on the clock of `zone`."""
        place, fee, slot = shown["place"], shown.get("fee"), _SLOT_IN_ID.search(shown["id"])
        vat, free, kept = shown.get("vat"), shown.get("free_over"), shown.get("kept_rate")
        plain = {name: shown[name] for name in _PLAIN}
        return cls(
            **plain,
            price=Money(**shown["price"]),
            price_parts=tuple(PricePart(**part) for part in shown["price_parts"]),
            window=TimeWindow.from_json(shown["window"]).into(zone),
            place=Place(**place) if place else None,
            labels=tuple(shown["labels"]),
            gives=tuple(shown["gives"]),
            slot_id=int(slot[1]) if slot else None,
            vat=Vat(round(vat["percent"] * 100), vat["amount"]) if vat else None,
            free_over=_free_from(free) if free else None,
            kept_rate=(kept["kept"], kept["of"]) if kept else None,
            fee=Money(**fee) if fee else None,
        )


def _kept(rate: tuple[int, int] | None) -> dict[str, int] | None:
    return {"kept": rate[0], "of": rate[1]} if rate else None


def _free_from(shown: dict[str, Any]) -> FreeFrom:
    return FreeFrom(
        Money(**shown["threshold"]), Money(**shown["to_go"]), shown["basis"], shown.get("text", "")
    )
