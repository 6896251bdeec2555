"""What it costs to begin and to record a few does not grow with how many others there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from delivery.store.engine import Database
from notifications import bulk, claims, outcomes
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
        bulk.by_keys(conn)
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


def _plan_of_recording(database: Database, *, by_keys: bool) -> str:
    taken = claim(database, "we", most=8)
    with database.write() as conn:
        calls = claims.begin(conn, "we", taken, now=NOW, until=NOW + MINUTE)
    # However many rows there once were: now there are few, and PostgreSQL knows it.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM (ANALYZE) message, attempt")
    said: list[tuple[str, Any]] = []

    def listen(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    with database.engine.connect() as conn, conn.begin() as transaction:
        if by_keys:
            bulk.by_keys(conn)
        event.listen(database.engine, "before_cursor_execute", listen)
        sent = [Outcome(each, "accepted", provider_id=f"SM{each.attempt}") for each in calls]
        outcomes.record(conn, sent, now=NOW, unsure_for=MINUTE)
        event.remove(database.engine, "before_cursor_execute", listen)
        plans = [
            row[0]
            for statement, parameters in said
            for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        ]
        transaction.rollback()
    return "\n".join(plans)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_outcomes_are_not_found_by_reading_a_table_through(database: Database) -> None:
    """The twin, which PostgreSQL would keep when the table has grown, reads all of it."""
    fill(database, 16)
    assert "Seq Scan" in _plan_of_recording(database, by_keys=False)
    assert "Seq Scan" not in _plan_of_recording(database, by_keys=True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_plan_is_not_kept_from_when_the_table_was_small(database: Database) -> None:
    with database.write() as conn:
        bulk.by_keys(conn)
        assert conn.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_custom_plan"
    with database.write() as conn:
        assert conn.exec_driver_sql("SHOW plan_cache_mode").scalar() == "auto"
