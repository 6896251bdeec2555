"""What stands behind a closed gate stays where it is and costs the others nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, text, update

from delivery.store.engine import Database
from notifications import claims, gates
from notifications.tables import message
from tests.notifications.effort import effort
from tests.notifications.test_claims import MINUTE, change, claim, fill, states
from tests.times import NOW

BULK = "broadcast:1"


def close(database: Database, name: str) -> bool:
    with database.write() as conn:
        return gates.close(conn, name, by="Mikko", why="a wrong day", now=NOW)


def open_(database: Database, name: str) -> bool:
    with database.write() as conn:
        return gates.open_(conn, name)


def begun(database: Database, taken: list[claims.Claimed]) -> list[int]:
    with database.write() as conn:
        calls = claims.begin(conn, "me", taken, now=NOW, until=NOW + MINUTE)
    return [call.message.id for call in calls]


def test_closing_and_opening_say_whether_anything_changed(database: Database) -> None:
    assert close(database, BULK)
    assert not close(database, BULK)
    with database.read() as conn:
        (closed,) = gates.closed(conn)
    assert (closed.name, closed.closed_at, closed.by, closed.why) == (
        BULK, NOW, "Mikko", "a wrong day",
    )  # fmt: skip
    assert open_(database, BULK)
    assert not open_(database, BULK)


def test_nothing_behind_a_closed_gate_is_claimed(database: Database) -> None:
    first, second, third = fill(database, 3)
    change(database, first, gate=BULK)
    change(database, second, gate="broadcast:2")
    close(database, BULK)
    assert {each.id for each in claim(database)} == {second, third}
    open_(database, BULK)
    assert [each.id for each in claim(database)] == [first]


def test_what_is_claimed_is_asked_about_once_more(database: Database) -> None:
    first, second = fill(database, 2)
    change(database, first, gate=BULK)
    taken = claim(database)
    close(database, BULK)
    assert begun(database, taken) == [second]
    assert states(database) == ["queued", "sending"]


def test_a_twin_that_asks_only_at_the_claim_begins_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 2, gate=BULK)
    taken = claim(database)
    close(database, BULK)
    forgetful = update(message).where(claims._OURS).values(in_call=True)
    monkeypatch.setattr(
        claims, "_BEGIN", forgetful.returning(message.c.id, message.c.attempts)
    )  # fmt: skip
    assert len(begun(database, taken)) == 2


def test_the_gate_before_everything_stops_everything(database: Database) -> None:
    fill(database, 3)
    taken = claim(database, most=1)
    close(database, gates.EVERYTHING)
    assert claim(database) == []
    assert begun(database, taken) == []
    open_(database, gates.EVERYTHING)
    assert len(claim(database)) == 3


def test_answers_come_first_and_bulk_shares(database: Database) -> None:
    ids = fill(database, 40, lane=2)
    for number in ids[:20]:
        change(database, number, gate=BULK)
    for number in ids[20:38]:
        change(database, number, gate="broadcast:2")
    change(database, ids[38], lane=0, due_at=NOW)
    change(database, ids[39], lane=1)
    taken = [each.id for each in claim(database, most=12)]
    assert taken[:2] == [ids[38], ids[39]]
    assert len([each for each in taken if each in ids[:20]]) == 5
    assert len(taken) == 12


def crowd(database: Database, count: int, **more: object) -> None:
    """So many waiting in one line, written by the database itself."""
    one = fill(database, 1, lane=2, **more)[-1]
    copied = [each.name for each in message.c if each.name not in ("id", "dedupe_key")]
    names = ", ".join(f'"{each}"' for each in copied)
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})"
        " SELECT i FROM n"
    )
    with database.write() as conn:
        conn.execute(
            text(f"INSERT INTO message (dedupe_key, {names}) SELECT 'c' || i, {names}"
                 f" FROM message CROSS JOIN ({numbers}) AS numbers WHERE message.id = {one}")
        )  # fmt: skip
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("ANALYZE")


def look(conn: Connection) -> None:
    claims.claim(conn, "me", most=256, now=NOW, until=NOW + MINUTE)


@pytest.mark.parametrize("held", [{"gate": BULK}, {"due_at": NOW + MINUTE}, {"channel": "fax"}])
def test_a_crowd_that_may_not_move_costs_the_others_nothing(
    database: Database, held: dict[str, object]
) -> None:
    """Behind a closed gate, not due (put to sleep, say), or of a channel that is held."""
    close(database, BULK)
    fill(database, 5, lane=1)
    alone = effort(database, look)
    with database.write() as conn:
        conn.execute(update(message).values(dedupe_key="first" + message.c.dedupe_key))
    crowd(database, 20_000, **held)
    assert effort(database, look) <= alone * 2 + 20
    assert len(claim(database, most=256)) == 5


@pytest.mark.parametrize("behind", [None, BULK])
def test_a_long_line_costs_no_more_than_what_is_taken(
    database: Database, behind: str | None
) -> None:
    fill(database, 300, gate=behind)
    short = effort(database, look)
    with database.write() as conn:
        conn.execute(update(message).values(dedupe_key="first" + message.c.dedupe_key))
    crowd(database, 20_000, gate=behind)
    assert effort(database, look) <= short * 1.5


def test_a_twin_that_walks_the_queue_pays_for_each(database: Database) -> None:
    crowd(database, 20_000, gate=BULK)
    close(database, BULK)

    def walk(conn: Connection) -> None:
        due = select(message.c.id).where(message.c.state == "queued", gates.ALL_OPEN)
        conn.execute(due.order_by(message.c.lane, message.c.due_at).limit(256)).all()

    assert effort(database, walk) > 4 * effort(database, look)
