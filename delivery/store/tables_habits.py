"""Rows of what people chose themselves, and of what was learnt from it.

No name, phone or address is among them: only the customer's id as the shop calls it, and what
each option was like.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, text

from notifications.columns import UtcDateTime
from notifications.tables import RowId, metadata

choice = Table(
    "choice",
    metadata,
    Column("id", RowId, primary_key=True),
    # One look at options is one choice, however often it is booked from.
    Column("quote_id", String(40), nullable=False, unique=True),
    Column("customer_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What each option was like (`rules/taste/taste.py`), and which of them was chosen.
    Column("features", JSON, nullable=False),
    Column("chosen", Integer, nullable=False),
    # What the chosen one was, in the words that a reason is made of, the most exact first.
    Column("traits", JSON, nullable=False),
    Column("learnt", Boolean, nullable=False, server_default=text("false")),
)
Index("ix_choice_customer", choice.c.customer_id, choice.c.id)
Index(
    "ix_choice_waiting",
    choice.c.id,
    postgresql_where=~choice.c.learnt,
    sqlite_where=~choice.c.learnt,
)

habit = Table(
    "habit",
    metadata,
    Column("customer_id", String(64), primary_key=True),
    # Weights, their covariance and the traits of the last choices, at most 1 kB.
    Column("known", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

taste_prior = Table(
    "taste_prior",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("mean", JSON, nullable=False),
    Column("covariance", JSON, nullable=False),
    # The last choice it was learnt from, and how many there were.
    Column("until", RowId, nullable=False),
    Column("choices", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
