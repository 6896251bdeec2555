"""What follows a failure: by its class, the same whether a call or a receipt told of it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from delivery.store.engine import Database
from notifications import breaker, claims, consent, outcomes, tasks
from notifications.claims import Call
from notifications.failures import MOST_TRIES, Failure, Kind, may_go_again
from notifications.outcomes import Outcome
from notifications.providers.base import ReceivedReceipt
from notifications.providers.twilio_errors import failure
from notifications.receipts import keep_receipt
from notifications.tables import attempt, consent_log, message, suppression
from tests.times import NOW

MINUTE = timedelta(minutes=1)
PHONE = "+358401234567"
EMAIL = {"fields": {}, "addresses": {"email": "aino@example.com"}}
WAYS = ("call", "receipt")
_keys = itertools.count()


class Elsewhere:
    """Keeps what it was asked to say over another channel."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, conn: Connection, which: int, now: datetime) -> int | None:
        state = conn.execute(select(message.c.state).where(message.c.id == which)).scalar_one()
        assert state in ("failed", "suppressed")
        self.asked.append(which)
        return None


def posted(database: Database, **more: Any) -> int:
    row = {
        "notice": "word", "recipient": PHONE, "locale": "en", "body": "x", "segments": 1,
        "about": "B1", "dedupe_key": f"c{next(_keys)}", "due_at": NOW, "created_at": NOW,
        "changed_at": NOW,
    }  # fmt: skip
    with database.write() as conn:
        new = conn.execute(insert(message).values(row | more).returning(message.c.id))
        return int(new.scalar_one())


def begun(database: Database, now: datetime = NOW) -> Call:
    with database.write() as conn:
        taken = claims.claim(conn, "me", most=1, now=now, until=now + MINUTE)
        (call,) = claims.begin(conn, "me", taken, now=now, until=now + MINUTE)
    return call


def sid(call: Call) -> str:
    return f"SM{call.message.id:028x}{call.number:04x}"


def fails(
    database: Database, call: Call, why: Failure, way: str, elsewhere: Elsewhere | None = None,
    now: datetime = NOW,
) -> None:  # fmt: skip
    """The provider refuses it at once, or takes it and reports later."""
    with database.write() as conn:
        if way == "call":
            later = why.kind in ("wait", "configuration")
            out = Outcome(call, "later" if later else "refused", why.code, failure=why, wait=MINUTE)
            outcomes.record(conn, [out], now=now, unsure_for=MINUTE, fallback=elsewhere)
            return
        taken = Outcome(call, "accepted", provider_id=sid(call))
        outcomes.record(conn, [taken], now=now, unsure_for=MINUTE, fallback=elsewhere)
        news = ReceivedReceipt(sid(call), "undelivered", "failed", why.code, failure=why)
        assert keep_receipt(conn, call.attempt, news, now=now, fallback=elsewhere)


def row(database: Database, which: int) -> Any:
    with database.read() as conn:
        return conn.execute(select(message).where(message.c.id == which)).one()


def open_tasks(database: Database) -> set[str]:
    with database.read() as conn:
        return {each.kind for each in tasks.list_open(conn)}


def barred(database: Database) -> dict[str, str]:
    with database.read() as conn:
        found = conn.execute(select(suppression.c.recipient, suppression.c.reason))
        return {each.recipient: each.reason for each in found}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("code", "state", "goes_elsewhere", "kinds"),
    [
        ("30003", "queued", False, set()),
        ("30022", "queued", False, set()),
        ("20003", "queued", False, set()),
        ("30005", "failed", True, {"bad_number"}),
        ("30006", "failed", True, {"bad_number"}),
        ("30007", "failed", True, {"content"}),
        ("21608", "failed", True, {"trial"}),
        ("39999", "failed", True, {"failed"}),
    ],
)
def test_the_class_decides_what_follows(
    database: Database, code: str, state: str, goes_elsewhere: bool, kinds: set[str], way: str
) -> None:
    which, elsewhere = posted(database), Elsewhere()
    fails(database, begun(database), failure(code), way, elsewhere)
    after = row(database, which)
    assert (after.state, after.error) == (state, code)
    assert elsewhere.asked == ([which] if goes_elsewhere else [])
    assert open_tasks(database) - {"sender"} == kinds
    if state == "queued":
        assert after.due_at > NOW
        assert (after.provider_id, after.in_call, after.lease_until) == (None, False, None)


@pytest.mark.parametrize("way", WAYS)
def test_trouble_on_the_way_is_tried_twice_more_and_then_said_elsewhere(
    database: Database, way: str
) -> None:
    which, elsewhere, now = posted(database, again=EMAIL), Elsewhere(), NOW
    for tries in range(1, MOST_TRIES + 1):
        fails(database, begun(database, now), failure("30003"), way, elsewhere, now)
        now = row(database, which).due_at
        assert row(database, which).state == ("queued" if tries < MOST_TRIES else "failed")
    assert elsewhere.asked == [which]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_not_tried_again_when_that_would_be_too_late(database: Database, way: str) -> None:
    which, elsewhere = posted(database, not_after=NOW + MINUTE / 2), Elsewhere()
    fails(database, begun(database), failure("30003"), way, elsewhere)
    assert row(database, which).state == "failed"
    assert elsewhere.asked == [which]


