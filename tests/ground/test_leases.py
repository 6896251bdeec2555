"""One process at a time has a job; when it dies another gets it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from delivery.store.engine import Database
from delivery.store.leases import take_lease
from tests.times import NOW
from tests.together import at_once

TEN = timedelta(seconds=10)


def _take(database: Database, me: str, after: float = 0) -> int | None:
    with database.write() as conn:
        return take_lease(conn, "job", me, now=NOW + timedelta(seconds=after), lasts=TEN)


def test_the_first_has_it_and_keeps_it(database: Database) -> None:
    assert _take(database, "a") == 1
    assert _take(database, "b") is None
    assert _take(database, "a") == 1


def test_only_one_of_many_gets_it(database: Database) -> None:
    got = at_once([partial(_take, database, f"p{number}") for number in range(12)])
    assert sorted(got, key=str) == [1] + [None] * 11


def test_a_lease_that_ran_out_goes_to_the_next_with_a_new_fence(database: Database) -> None:
    with database.write() as conn:
        take_lease(conn, "job", "a", now=NOW, lasts=timedelta(seconds=-1))
    assert _take(database, "b", after=5) == 2
    assert _take(database, "a", after=5) is None
