"""The desk: many at once, each told its own answer or its own error, each quote kept first."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from delivery.flows import quoting
from delivery.flows.quote_desk import QuoteDesk
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.rules.refusals import NotValid
from delivery.store.tables import quote
from tests.asking import an_ask
from tests.times import NOW


class Teller:
    """Collects what the desk tells."""

    def __init__(self, expected: int) -> None:
        self.heard: list[bytes | BaseException] = []
        self._left = expected
        self._all = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, told: bytes | BaseException) -> None:
        with self._lock:
            self.heard.append(told)
            self._left -= 1
            if self._left <= 0:
                self._all.set()

    def wait(self) -> list[bytes | BaseException]:
        assert self._all.wait(30), f"{self._left} were never told"
        return self.heard


@pytest.fixture
def desk(house: House) -> Iterator[QuoteDesk]:
    desk = QuoteDesk(house)
    yield desk
    desk.close()


def _ask(desk: QuoteDesk, *asks: QuoteAsk) -> list[bytes | BaseException]:
    teller = Teller(len(asks))
    for ask in asks:
        desk.ask(ask, NOW, teller)
    return teller.wait()


def _kept(house: House) -> int:
    with house.database.read() as conn:
        return conn.execute(select(func.count()).select_from(quote)).scalar_one()


def test_each_of_many_gets_a_quote_of_its_own_that_is_kept(desk: QuoteDesk, house: House) -> None:
    answers = _ask(desk, *[an_ask() for _ in range(100)])
    known = {orjson.loads(answer)["id"] for answer in answers if isinstance(answer, bytes)}
    assert len(known) == 100 == _kept(house)
    with house.database.read() as conn:
        for answer in answers:
            assert isinstance(answer, bytes)
            assert quoting.get_answer(conn, orjson.loads(answer)["id"]) == answer


def test_it_says_what_the_plain_way_says(desk: QuoteDesk, house: House) -> None:
    (answer,) = _ask(desk, an_ask())
    assert isinstance(answer, bytes)
    plain = orjson.loads(quoting.quote_options(house, an_ask(), now=NOW))
    assert orjson.loads(answer) | {"id": ""} == plain | {"id": ""}


def test_a_bad_request_among_good_ones_hurts_nobody_else(desk: QuoteDesk, house: House) -> None:
    answers = _ask(desk, an_ask(), an_ask(postcode="12345"), an_ask())
    assert sorted(type(answer).__name__ for answer in answers) == ["NotValid", "bytes", "bytes"]
    assert next(each for each in answers if isinstance(each, NotValid)).extra["errors"]
    assert _kept(house) == 2


def test_a_broken_connection_is_told_and_the_next_is_served(desk: QuoteDesk, house: House) -> None:
    _ask(desk, an_ask())
    desk._hot._raw.close()
    (told,) = _ask(desk, an_ask())
    assert isinstance(told, OperationalError)
    assert _kept(house) == 1
    (answer,) = _ask(desk, an_ask())
    assert isinstance(answer, bytes)
    assert _kept(house) == 2


def test_closing_answers_those_who_wait(desk: QuoteDesk) -> None:
    teller = Teller(50)
    for _ in range(50):
        desk.ask(an_ask(), NOW, teller)
    desk.close()
    assert all(isinstance(each, bytes) for each in teller.wait())


def test_a_quote_can_be_answered_again_byte_for_byte(desk: QuoteDesk, house: House) -> None:
    (answer,) = _ask(desk, an_ask())
    assert isinstance(answer, bytes)
    with house.database.read() as conn:
        kept = quoting.get_quote(conn, orjson.loads(answer)["id"])
    assert quoting.answer_again(house, kept) == answer
