"""Ready answers: in the customer's language, with facts of their delivery, agreeing in fields."""

from __future__ import annotations

from jinja2 import Environment, meta

from delivery.assets import asset
from delivery.flows import canned, fields
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.money import Money
from notifications.text import plain, segments
from tests.carrier import booking_of
from tests.loopback import Api
from tests.shopping import AINO, booked

LOCALES = ("en", "fi", "sv", "el")
BUTTONS = ("_times", "_refunded", "_gesture")
FIELDS = {"given_name", "agent", "shop", "when", "link"}


def _fields(name: str, locale: str) -> set[str]:
    text = (asset("templates/canned") / f"{name}.{locale}.txt").read_text("utf-8")
    return meta.find_undeclared_variables(Environment().parse(text))


def test_each_answer_is_in_each_language_with_the_same_fields() -> None:
    files = {each.name for each in asset("templates/canned").iterdir()}
    names = (*canned.NAMES, *BUTTONS)
    assert files == {f"{name}.{locale}.txt" for name in names for locale in LOCALES}
    for name in names:
        used = [_fields(name, locale) for locale in LOCALES]
        assert all(each == used[0] for each in used), name
        assert name in BUTTONS or used[0] <= FIELDS, name


def test_answers_state_the_facts_in_the_customers_language(api: Api, house: House) -> None:
    for number, locale in enumerate(LOCALES):
        person = AINO | {"phone": f"+35840444000{number}", "locale": locale}
        booking = booking_of(house, booked(api, recipient=person)["reference"])
        with house.database.read() as conn:
            ready = canned.answers(house, conn, booking, "Sanna", now=house.clock(), locale="fi")
        said = {each.name: each.text for each in ready}
        assert tuple(said) == canned.NAMES
        assert len(set(said.values())) == len(said)
        assert ready[0].title == "Selvitän nyt"
        assert fields.near(booking, house.clock()) in said["sorry_late"]
        # Greek calls nobody by a name of which it has no vocative.
        assert ("Aino" in said["thank_you_patience"]) == (locale != "el")
        assert "/my/" in said["where_left"]
        assert all("{" not in each and "  " not in each for each in said.values())
        # Three segments and the signature; Greek is dearer by nature.
        most = 5 if locale == "el" else 2
        long = {name: segments(plain(each)).count for name, each in said.items()}
        assert max(long.values()) <= most, long


def test_nobody_is_called_by_a_name_we_do_not_know(api: Api, house: House) -> None:
    person = AINO | {"given_name": "", "family_name": ""}
    for locale in LOCALES:
        ref = booked(api, recipient=person | {"locale": locale})["reference"]
        with house.database.read() as conn:
            ready = canned.answers(house, conn, booking_of(house, ref), "S", now=house.clock())
        assert all(each.text[0].isupper() for each in ready), locale


def test_buttons_say_what_is_given(api: Api, house: House) -> None:
    booking = booking_of(house, booked(api, recipient=AINO | {"locale": "fi"})["reference"])
    amount = phrases.price(Money(500, "EUR"), "fi", sms=True)
    assert canned.gesture(booking, amount) == f"{amount} seuraavasta tilauksestasi"
    assert amount in canned.refunded(booking, amount)
    lines = canned.times(booking, "", ["to 12.3. klo 9-11", "pe 13.3. klo 9-11"]).splitlines()
    assert lines[1:3] == ["1 to 12.3. klo 9-11", "2 pe 13.3. klo 9-11"]
