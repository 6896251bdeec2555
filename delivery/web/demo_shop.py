"""The invented shop behind /demo: what is in the basket, and who is shopping."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import Response

from delivery.house import House
from delivery.ids import digest
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.money import Money
from delivery.web.visit import Visit
from notifications.phone import phone_number

COOKIE = "perille_demo"
GOODS_COUNT = 2
_GOODS = 5990
_PARCEL = Parcel(weight_g=1200, length_mm=300, width_mm=200, height_mm=100)
_LONGEST = 200


@dataclass(frozen=True)
class Shopper:
    """Whoever plays the customer: an example until something else was typed."""

    given_name: str = "Aino"
    phone: str = "+358 40 000 0012"
    street: str = "Hämeentie 5 A 12"
    postcode: str = "00530"
    city: str = "Helsinki"
    note: str = ""

    @classmethod
    def typed(cls, visit: Visit) -> Shopper:
        return cls(**{each.name: visit.line(each.name) for each in fields(cls)})

    @classmethod
    def remembered(cls, visit: Visit) -> Shopper:
        """As this browser typed it last; the example when it typed nothing."""
        try:
            known = json.loads(base64.urlsafe_b64decode(visit.cookies.get(COOKIE, "")))
            return cls(**{each.name: str(known[each.name])[:_LONGEST] for each in fields(cls)})
        except (binascii.Error, ValueError, KeyError, TypeError):
            return cls()

    def remember(self, answer: Response) -> None:
        packed = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        answer.set_cookie(COOKIE, packed, path="/demo", httponly=True, samesite="lax")

    @property
    def address(self) -> str:
        return f"{self.street}, {self.postcode} {self.city}"


@dataclass(frozen=True)
class FieldError:
    """What is wrong, at which field; no field is the whole form."""

    field: str
    text: str


def number_of(house: House, typed: str) -> str | None:
    """The phone number in E.164, or None when it is none."""
    try:
        return phone_number(typed, house.settings.shop.country)
    except ValueError:
        return None


def missing(house: House, shopper: Shopper, lang: str) -> list[FieldError]:
    """What has to be put right before options can be asked for."""
    wrong = []
    for each in fields(shopper):
        value = getattr(shopper, each.name)
        if len(value) > _LONGEST:
            wrong.append(FieldError(each.name, house.words.say(lang, "pages.wrong_long")))
        elif not value and each.name != "note":
            wrong.append(FieldError(each.name, house.words.say(lang, f"pages.wrong_{each.name}")))
        elif each.name == "phone" and number_of(house, value) is None:
            wrong.append(FieldError("phone", house.words.say(lang, "pages.wrong_phone")))
        elif each.name == "postcode" and not (len(value) == 5 and value.isdecimal()):
            wrong.append(FieldError("postcode", house.words.say(lang, "pages.wrong_postcode")))
    return wrong


def ask_for(house: House, shopper: Shopper, lang: str, now: datetime) -> QuoteAsk:
    """The basket and address as the checkout sends them."""
    number = number_of(house, shopper.phone) or ""
    return QuoteAsk(
        parcels=(_PARCEL,),
        postcode=shopper.postcode,
        country=house.settings.shop.country,
        value=goods(house),
        street=shopper.street,
        city=shopper.city,
        customer_id=f"demo-{digest(number.encode())[:16]}",
        given_name=shopper.given_name,
        locale=lang,
        ready_at=now,
    )


def goods(house: House) -> Money:
    return Money(_GOODS, house.settings.shop.currency)


def address_of(request: dict[str, Any]) -> str:
    """A stored request's destination on one line."""
    to = request["destination"]
    town = " ".join(part for part in (to["postcode"], to.get("city")) if part)
    return ", ".join(part for part in (to.get("street"), town) if part)


async def demo_is_on(request: Request) -> None:
    """The demo is there only where it was turned on."""
    house: House = request.app.state.house
    if not house.settings.demo.enabled:
        raise HTTPException(404)
