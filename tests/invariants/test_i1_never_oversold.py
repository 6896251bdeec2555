"""I1: in every committed state no window or point has more in it than its places and load."""

from __future__ import annotations

import multiprocessing
from functools import partial

import pytest
from sqlalchemy import Connection, create_engine, select, update

from delivery.store import point_slots, slots
from delivery.store.engine import Database, engine_for
from delivery.store.tables import slot
from tests.invariants.shop_servers import KEYS, running_servers
from tests.loopback import Api
from tests.nests import a_slot, loads, taken, wrong_counts
from tests.shopping import a_quote, van_times
from tests.times import HELSINKI, NOW
from tests.together import at_once

CLIENTS, TRIES = 4, 25


def _client(name: str, url: str, quote: str, options: list[str], kept: object) -> None:
    """One shop in a process of its own: holds in three nested windows, some given back."""
    won = lost = 0
    with Api(url, KEYS) as api:
        for number in range(TRIES):
            body = {"quote": quote, "option": options[number % len(options)]}
            path = f"/v1/holds/{name}-{number}"
            status = api.put(path, json=body).status_code
            assert status in (201, 409), status
            won, lost = won + (status == 201), lost + (status == 409)
            if status == 201 and number % 10 == 7:
                assert api.delete(path).status_code == 204
                won -= 1
    kept.put((won, lost))  # type: ignore[attr-defined]


def test_clients_in_processes_of_their_own_never_get_one_place_twice(database_url: str) -> None:
    with running_servers(database_url, 2) as servers, servers[0].api() as api:
        quote = a_quote(api)["id"]
        hour = van_times(api, quote, 60)[-1]
        number = int(hour["id"].rpartition(".s")[2])
        database = Database(engine_for(database_url))
        with database.write() as conn:
            chain = slots.get(conn, number).chain
            conn.execute(update(slot).where(slot.c.id.in_(chain)).values(capacity=30))
            conn.execute(update(slot).where(slot.c.id == number).values(capacity=15))
        options = [f"{hour['id'].rpartition('.s')[0]}.s{each}" for each in chain]
        kept: multiprocessing.Queue[tuple[int, int]] = multiprocessing.Queue()
        clients = [
            multiprocessing.Process(
                target=_client, args=(f"c{at}", servers[at % 2].url, quote, options, kept)
            )
            for at in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        given = [kept.get(timeout=60) for _ in clients]
        for client in clients:
            client.join(timeout=60)
            assert client.exitcode == 0
        with database.read() as conn:
            assert wrong_counts(conn) == []
            assert slots.get(conn, chain[0]).taken == sum(won for won, _ in given) == 30
        assert sum(lost for _, lost in given) > 0
        database.close()


def _take(database: Database, slot_id: int) -> int:
    won = 0
    for _ in range(20):
        with database.write() as conn:
            won += slots.take_place(conn, slots.get(conn, slot_id))
    return won


def _look_then_take(database: Database, slot_id: int) -> int:
    """The bad twin: looks whether there is room, then writes what it has counted."""
    won = 0
    for _ in range(20):
        with database.write() as conn:
            seen = slots.get(conn, slot_id)
            if seen.taken < seen.capacity:
                one_more = {"taken": seen.taken + 1}
                conn.execute(update(slot).where(slot.c.id == slot_id).values(one_more))
                won += 1
    return won


def _places_won(database: Database, take: object) -> tuple[int, int]:
    with database.write() as conn:
        wanted = a_slot(conn, NOW, 4, capacity=50)
    won = at_once([partial(take, database, wanted.id)] * 8)  # type: ignore[arg-type]
    with database.read() as conn:
        return sum(won), taken(conn, wanted)[0]


def test_threads_take_as_many_places_as_there_are(database: Database) -> None:
    assert _places_won(database, _take) == (50, 50)


def test_the_twin_that_looks_first_oversells(database_url: str) -> None:
    """On PostgreSQL as it is; on SQLite with an engine that begins late, as drivers do."""
    database = Database(engine_for(database_url))
    if database.name == "sqlite":
        database.close()
        database = Database(_late_beginner(database_url))
        database._turn = None
    won, _ = _places_won(database, _look_then_take)
    database.close()
    assert won > 50


def _late_beginner(url: str) -> object:
    return create_engine(url, connect_args={"timeout": 30})


LOAD = 3


def _take_load(database: Database, slot_id: int) -> int:
    won = 0
    for _ in range(20):
        with database.write() as conn:
            won += slots.take_place(conn, slots.get(conn, slot_id), LOAD)
    return won


def _look_then_take_load(database: Database, slot_id: int) -> int:
    """The bad twin of loads: looks whether there is room, then writes what it has counted."""
    won = 0
    for _ in range(20):
        with database.write() as conn:
            seen = slots.get(conn, slot_id)
            if seen.load_capacity is not None and seen.load_taken + LOAD <= seen.load_capacity:
                more = {"load_taken": seen.load_taken + LOAD}
                conn.execute(update(slot).where(slot.c.id == slot_id).values(more))
                won += 1
    return won


def _loads_won(database: Database, take: object) -> tuple[int, int]:
    with database.write() as conn:
        wanted = a_slot(conn, NOW, 4, capacity=999, load=50)
    won = at_once([partial(take, database, wanted.id)] * 8)  # type: ignore[arg-type]
    with database.read() as conn:
        return sum(won), loads(conn, wanted)[0]


def test_threads_take_as_much_load_as_there_is(database: Database) -> None:
    assert _loads_won(database, _take_load) == (16, 48)


def test_the_twin_that_looks_first_overloads(database_url: str) -> None:
    database = Database(engine_for(database_url))
    if database.name == "sqlite":
        database.close()
        database = Database(_late_beginner(database_url))
        database._turn = None
    won, _ = _loads_won(database, _look_then_take_load)
    database.close()
    assert won * LOAD > 50


def test_a_points_day_takes_as_many_parcels_as_it_has(database: Database) -> None:
    def fetch(_number: int) -> int:
        won = 0
        for _ in range(10):
            with database.write() as conn:
                day = point_slots.find_or_make(conn, "locker", "kallio", NOW.date(), HELSINKI, 31)
                won += slots.take_place(conn, day, 2)
        return won

    assert sum(at_once([partial(fetch, number) for number in range(8)])) == 15
    with database.read() as conn:
        [day] = conn.execute(select(slot.c.taken, slot.c.load_taken)).all()
    assert tuple(day) == (15, 30)


def test_the_database_itself_refuses_one_place_too_many(database: Database) -> None:
    """The second wall: even a taker without the guard cannot get past CHECK."""

    def unguarded(conn: Connection, slot_id: int) -> None:
        conn.execute(update(slot).where(slot.c.id == slot_id).values(taken=slot.c.taken + 1))

    with database.write() as conn:
        wanted = a_slot(conn, NOW, 4, capacity=1)
        assert slots.take_place(conn, wanted)
    with pytest.raises(Exception, match="not_oversold"), database.write() as conn:
        unguarded(conn, wanted.id)
    with database.read() as conn:
        assert conn.execute(select(slot.c.taken)).scalar_one() == 1
