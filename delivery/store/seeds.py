"""The demo town, put into a database: its catalogue and two weeks of slots."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from delivery.rules.slot_plans import plans_of
from delivery.store import new_slots
from delivery.store.catalogue import rows
from delivery.store.catalogue.catalogues import Catalogues, load_catalogue, ready
from delivery.store.engine import Database

TOWN = Path(__file__).parent.parent / "town" / "town.toml"


def seed(database: Database, *, now: datetime, once: bool = False) -> None:
    """Load the demo town and its slots; again without harm.

    With `once` a catalogue that is there already stays, the shop's own for instance.
    """
    if once:
        with database.read() as conn:
            if rows.newest(conn) is not None:
                return
    make_town(database, TOWN.read_text("utf-8"), now=now)


def make_town(database: Database, document: str, *, now: datetime) -> None:
    """Load the catalogue of this document and make its slots. Raises `CatalogueError`."""
    made = ready(document)
    with database.write() as conn:
        load_catalogue(conn, made, now=now)
    services = Catalogues(database).current().services
    plans = [plan for service in services for plan in plans_of(service, now)]
    with database.write() as conn:
        for plan in plans:
            if plan.limits:
                new_slots.apply(conn, plan, now=now)
