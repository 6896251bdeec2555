"""The demo town, put into a database: its catalogue and two weeks of slots."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from delivery.store import new_slots
from delivery.store.catalogue import load_catalogue
from delivery.store.catalogue_reading import read_catalogue
from delivery.store.engine import Database

TOWN = Path(__file__).parent.parent / "town" / "town.toml"


def seed(database: Database, *, now: datetime) -> None:
    """Load the demo town and its slots; again without harm."""
    document = TOWN.read_text("utf-8")
    with database.write() as conn:
        version = load_catalogue(conn, document, now=now)
        for service in read_catalogue(document, version).services:
            if service.promise == "slot":
                new_slots.fill(conn, service, now=now)
