"""Holds that end, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import orjson
import pytest

from delivery.flows import quoting
from delivery.flows.checkout import (
    BookingAsk,
    HoldAsk,
    Recipient,
    book,
    hold_option,
    release_expired_holds,
)
from delivery.house import House
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.refusals import TooLate
from delivery.store import holds
from tests.nests import wrong_counts
from tests.times import NOW
from tests.together import at_once

ASK = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="fi")


def _hold(house: House, name: str) -> None:
    quote = orjson.loads(quoting.quote_options(house, ASK, now=NOW))
    wanted = next(each["id"] for each in quote["options"] if each["carrier"] == "own_van")
    hold_option(house, name, HoldAsk(quote["id"], wanted), now=NOW)


def _ask(name: str) -> BookingAsk:
    return BookingAsk(name, Recipient(phone="+358401234567"), {}, "", "d")


def test_an_expired_hold_gives_its_place_back_once_though_two_workers_look(house: House) -> None:
    for number in range(4):
        _hold(house, f"h-{number}")
    later = NOW + timedelta(minutes=16)
    assert release_expired_holds(house.database, now=NOW) == 0
    released = at_once([partial(release_expired_holds, house.database, now=later)] * 4)
    assert sum(released) == 4
    with house.database.read() as conn:
        assert {holds.get(conn, f"h-{number}").state for number in range(4)} == {"expired"}
        assert wrong_counts(conn) == []


def test_a_hold_that_ends_while_it_is_booked_has_one_of_two_clean_ends(house: House) -> None:
    later = NOW + timedelta(minutes=16)
    for number in range(6):
        _hold(house, f"h-{number}")
    workers = [partial(release_expired_holds, house.database, now=later)] * 2
    buyers = [
        partial(book, house, f"P-{number}", _ask(f"h-{number}"), now=later) for number in range(6)
    ]
    at_once([*workers, *buyers])
    with house.database.read() as conn:
        assert {holds.get(conn, f"h-{number}").state for number in range(6)} == {"booked"}
        assert wrong_counts(conn) == []


def test_what_the_shop_leaves_out_the_quote_knows(house: House) -> None:
    _hold(house, "h-1")
    booking, _ = book(house, "P-1", _ask("h-1"), now=NOW)
    assert (booking.given_name, booking.locale) == ("Aino", "fi")
    assert booking.destination["postcode"] == "00530"
    assert booking.consent == {"sms": True, "email": True, "feedback": False}


def test_a_window_that_is_over_cannot_be_booked(house: House) -> None:
    _hold(house, "h-1")
    with pytest.raises(TooLate):
        book(house, "P-1", _ask("h-1"), now=NOW + timedelta(days=9))
