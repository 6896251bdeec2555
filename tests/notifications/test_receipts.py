"""Receipts come late, twice and out of order; the message ends where it would have in order."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from delivery.store.engine import Database
from notifications import claims, outcomes
from notifications.claims import Call
from notifications.message import RANK, after_receipt, wait_before_retry
from notifications.outcomes import Outcome
from notifications.providers.base import ReceivedReceipt
from notifications.receipts import keep_receipt
from notifications.tables import message, receipt, suppression
from tests.times import NOW

MINUTE = timedelta(minutes=1)
SID = "SM" + "a" * 32
STATUSES = {
    "queued": None, "sending": None, "sent": "sent", "delivered": "delivered",
    "undelivered": "failed", "read": "delivered",
}  # fmt: skip
_keys = itertools.count()


def news(status: str, sid: str = SID) -> ReceivedReceipt:
    error = "30003" if status == "undelivered" else None
    return ReceivedReceipt(sid, status, STATUSES[status], error)


def begun(database: Database) -> Call:
    """A message whose call is out."""
    number = next(_keys)
    with database.write() as conn:
        conn.execute(
            insert(message),
            {"notice": "word", "recipient": "+358401234567", "locale": "en", "body": "x",
             "segments": 1, "about": "B1", "dedupe_key": f"r{number}", "due_at": NOW,
             "created_at": NOW, "changed_at": NOW},
        )  # fmt: skip
        taken = claims.claim(conn, "me", most=1, now=NOW, until=NOW + MINUTE)
        (call,) = claims.begin(conn, "me", taken, now=NOW, until=NOW + MINUTE)
    return call


def tell(database: Database, call: Call, told: ReceivedReceipt) -> bool:
    with database.write() as conn:
        return keep_receipt(conn, call.attempt, told, now=NOW)


def answer(database: Database, outcome: Outcome) -> None:
    with database.write() as conn:
        outcomes.record(conn, [outcome], now=NOW, unsure_for=MINUTE)


def row(database: Database, call: Call) -> tuple[str, str | None, str | None]:
    with database.read() as conn:
        found = conn.execute(
            select(message.c.state, message.c.provider_id, message.c.error).where(
                message.c.id == call.message.id
            )
        ).one()
    return found.state, found.provider_id, found.error


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(st.sampled_from(["queued", "sent", "delivered", "read"]), max_size=8),
    at=st.integers(0, 8), kind=st.sampled_from(["accepted", "unknown"]),
)  # fmt: skip
def test_any_order_and_number_ends_alike(
    database: Database, told: list[str], at: int, kind: str
) -> None:
    """Our own answer comes somewhere among them, or we never see one."""
    call = begun(database)
    sid = f"SM{call.message.id:032x}"
    ours = Outcome(call, kind, "TimeoutError", None if kind == "unknown" else sid)  # type: ignore[arg-type]
    for number, status in enumerate(told):
        if number == at:
            answer(database, ours)
        tell(database, call, news(status, sid))
    if at >= len(told):
        answer(database, ours)
    arrived = {"delivered", "read"} & set(told)
    expected = "delivered" if arrived else "sent"
    if not told and kind == "unknown":
        expected = "unsure"
    assert row(database, call)[0] == expected
    with database.read() as conn:
        kept = conn.execute(select(receipt.c.status).where(receipt.c.provider_id == sid)).scalars()
        assert sorted(kept) == sorted(set(told))


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["queued", "sent", "undelivered"])), ids=" ".join
)
def test_a_failure_stays_with_its_reason(database: Database, order: tuple[str, ...]) -> None:
    call = begun(database)
    for status in order * 2:
        tell(database, call, news(status))
    answer(database, Outcome(call, "accepted", provider_id=SID))
    assert row(database, call) == ("failed", SID, "30003")


def test_a_receipt_before_our_own_answer_attaches_by_the_attempt(database: Database) -> None:
    call = begun(database)
    assert tell(database, call, news("sent"))
    assert row(database, call) == ("sent", SID, None)
    answer(database, Outcome(call, "unknown", "TimeoutError"))
    assert row(database, call) == ("sent", SID, None)
    assert not tell(database, call, news("sent"))  # a second time it says nothing


def test_a_receipt_for_an_attempt_we_do_not_know_changes_nothing(database: Database) -> None:
    call = begun(database)
    with database.write() as conn:
        assert not keep_receipt(conn, "f" * 32, news("delivered"), now=NOW)
    assert row(database, call) == ("sending", None, None)


def test_a_receipt_under_another_id_is_not_of_this_attempt(database: Database) -> None:
    call = begun(database)
    answer(database, Outcome(call, "accepted", provider_id=SID))
    assert not tell(database, call, news("delivered", "SM" + "b" * 32))
    assert row(database, call) == ("sent", SID, None)


def test_a_stop_that_shows_only_in_a_receipt_counts(database: Database) -> None:
    call = begun(database)
    tell(database, call, ReceivedReceipt(SID, "undelivered", "failed", "21610", True))
    with database.read() as conn:
        assert conn.execute(select(suppression.c.recipient)).scalars().all() == ["+358401234567"]


def test_an_old_attempts_answer_cannot_undo_a_newer_one(database: Database) -> None:
    call = begun(database)
    answer(database, Outcome(call, "later", "429"))
    with database.write() as conn:
        now = NOW + MINUTE
        taken = claims.claim(conn, "two", most=1, now=now, until=now + MINUTE)
        (newer,) = claims.begin(conn, "two", taken, now=now, until=now + MINUTE)
    answer(database, Outcome(newer, "accepted", provider_id=SID))
    answer(database, Outcome(call, "refused", "21211"))
    answer(database, Outcome(call, "later", "429"))
    assert row(database, call) == ("sent", SID, None)


@given(st.sampled_from(sorted(RANK)), st.lists(st.sampled_from(["sent", "failed", "delivered"])))
def test_after_receipt_only_climbs(state: str, told: list[str]) -> None:
    for each in told:
        after = after_receipt(state, each)
        assert RANK[after] >= RANK[state]
        assert after_receipt(after, each) == after
        state = after


@given(st.integers(1, 60), st.one_of(st.none(), st.floats(0, 1e6)), st.floats(0, 1))
def test_a_wait_is_never_shorter_than_asked_and_never_endless(
    attempts: int, asked: float | None, chance: float
) -> None:
    wait = wait_before_retry(attempts, asked, chance)
    assert wait >= timedelta(seconds=min(asked or 0, 3600))
    assert timedelta(seconds=0.5) <= wait <= timedelta(minutes=65)
