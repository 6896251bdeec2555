"""I24: the same key means one effect and one answer, however many ask at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from requests import Response
from sqlalchemy import text

from delivery.app import build_house
from delivery.house import House
from delivery.store import holds
from tests.conftest import SHOP_KEY, settings_for
from tests.loopback import Api, serving
from tests.shopping import a_quote, hold, van_times
from tests.times import SettableClock
from tests.together import at_once

ASKERS = 20
_WITHOUT_KEY = {
    "postgresql": ("ALTER TABLE idempotency DROP CONSTRAINT pk_idempotency",),
    "sqlite": (
        "ALTER TABLE idempotency RENAME TO guarded",
        "CREATE TABLE idempotency AS SELECT * FROM guarded",
    ),
}


@pytest.fixture
def patient(town_url: str, clock: SettableClock) -> Iterator[House]:
    """A house in which a hold may be extended so often that every effect can be counted."""
    house = build_house(settings_for(town_url, holds={"minutes": 15, "extensions": 1000}), clock)
    yield house
    house.database.close()


def _ask(url: str) -> Response:
    with Api(url, {"shop": SHOP_KEY}) as api:
        return api.post("/v1/holds/h-24/extend", headers={"Idempotency-Key": "one"})


def _answers_and_effects(house: House) -> tuple[list[Response], int]:
    """Twenty ask to extend one hold under one key, and then one more."""
    with serving(house) as running, Api(running.url, {"shop": SHOP_KEY}) as api:
        quote = a_quote(api)["id"]
        assert hold(api, quote, van_times(api, quote)[0]["id"], "h-24").status_code == 201
        answers = at_once([partial(_ask, running.url)] * ASKERS)
        answers.append(_ask(running.url))
    with house.database.read() as conn:
        return answers, holds.get(conn, "h-24").extensions


def test_twenty_at_once_make_one_effect_and_hear_one_answer(patient: House) -> None:
    answers, effects = _answers_and_effects(patient)
    assert effects == 1
    assert {each.status_code for each in answers} <= {200, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"still_running"}
    assert len({each.content for each in answers if each.status_code == 200}) == 1
    assert answers[-1].status_code == 200


def test_the_twin_without_a_unique_key_does_it_again(patient: House) -> None:
    with patient.database.write() as conn:
        for statement in _WITHOUT_KEY[patient.database.name]:
            conn.execute(text(statement))
    _, effects = _answers_and_effects(patient)
    assert effects > 1
