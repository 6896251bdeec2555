"""The worker asks the provider for what customers wrote while we could not hear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from delivery.app import build_house
from delivery.flows.fetching import fetch_missed_replies
from delivery.house import House
from delivery.worker import JOBS, Ticker
from notifications.stand_in import StandIn
from notifications.tables import reply
from tests.conftest import settings_for
from tests.loopback import running
from tests.notifications.numbers import AINO
from tests.times import SettableClock

SID, TOKEN, FROM = "AC" + "0" * 32, "test-token", "+358401000000"


@pytest.fixture
def theirs(clock: SettableClock) -> Iterator[StandIn]:
    stand_in = StandIn(
        account_sid=SID, auth_token=TOKEN, replies_url="http://127.0.0.1:9/", clock=clock,
        number=FROM,
    )  # fmt: skip
    yield stand_in
    stand_in.close()


@pytest.fixture
def hearing(town_url: str, clock: SettableClock, theirs: StandIn) -> Iterator[House]:
    """A house whose provider is the stand-in."""
    with running(theirs.app) as url:
        twilio: dict[str, object] = {
            "account_sid": SID,
            "auth_token": TOKEN,
            "from": FROM,
            "base_url": url,
        }
        house = build_house(settings_for(town_url, twilio=twilio), clock=clock)
        yield house
        house.database.close()


def wrote(theirs: StandIn, body: str, *, hours_ago: float = 0) -> None:
    theirs.fail_next("lost_replies")
    sms = theirs.ledger.get(theirs.reply(AINO, body))
    assert sms is not None
    sms.sent_at = sms.created_at = sms.created_at - timedelta(hours=hours_ago)


def bodies(house: House) -> list[str]:
    with house.database.read() as conn:
        return list(conn.scalars(select(reply.c.body).order_by(reply.c.id)))


def test_a_worker_that_begins_goes_back_three_days_and_later_as_far_as_it_must(
    hearing: House, theirs: StandIn, clock: SettableClock
) -> None:
    (job,) = [each for each in JOBS if each.name == "fetch missed replies"]
    ticker = Ticker(hearing, "me")
    wrote(theirs, "too old", hours_ago=73)
    wrote(theirs, "when nobody was up", hours_ago=71)
    ticker.tick(job)
    assert bodies(hearing) == ["when nobody was up"]
    # For five hours the provider cannot be asked, and what it posts is lost.
    for _ in range(5):
        clock.forward(hours=1)
        wrote(theirs, f"at {clock():%H}")
        theirs.fail_next("lists_down")
        assert fetch_missed_replies(hearing, now=clock()) == 0
    clock.forward(minutes=1)
    assert fetch_missed_replies(hearing, now=clock()) == 5
    # What is before the overlap has been heard: it is not asked for again.
    wrote(theirs, "long ago", hours_ago=3)
    wrote(theirs, "listed late", hours_ago=1.9)
    assert fetch_missed_replies(hearing, now=clock()) == 1
    assert bodies(hearing)[-1] == "listed late"


def test_where_there_is_no_record_nobody_is_asked(house: House) -> None:
    """Neither Twilio itself, when there is only a stand-in."""
    assert house.settings.sms.provider == "stand_in"
    assert fetch_missed_replies(house, now=house.clock()) == 0
