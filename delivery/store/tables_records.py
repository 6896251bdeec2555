"""Rows of the record of promises kept."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from notifications.columns import UtcDateTime
from notifications.tables import metadata

track_record = Table(
    "track_record",
    metadata,
    # A version never changes: quotes name the one they showed.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    # [[service, area, kept, of], …]
    Column("kept", JSON, nullable=False),
    # [[service, area, working days more than the base, arrived by then, of], …]
    Column("days", JSON),
)
