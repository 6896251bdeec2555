"""Keeping slots two weeks ahead."""

from __future__ import annotations

from datetime import datetime

from delivery.store import new_slots
from delivery.store.catalogue import Catalogues
from delivery.store.engine import Database


def make_slots(database: Database, catalogues: Catalogues, *, now: datetime) -> int:
    """Add the slots that are missing up to 14 days ahead; how many there were."""
    made = 0
    for service in catalogues.current().services:
        if service.promise == "slot":
            with database.write() as conn:
                made += new_slots.fill(conn, service, now=now)
    return made
