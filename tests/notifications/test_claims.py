"""Each due message is taken by one worker, in order, and asked about once more before its call."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from delivery.store.engine import Database
from notifications import claims, consent
from notifications.claims import Claimed
from notifications.tables import attempt, message
from tests.times import NOW
from tests.together import at_once

MINUTE = timedelta(minutes=1)


def fill(database: Database, count: int, **more: object) -> list[int]:
    """So many due messages; their numbers, in order."""
    with database.write() as conn:
        conn.execute(
            insert(message),
            [{"notice": "word", "recipient": f"+35840{number:07}", "locale": "en", "body": "x",
              "segments": 1, "about": "B1", "dedupe_key": f"k{number}", "lane": 1, "due_at": NOW,
              "created_at": NOW, "changed_at": NOW} | more for number in range(count)],
        )  # fmt: skip
        return list(conn.execute(select(message.c.id).order_by(message.c.id)).scalars())


def claim(database: Database, who: str = "me", most: int = 10) -> list[Claimed]:
    with database.write() as conn:
        return claims.claim(conn, who, most=most, now=NOW, until=NOW + MINUTE)


def states(database: Database) -> list[str]:
    with database.read() as conn:
        return list(conn.execute(select(message.c.state).order_by(message.c.id)).scalars())


def change(database: Database, number: int, **values: object) -> None:
    with database.write() as conn:
        conn.execute(update(message).where(message.c.id == number).values(**values))


def test_answers_first_then_the_longest_due(database: Database) -> None:
    first, second, third, fourth = fill(database, 4)
    change(database, fourth, lane=0)
    change(database, third, due_at=NOW - MINUTE)
    change(database, first, due_at=NOW + MINUTE)
    assert [each.id for each in claim(database)] == [fourth, third, second]


def test_many_workers_at_once_share_without_a_double(database: Database) -> None:
    posted = fill(database, 200)

    def work(who: str) -> list[int]:
        taken: list[int] = []
        while mine := claim(database, who, most=7):
            taken.extend(each.id for each in mine)
        return taken

    taken = at_once([partial(work, f"w{number}") for number in range(6)])
    assert sorted(itertools.chain(*taken)) == posted


def test_what_comes_too_late_expires_instead_of_leaving(database: Database) -> None:
    first, _ = fill(database, 2, not_after=NOW + MINUTE / 2)
    change(database, first, not_after=NOW)
    (taken,) = claim(database)
    assert states(database) == ["expired", "sending"]
    with database.write() as conn:  # and again right before the call
        later = NOW + MINUTE / 2
        assert claims.begin(conn, "me", [taken], now=later, until=later + MINUTE) == []
    assert states(database) == ["expired", "expired"]


def begin_as(database: Database, who: str, taken: list[Claimed], **later: float) -> int:
    with database.write() as conn:
        now = NOW + timedelta(**later)
        return len(claims.begin(conn, who, taken, now=now, until=now + MINUTE))


def test_only_the_owner_begins_and_only_within_the_lease(database: Database) -> None:
    fill(database, 1)
    taken = claim(database)
    assert begin_as(database, "other", taken) == 0
    assert begin_as(database, "me", taken, minutes=1) == 0
    assert begin_as(database, "me", taken, seconds=59) == 1
    with database.read() as conn:
        (row,) = conn.execute(select(attempt))
    assert (row.message_id, row.number, row.outcome) == (taken[0].id, 1, None)


def test_who_opts_out_between_claim_and_call_gets_no_call(database: Database) -> None:
    fill(database, 2)
    taken = claim(database)
    with database.write() as conn:
        consent.opt_out(conn, taken[0].to, source="reply", words="STOP", now=NOW)
    assert begin_as(database, "me", taken) == 1
    assert states(database) == ["suppressed", "sending"]


def test_a_twin_that_asks_only_when_claiming_would_call(database: Database) -> None:
    fill(database, 1)
    taken = claim(database)
    with database.write() as conn:
        consent.opt_out(conn, taken[0].to, source="reply", words="STOP", now=NOW)
    with database.write() as conn:  # as ours, without the second question
        begun = conn.execute(
            update(message)
            .where(message.c.id == taken[0].id, message.c.state == "sending",
                   message.c.lease_by == "me")
            .values(attempts=message.c.attempts + 1, in_call=True)
            .returning(message.c.id)
        ).all()  # fmt: skip
    assert len(begun) == 1


def test_what_is_given_back_can_be_claimed_again(database: Database) -> None:
    fill(database, 3)
    taken = claim(database)
    assert begin_as(database, "me", taken[:1]) == 1
    with database.write() as conn:
        claims.give_back(conn, "me", taken, now=NOW)
    assert states(database) == ["sending", "queued", "queued"]


@pytest.mark.parametrize("most", [1, 64])
def test_a_claim_never_takes_more_than_asked(database: Database, most: int) -> None:
    fill(database, 100)
    assert len(claim(database, most=most)) == most