@pytest.mark.parametrize("code", ["30008", "30410"])
@pytest.mark.parametrize(("again", "state"), [(EMAIL, "failed"), (None, "queued")])
def test_what_may_have_arrived_goes_elsewhere_rather_than_twice(
    database: Database, code: str, again: Any, state: str
) -> None:
    which, elsewhere = posted(database, again=again), Elsewhere()
    fails(database, begun(database), failure(code), "receipt", elsewhere)
    assert row(database, which).state == state
    assert elsewhere.asked == ([which] if again else [])


@pytest.mark.parametrize("way", WAYS)
def test_a_bad_number_is_remembered(database: Database, way: str) -> None:
    posted(database)
    fails(database, begun(database), failure("30005"), way)
    assert barred(database) == {PHONE: consent.BAD_NUMBER}
    with database.read() as conn:
        assert conn.execute(select(consent_log)).all() == []  # nobody said anything


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", ["21610", "63014"])
def test_who_told_the_provider_to_stop_is_remembered_once(
    database: Database, way: str, code: str
) -> None:
    which, elsewhere = posted(database), Elsewhere()
    fails(database, begun(database), failure(code), way, elsewhere)
    assert row(database, which).state == ("suppressed" if way == "call" else "failed")
    assert barred(database) == {PHONE: consent.STOPPED}
    assert elsewhere.asked == [which]
    with database.read() as conn:
        (log,) = conn.execute(select(consent_log))
    assert (log.source, log.allowed, log.words) == ("provider", False, code)


def test_a_receipt_that_blames_us_opens_the_breaker_and_keeps_the_message(
    database: Database,
) -> None:
    which = posted(database, carried_by="kaari")
    fails(database, begun(database), failure("30002"), "receipt")
    assert row(database, which).state == "queued"
    with database.read() as conn:
        assert set(breaker.all_open(conn)) == {"kaari"}
    assert open_tasks(database) == {"sender"}


@pytest.mark.parametrize(("again", "state"), [(EMAIL, "failed"), (None, "queued")])
def test_one_closed_country_does_not_hold_who_can_be_reached_elsewhere(
    database: Database, again: Any, state: str
) -> None:
    which, elsewhere = posted(database, again=again), Elsewhere()
    fails(database, begun(database), failure("21408"), "call", elsewhere)
    assert row(database, which).state == state
    assert elsewhere.asked == ([which] if again else [])


def test_late_news_of_an_attempt_that_failed_does_not_stop_the_next(database: Database) -> None:
    """`undelivered` overtakes our own answer and `sent`: the message waits for its next try."""
    which, call = posted(database), begun(database)
    news = ReceivedReceipt(sid(call), "undelivered", "failed", "30003", failure=failure("30003"))
    with database.write() as conn:
        keep_receipt(conn, call.attempt, news, now=NOW)
        answered = Outcome(call, "accepted", provider_id=sid(call))
        outcomes.record(conn, [answered], now=NOW, unsure_for=MINUTE)
        keep_receipt(conn, call.attempt, ReceivedReceipt(sid(call), "sent", "sent"), now=NOW)
        again = ReceivedReceipt(sid(call), "failed", "failed", "30003", failure=failure("30003"))
        keep_receipt(conn, call.attempt, again, now=NOW)
    assert row(database, which).state == "queued"
    with database.read() as conn:
        (tried,) = conn.execute(select(attempt.c.outcome, attempt.c.error))
    assert (tried.outcome, tried.error) == ("failed", "30003")
    second = begun(database, row(database, which).due_at)
    with database.write() as conn:
        answered = Outcome(second, "accepted", provider_id=sid(second))
        outcomes.record(conn, [answered], now=NOW, unsure_for=MINUTE)
    assert (row(database, which).state, row(database, which).provider_id) == ("sent", sid(second))


def test_a_phone_that_has_it_after_all_gets_no_second_one(database: Database) -> None:
    which, call = posted(database), begun(database)
    fails(database, call, failure("30003"), "receipt")
    with database.write() as conn:
        arrived = ReceivedReceipt(sid(call), "delivered", "delivered")
        keep_receipt(conn, call.attempt, arrived, now=NOW)
    assert row(database, which).state == "delivered"


def test_the_failure_of_an_older_attempt_leaves_the_newer_alone(database: Database) -> None:
    which, first = posted(database), begun(database)
    with database.write() as conn:
        again = Outcome(first, "later", "20429")
        outcomes.record(conn, [again], now=NOW, unsure_for=MINUTE)
    begun(database)
    why = failure("30005")
    with database.write() as conn:
        news = ReceivedReceipt(sid(first), "undelivered", "failed", "30005", failure=why)
        keep_receipt(conn, first.attempt, news, now=NOW)
    assert (row(database, which).state, row(database, which).in_call) == ("sending", True)


def test_which_sender_carried_it_is_written_down(database: Database) -> None:
    which, call = posted(database), begun(database)
    with database.write() as conn:
        out = Outcome(call, "accepted", provider_id=sid(call), carried_by="second")
        outcomes.record(conn, [out], now=NOW, unsure_for=MINUTE)
    assert row(database, which).carried_by == "second"


@pytest.mark.parametrize("kind", ["bad_number", "consent", "content", "trial", "unknown"])
@pytest.mark.parametrize("tries", [1, 2])
def test_these_are_never_tried_again(kind: Kind, tries: int) -> None:
    why = Failure("1", kind, "Why.")
    assert not may_go_again(why, tries=tries, elsewhere=False)
    assert not may_go_again(why, tries=tries, elsewhere=True)
