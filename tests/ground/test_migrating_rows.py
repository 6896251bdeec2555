"""A database with customers in it is brought to the tables of today with all its rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import text

from delivery.store import holds, slots
from delivery.store.engine import Database, engine_for
from delivery.store.migrate import config, migrate
from delivery.store.seeds import TOWN
from tests.nests import wrong_counts

START = datetime(2026, 3, 12, 15, tzinfo=UTC)
ROWS: dict[str, dict[str, Any]] = {
    "catalogue": {"version": 1, "document": TOWN.read_text("utf-8"), "digest": "d",
                  "loaded_at": START},
    "quote": {"id": "q_1", "at": START, "valid_until": START, "catalogue_version": 1,
              "request": "{}", "answer": b"{}"},
    "slot": {"id": 7, "service": "home", "zone": "z", "start_at": START, "within": "[]",
             "end_at": START + timedelta(hours=4), "capacity": 3, "taken": 1},
    "hold": {"id": "h-1", "quote_id": "q_1", "option_id": "opt_home.s7", "option": "{}",
             "slot_id": 7, "state": "open", "origin": "chosen", "created_at": START,
             "expires_at": START},
}  # fmt: skip


def test_slots_and_who_holds_them_live_through_every_migration(bare_url: str) -> None:
    database = Database(engine_for(bare_url))
    with database.write() as conn:
        settings = config()
        settings.attributes["connection"] = conn
        command.upgrade(settings, "0001")
        for table, row in ROWS.items():
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(f":{name}" for name in row)
            conn.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), _plain(row))
    migrate(database)
    with database.write() as conn:
        held = holds.get(conn, "h-1")
        assert (held.slot_id, held.load, held.option) == (7, 0, json.loads("{}"))
        kept = slots.get(conn, 7)
        assert (kept.capacity, kept.taken, kept.load_capacity) == (3, 1, None)
        assert kept.window.start == START
        assert wrong_counts(conn) == []
        assert slots.take_place(conn, kept)
        slots.give_back_place(conn, kept)
    database.close()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    # As both databases take a time without asking a column how.
    return {
        name: value.strftime("%Y-%m-%d %H:%M:%S.%f+00") if isinstance(value, datetime) else value
        for name, value in row.items()
    }
