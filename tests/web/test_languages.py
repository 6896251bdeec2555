"""A shopper is answered in their language, and told in the same."""

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


@pytest.mark.parametrize(
    ("locale", "door", "said"),
    [
        ("sv-FI", "hem till dörren", "Hej Aino! Din leverans kommer "),
        # Aino is no name in Greek letters.
        ("el-GR", "στην πόρτα σας", "Η παραγγελία σας έρχεται "),
        ("xx", "to your door", "Hi Aino, your delivery comes "),
    ],
)
def test_a_booking_keeps_its_words_and_is_told_of_in_the_language_it_was_chosen_in(
    api: Api, locale: str, door: str, said: str
) -> None:
    quote = a_quote(api, customer=CUSTOMER | {"locale": locale})
    wanted = next(each for each in quote["options"] if each["kind"] == "to_door")
    held = hold(api, quote["id"], wanted["id"])
    booking = book(api, held.json()["id"], recipient=AINO | {"locale": locale}).json()
    assert booking["option"]["title"] == wanted["title"]
    assert door in wanted["title"]
    [message] = booking["messages"]
    assert message["body"].startswith(said)
