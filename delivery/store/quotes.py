"""Quotes as they were given: what was asked, what was answered, from which catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from delivery.rules.refusals import NotFound
from delivery.store.tables import quote

ADD = insert(quote)
_GET = select(
    quote.c.id, quote.c.at, quote.c.valid_until, quote.c.catalogue_version,
    quote.c.record_version, quote.c.facts, quote.c.request, quote.c.answer,
).where(quote.c.id == bindparam("id"))  # fmt: skip
_ANSWER = select(quote.c.answer).where(quote.c.id == bindparam("id"))


@dataclass(frozen=True)
class Quote:
    """One answer to one request, locked: with what it was made from it gives every option again."""

    id: str
    at: datetime
    valid_until: datetime
    catalogue_version: int
    #: Of the record of promises kept; 0 when there was none.
    record_version: int
    #: What changes between two quotes of one moment, see `rules.facts`.
    facts: dict[str, Any]
    request: dict[str, Any]
    answer: bytes


class NoSuchQuote(NotFound):
    """There is no quote with this id."""


def add(conn: Connection, quote: Quote) -> None:
    conn.execute(ADD, dict(vars(quote)))


def get(conn: Connection, quote_id: str) -> Quote:
    """Raises `NoSuchQuote`."""
    row = conn.execute(_GET, {"id": quote_id}).first()
    if row is None:
        raise NoSuchQuote
    return Quote(*row)


def get_answer(conn: Connection, quote_id: str) -> bytes:
    """The answer, byte for byte. Raises `NoSuchQuote`."""
    answer: bytes | None = conn.execute(_ANSWER, {"id": quote_id}).scalar()
    if answer is None:
        raise NoSuchQuote
    return answer
