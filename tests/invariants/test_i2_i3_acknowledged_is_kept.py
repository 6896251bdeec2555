"""I2: what was acknowledged is there after kill -9. I3: a booking and its message, or neither."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from delivery.app import build_house
from delivery.flows import quoting, telling
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.house import House
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.store.engine import Database, engine_for
from tests.conftest import settings_for
from tests.invariants.killing import Acknowledged, kill_again_and_again, violations
from tests.invariants.shop_servers import running_servers
from tests.shopping import a_quote, van_times
from tests.times import NOW

KILLS = 2


def test_killed_under_load_nothing_acknowledged_is_lost(database_url: str) -> None:
    said = Acknowledged()
    with running_servers(database_url, 1) as [server]:
        with server.api() as api:
            quote = a_quote(api)["id"]
            options = [each["id"] for each in van_times(api, quote)[:40]]
        with closing(Database(engine_for(database_url))) as database:
            check = partial(_nothing_wrong, database, said)
            kill_again_and_again(server, said, quote, options, kills=KILLS, check=check)
    assert len(said.bookings) > 5


def _nothing_wrong(database: Database, said: Acknowledged) -> None:
    assert violations(database, said) == []


def _held(house: House) -> None:
    ask = QuoteAsk((Parcel(1200),), "00530", "FI", given_name="Aino", locale="en")
    quote = orjson.loads(quoting.quote_options(house, ask, now=NOW))
    wanted = next(each["id"] for each in quote["options"] if each["carrier"] == "own_van")
    hold_option(house, "h-3", HoldAsk(quote["id"], wanted), now=NOW)


_ASK = BookingAsk("h-3", Recipient(given_name="Aino", phone="+358401234567"), {}, "door", "d")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _book_and_die(url: str, at: int, said: Any) -> None:
    """Book, and die before the statement with this number; 0 is right before the commit."""
    house = build_house(settings_for(url))
    count = 0

    @event.listens_for(house.database.engine, "before_cursor_execute")
    def _count(*_: object) -> None:
        nonlocal count
        count += 1
        if count == at:
            _die()

    @event.listens_for(house.database.engine, "commit")
    def _commit(_: object) -> None:
        if at == 0:
            _die()

    book(house, "P-3", _ASK, now=NOW)
    said.send("booked")


def _say_so_before_the_commit(url: str, at: int, said: Any) -> None:
    """The bad twin of I2: the answer leaves, then comes the commit, or death."""
    del at
    house = build_house(settings_for(url))

    @event.listens_for(house.database.engine, "commit")
    def _commit(_: object) -> None:
        said.send("booked")
        _die()

    book(house, "P-3", _ASK, now=NOW)


def _post_in_a_second_transaction(url: str, at: int, said: Any) -> None:
    """The bad twin of I3: booked without a word, and death before the word is written down."""
    del at
    house = build_house(settings_for(url))
    booking, _ = book(house, "P-3", replace(_ASK, consent={"sms": False}), now=NOW)
    said.send("booked")
    _die()
    with house.database.write() as conn:
        telling.booking_confirmed(conn, house, booking, now=NOW)


def _in_a_process(turn: Callable[[str, int, Any], None], url: str, at: int) -> bool:
    """Whether that process said it had booked, before it ended or died."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=turn, args=(url, at, theirs))
    process.start()
    process.join(timeout=30)
    return ours.poll()


def test_killed_before_any_statement_it_is_all_or_nothing(house: House, town_url: str) -> None:
    _held(house)
    house.database.close()
    outcomes = []
    for at in range(40):
        booked = _in_a_process(_book_and_die, town_url, at)
        said = Acknowledged(holds={"h-3"}, bookings={"P-3"} if booked else set())
        assert violations(house.database, said) == []
        house.database.close()
        outcomes.append(booked)
        if booked:
            break
    # Many points of death before the one beyond the last statement, where it lived.
    assert outcomes[-1]
    assert len(outcomes) > 6


@pytest.mark.parametrize(
    ("twin", "complaint"),
    [
        (_say_so_before_the_commit, "booking P-3 is missing"),
        (_post_in_a_second_transaction, "booking P-3 has no message"),
    ],
)
def test_the_twins_are_caught(
    house: House, town_url: str, twin: Callable[[str, int, Any], None], complaint: str
) -> None:
    _held(house)
    house.database.close()
    assert _in_a_process(twin, town_url, 0)
    said = Acknowledged(holds={"h-3"}, bookings={"P-3"})
    assert complaint in violations(house.database, said)
