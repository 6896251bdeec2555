"""A shopper is answered in their language, and told in one that our messages know."""

from __future__ import annotations

import pytest

from tests.loopback import Api
from tests.shopping import AINO, a_quote, book, hold

CUSTOMER = {"id": "c-123", "given_name": "Aino"}


@pytest.mark.parametrize(
    ("locale", "to_the_door", "parcel"),
    [
        ("sv-FI", "hem till dörren", "Hemleverans"),
        ("el", "στην πόρτα σας", "Παράδοση στο σπίτι"),
        ("fi", "kotiovelle", "Kotiinkuljetus"),
        ("xx", "to your door", "Home delivery"),
    ],
)
def test_options_speak_the_shoppers_language(
    api: Api, locale: str, to_the_door: str, parcel: str
) -> None:
    quote = a_quote(api, customer=CUSTOMER | {"locale": locale})
    at_home = [each for each in quote["options"] if each["kind"] == "to_door"]
    assert at_home
    assert all(each["title"].endswith(to_the_door) for each in at_home)
    assert {each["price_parts"][0]["label"] for each in at_home} == {parcel}
    titles = [each["title"] for each in quote["options"]]
    assert len(set(titles)) == len(titles)


def test_a_booking_keeps_its_words_and_is_told_of_in_english_where_messages_lack_the_language(
    api: Api,
) -> None:
    quote = a_quote(api, customer=CUSTOMER | {"locale": "sv"})
    wanted = next(each for each in quote["options"] if each["kind"] == "to_door")
    held = hold(api, quote["id"], wanted["id"])
    booking = book(api, held.json()["id"], recipient=AINO | {"locale": "sv"}).json()
    assert booking["option"]["title"] == wanted["title"]
    assert "hem till dörren" in wanted["title"]
    [message] = booking["messages"]
    assert message["body"].startswith("Hi Aino")
