"""Jobs run in one process at a time, survive their own errors, and go on until nothing is left."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from delivery.house import House
from delivery.store.tables import lease
from delivery.worker import JOBS, Job, Ticker
from tests.times import NOW


class Counted:
    """A job that has so many pieces to do."""

    def __init__(self, pieces: int = 1) -> None:
        self.left = pieces
        self.turns = 0

    def __call__(self, house: House, now: object) -> bool:
        self.turns += 1
        self.left -= 1
        return self.left > 0


def test_only_the_holder_of_the_lease_works(house: House) -> None:
    turn = Counted()
    job = Job("a job", 1, turn)
    first, second = Ticker(house, "first"), Ticker(house, "second")
    first.tick(job)
    second.tick(job)
    assert turn.turns == 1


def test_a_dead_process_loses_its_jobs_to_another(house: House) -> None:
    turn = Counted()
    job = Job("a job", 1, turn)
    Ticker(house, "dead").tick(job)
    with house.database.write() as conn:
        conn.execute(update(lease).values(until=NOW - timedelta(minutes=1)))
    Ticker(house, "alive").tick(job)
    assert turn.turns == 2


def test_a_turn_goes_on_while_there_is_more(house: House) -> None:
    turn, woken = Counted(pieces=7), list[int]()
    Ticker(house, "me", lambda: woken.append(turn.turns)).tick(Job("a job", 1, turn))
    assert turn.turns == 7
    assert woken == [1, 2, 3, 4, 5, 6]  # so that what each has posted leaves at once


def test_an_error_does_not_stop_the_next_tick(house: House) -> None:
    turns = []

    def breaks(house: House, now: object) -> None:
        turns.append(now)
        raise LookupError

    ticker = Ticker(house, "me")
    ticker.tick(Job("breaks", 1, breaks))
    ticker.tick(Job("breaks", 1, breaks))
    assert len(turns) == 2


def test_every_job_can_run_with_nothing_to_do(house: House) -> None:
    ticker = Ticker(house, "me")
    for job in JOBS:
        assert job.turn(house, house.clock()) is not True or job.name == "keep slots ahead"
        ticker.tick(job)
