"""Thousands of forged and malformed webhooks at the whole application: nothing of them counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import func, select

from delivery.app import build_app
from delivery.house import House
from notifications.providers.twilio import Twilio
from notifications.tables import consent_log, receipt, reply
from tests.notifications.storm import REPLIES, blow, genuine

COUNT = 1_500


def in_storm(house: House, count: int) -> None:
    """So many of them; the ten genuine replies between them are kept once each."""
    outcome = blow(build_app(house), count)
    assert outcome.wrong == []
    assert sum(outcome.answers.values()) == count + 200
    assert len(outcome.kinds) == 22
    expected = [dict(parse_qsl(genuine(number).body.decode(), True)) for number in range(10)]
    with house.database.read() as conn:
        kept = conn.execute(select(reply.c.provider_id, reply.c.body)).all()
        words = conn.scalar(select(func.count()).select_from(consent_log))
        receipts = conn.scalar(select(func.count()).select_from(receipt))
    assert sorted(map(tuple, kept)) == [(each["MessageSid"], each["Body"]) for each in expected]
    assert (words, receipts) == (4, 0)  # STOP, START, STOP, START


def test_of_a_storm_only_the_genuine_count_and_once(house: House) -> None:
    in_storm(house, COUNT)


def test_the_storm_finds_a_check_that_looks_at_no_path(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Twilio.check_signature

    def looks_at_no_path(self: Twilio, path: str, form: Any, signature: str) -> bool:
        return any(checked(self, each, form, signature) for each in (path, REPLIES, ""))

    monkeypatch.setattr(Twilio, "check_signature", looks_at_no_path)
    outcome = blow(build_app(house), 300)
    assert {kind for kind, _ in outcome.wrong} == {"of another path"}
