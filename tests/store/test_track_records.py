"""The record of promises kept in memory: versions for good, and no query where one is believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from delivery.rules.kept_promises import TrackRecord
from delivery.rules.refusals import NotFound
from delivery.store import track_records
from delivery.store.engine import Database
from delivery.store.track_records import Records
from tests.times import NOW


def _add(database: Database, version: int, kept: int = 20) -> bool:
    record = TrackRecord.from_json(version, [["home", "inner", kept, 20]])
    with database.write() as conn:
        return track_records.add(conn, record, now=NOW)


@contextmanager
def _queries(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement != "BEGIN":
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_without_any_the_record_is_empty_and_has_version_0(database: Database) -> None:
    records = Records(database)
    assert records.current() == records.version(0)
    assert records.current().version == 0
    assert records.current().rate("home", "inner") is None


def test_a_version_is_written_once(database: Database) -> None:
    assert _add(database, 1, kept=20)
    assert not _add(database, 1, kept=3)
    assert Records(database).version(1).rate("home", "inner") == (20, 20)


def test_an_unknown_version_is_refused_and_found_once_it_is_there(database: Database) -> None:
    records = Records(database)
    with pytest.raises(NotFound):
        records.version(1)
    _add(database, 1)
    assert records.version(1).rate("home", "inner") == (20, 20)


def test_what_is_believed_is_not_looked_up(database: Database) -> None:
    _add(database, 1)
    records = Records(database)
    records.current()
    records._believed_until = float("inf")
    with _queries(database) as asked:
        assert {records.current().version for _ in range(100)} == {1}
    assert asked == []
    _add(database, 2)
    assert records.current().version == 1
    records._believed_until = 1.0
    with _queries(database) as asked:
        assert {records.current().version for _ in range(100)} == {2}
    assert len(asked) == 2, asked


def test_while_one_looks_the_others_go_on_with_what_they_have(database: Database) -> None:
    records = Records(database)
    records.current()
    _add(database, 1)
    records._believed_until = 1.0
    with records._looking:
        assert records.current().version == 0
    assert records.current().version == 1
