"""An address is found in a sentence, and nothing else is taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.addresses import address_in

POSTCODES = frozenset({"00100", "00500", "00530", "10561", "11521"})
FOUND = [
    ("can you bring it to Mannerheimintie 5, 00100 Helsinki instead?", "Mannerheimintie 5"),
    ("new address: Fleminginkatu 12 B 4, 00530", "Fleminginkatu 12 B 4"),
    ("Iso Roobertinkatu 3, 00100", "Iso Roobertinkatu 3"),
    ("ny adress Storgatan 12, 115 21 Stockholm", "Storgatan 12"),
    ("νέα διεύθυνση Βασιλίσσης Σοφίας 12, 10561 Αθήνα", "Βασιλίσσης Σοφίας 12"),
    ("I moved, please deliver to Kaarlenkatu 3-5 A 12, 00530", "Kaarlenkatu 3-5 A 12"),
    ("tuo vaasankatu 3 as 5 00500 hki kiitos", "vaasankatu 3 as 5"),
    ("bring it to Urho Kekkosen katu 1, 00100. thanks", "Urho Kekkosen katu 1"),
    ("Uusi osoite on Toinen linja 5 C,\nFI-00530 Helsinki", "Toinen linja 5 C"),
]
NOT_ONE = [
    "call 0401234500", "door code 1234, 00530", "00530", "at 17-19 00100", "Vaasankatu 3",
    "not Vaasankatu 3, 00500 but Kaarlenkatu 5, 00530", "Vaasankatu 3, 99999", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "street"), FOUND)
def test_an_address_is_found_in_a_sentence(text: str, street: str) -> None:
    found = address_in(text, POSTCODES)
    assert found is not None
    assert found.street == street
    left = found.without(text)
    assert street not in left
    assert found.postcode not in left


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_no_address_or_not_one_is_none(text: str) -> None:
    assert address_in(text, POSTCODES) is None


@given(st.text(max_size=600))
def test_nothing_breaks_it(text: str) -> None:
    found = address_in(text, POSTCODES)
    assert found is None or 0 <= found.begins < found.ends <= len(text)


@pytest.mark.parametrize("piece", ["a", "a ", "a 1 ", "a b c d 1 ", "1", "a 1 00100 ", "Aa-"])
def test_no_text_takes_it_long(piece: str) -> None:
    text = piece * 400
    best = 1.0
    for _ in range(3):
        began = time.thread_time()
        address_in(text, POSTCODES)
        best = min(best, time.thread_time() - began)
    assert best < 0.02
