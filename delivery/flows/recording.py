"""Counting which promises were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from delivery.rules.kept_promises import LOOKED_BACK, counted
from delivery.store import track_records
from delivery.store.engine import Database


def record_outcomes(database: Database, *, now: datetime) -> bool:
    """Count the last 90 days anew; True when there was something new to keep."""
    # Counting takes seconds where there are many; nobody waits for it.
    with database.read() as conn:
        known = track_records.newest(conn)
        seen = track_records.outcomes(conn, since=now - LOOKED_BACK, until=now)
    found = counted(seen, now)
    if found.by_area == known.by_area:
        return False
    with database.write() as conn:
        return track_records.add(conn, replace(found, version=known.version + 1), now=now)
