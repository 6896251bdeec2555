"""What a shop asks options for: a basket, a destination, a customer, from when on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from delivery.rules.measures import Measures
from delivery.rules.money import Money


@dataclass(frozen=True)
class Parcel:
    """One thing to carry. A size that was not given is believed to fit."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    #: What is in it, in the shop's words: with two deliveries we ask by it.
    contents: str = ""

    @property
    def sides(self) -> tuple[int, ...]:
        """Longest first, however it is turned."""
        return tuple(sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True))


@dataclass(frozen=True)
class QuoteAsk:
    """One request for options; the same again gives the same options."""

    parcels: tuple[Parcel, ...]
    postcode: str
    country: str
    #: What the goods cost, after the discount.
    value: Money | None = None
    #: What was taken off before; in the currency of `value`.
    discount: Money | None = None
    tags: frozenset[str] = frozenset()
    street: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    customer_id: str | None = None
    given_name: str = ""
    locale: str = ""
    #: When the goods can leave; None is now.
    ready_at: datetime | None = None

    @cached_property
    def measures(self) -> Measures:
        """Weights and sizes of the whole basket, worked out once for all services."""
        return Measures((each.weight_g, each.sides) for each in self.parcels)

    def as_json(self) -> dict[str, Any]:
        """The request in the contract's words."""
        return {
            "basket": {
                "value": self.value.as_json() if self.value else None,
                "discount": self.discount.as_json() if self.discount else None,
                "parcels": [dict(vars(parcel)) for parcel in self.parcels],
                "tags": sorted(self.tags),
            },
            "destination": {
                "street": self.street, "postcode": self.postcode, "city": self.city,
                "country": self.country, "lat": self.lat, "lon": self.lon,
            },
            "customer": {
                "id": self.customer_id, "given_name": self.given_name, "locale": self.locale,
            },
            "ready_at": self.ready_at.isoformat() if self.ready_at else None,
        }  # fmt: skip

    @classmethod
    def from_json(cls, request: dict[str, Any]) -> QuoteAsk:
        """Read a request that was checked before, such as a stored one."""
        basket, to = request["basket"], request["destination"]
        customer = request.get("customer") or {}
        value, ready_at = basket.get("value"), request.get("ready_at")
        discount = basket.get("discount")
        return cls(
            parcels=tuple(
                Parcel(**{name: size for name, size in each.items() if size is not None})
                for each in basket["parcels"]
            ),
            postcode=to["postcode"],
            country=to["country"],
            value=Money(value["amount"], value["currency"]) if value else None,
            discount=Money(discount["amount"], discount["currency"]) if discount else None,
            tags=frozenset(basket.get("tags") or ()),
            street=to.get("street") or "",
            city=to.get("city") or "",
            lat=to.get("lat"),
            lon=to.get("lon"),
            customer_id=customer.get("id"),
            given_name=customer.get("given_name") or "",
            locale=customer.get("locale") or "",
            ready_at=datetime.fromisoformat(ready_at) if isinstance(ready_at, str) else ready_at,
        )
