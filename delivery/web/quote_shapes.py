"""What a shop asks for options with, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.money import Money
from delivery.web.shapes import Country, Currency, Id, Locale, Moment, MoneyShape, Name, Shape

# A lorry's load: whatever is heavier or longer is a slip of the hand.
HEAVIEST_G = 1_000_000
LONGEST_MM = 10_000
MOST_PARCELS = 100
MOST_TAGS = 20

Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Contents = Annotated[
    str, StringConstraints(max_length=40, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")
]
Side = Annotated[int, Field(strict=True, ge=1, le=LONGEST_MM)]


class ParcelShape(Shape):
    weight_g: Annotated[int, Field(strict=True, ge=1, le=HEAVIEST_G)]
    length_mm: Side | None = None
    width_mm: Side | None = None
    height_mm: Side | None = None
    #: Such as "sofa": customers with two deliveries are asked by it.
    contents: Contents = ""

    def as_parcel(self) -> Parcel:
        return Parcel(self.weight_g, self.length_mm or 0, self.width_mm or 0, self.height_mm or 0,
                      self.contents)  # fmt: skip


class BasketShape(Shape):
    value: MoneyShape | None = None
    discount: MoneyShape | None = None
    parcels: list[ParcelShape] = Field(min_length=1, max_length=MOST_PARCELS)
    tags: list[Tag] = Field([], max_length=MOST_TAGS)

    @field_validator("discount")
    @classmethod
    def _of_the_value(cls, discount: MoneyShape | None, info: ValidationInfo) -> MoneyShape | None:
        if discount is None or "value" not in info.data:
            return discount
        value = info.data["value"]
        if value is None:
            raise ValueError("a discount is taken off a value: give both")
        if value.currency != discount.currency:
            raise ValueError("discount and value have one currency")
        return discount


class DestinationShape(Shape):
    street: Name = ""
    postcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    city: Name = ""
    country: Country
    lat: Annotated[float, Field(strict=True, ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        return self


class CustomerShape(Shape):
    id: Id | None = None
    given_name: Name = ""
    locale: Locale = ""


class QuoteRequest(Shape):
    basket: BasketShape
    destination: DestinationShape
    customer: CustomerShape = CustomerShape()
    ready_at: Moment | None = None

    def as_ask(self) -> QuoteAsk:
        """The same for the rules."""
        basket, to, customer = self.basket, self.destination, self.customer
        value, discount = basket.value, basket.discount
        return QuoteAsk(
            parcels=tuple(each.as_parcel() for each in basket.parcels),
            postcode=to.postcode,
            country=to.country,
            value=Money(value.amount, value.currency) if value else None,
            discount=Money(discount.amount, discount.currency) if discount else None,
            tags=frozenset(basket.tags),
            street=to.street,
            city=to.city,
            lat=to.lat,
            lon=to.lon,
            customer_id=customer.id,
            given_name=customer.given_name,
            locale=customer.locale,
            ready_at=self.ready_at,
        )


class PricePartShape(Shape):
    code: str
    label: str
    amount: int


class WindowShape(Shape):
    """Half-open, in the place's own time zone."""

    start: Moment
    end: Moment


class PlaceShape(Shape):
    id: str
    name: str
    street: str
    postcode: str
    city: str
    lat: float
    lon: float
    opening_hours: str
    until: Moment


class VatShape(Shape):
    """Included in the price."""

    percent: float
    amount: int


class FreeOverShape(Shape):
    """Delivery is free from `threshold` on, `to_go` more; measured by `basis`."""

    threshold: MoneyShape
    to_go: MoneyShape
    basis: Literal["after_discount", "before_discount"]
    #: How much is missing, in words; empty where nothing is.
    text: str


class KeptRateShape(Shape):
    kept: int
    of: int


class OptionShape(Shape):
    id: str
    kind: Literal["to_door", "pickup_point", "locker", "store"]
    carrier: str
    service: str
    title: str
    description: str
    price: MoneyShape
    price_parts: list[PricePartShape]
    vat: VatShape | None
    free_over: FreeOverShape | None
    window: WindowShape
    width_minutes: int
    place: PlaceShape | None
    distance_m: int | None
    cutoff_at: Moment | None
    capacity: Literal["open", "few"]
    labels: list[Literal["cheapest", "fastest", "most_precise", "nearest"]]
    gives: list[Literal["price", "speed", "precision", "place"]]
    kept_rate: KeptRateShape | None
    fee: MoneyShape | None = None


class RecommendedShape(Shape):
    option: str
    why: str
    origin: Literal["learned", "rule"]


class FoldedShape(Shape):
    option: OptionShape
    code: Literal["dominated", "hardly_better", "alike", "in_between"]
    by: str
    reason: str


class ExclusionShape(Shape):
    service: str
    code: str
    reason: str


class QuoteShape(Shape):
    id: str
    valid_until: Moment
    currency: Currency
    recommended: RecommendedShape | None
    options: list[OptionShape]
    folded: list[FoldedShape]
    exclusions: list[ExclusionShape]


class DayShape(Shape):
    date: str
    options: list[OptionShape]


class CalendarShape(Shape):
    days: list[DayShape]
