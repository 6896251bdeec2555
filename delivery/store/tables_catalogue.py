"""Rows of the catalogue: a version is a list of parts, and each part is kept once."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from notifications.columns import UtcDateTime
from notifications.tables import metadata

catalogue = Table(
    "catalogue",
    metadata,
    # Every edit is a new version; quotes name the one they were made from.
    Column("version", Integer, primary_key=True, autoincrement=False),
    # The digest of each part by its name: {"service/home": "…"}.
    Column("manifest", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)

catalogue_part = Table(
    "catalogue_part",
    metadata,
    # Of kind, code and body: what did not change is the same row in every version.
    Column("digest", String(32), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("code", String(48), nullable=False),
    Column("body", JSON, nullable=False),
)
