"""What it costs to begin and to record a few does not grow with how many others there are."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from delivery.store.engine import Database
from notifications import claims, outcomes
from notifications.outcomes import Outcome
from tests.notifications.effort import effort
from tests.notifications.test_claims import claim, fill
from tests.times import NOW

MINUTE = timedelta(minutes=1)


def _cost(database: Database) -> int:
    """Of beginning and recording eight."""
    taken = claim(database, "we", most=8)
    assert len(taken) == 8

    def work(conn: Connection) -> None:
        calls = claims.begin(conn, "we", taken, now=NOW, until=NOW + MINUTE)
        assert len(calls) == 8
        sent = [Outcome(each, "accepted", provider_id=f"SM{each.attempt}") for each in calls]
        outcomes.record(conn, sent, now=NOW, unsure_for=MINUTE)

    if database.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("ANALYZE")
    return effort(database, work)


def test_others_cost_nothing(database: Database) -> None:
    fill(database, 8)
    alone = _cost(database)
    with database.write() as conn:
        conn.exec_driver_sql("DELETE FROM message")
    fill(database, 3000)
    assert _cost(database) < 2 * alone + 10
