"""Throw away what nobody will ask for again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, select

from delivery.store import broadcasts
from delivery.store.engine import Database
from delivery.store.tables import hold, idempotency, quote, session

#: Support people look at yesterday's quotes, not at last week's.
QUOTES_KEPT = timedelta(days=3)
#: Longer than any client retries (Stripe keeps its answers 24 hours).
ANSWERS_KEPT = timedelta(hours=48)
#: Longer than a draft can be confirmed.
DRAFTS_KEPT = timedelta(hours=24)
BATCH = 1000

_OLD_QUOTES = (
    select(quote.c.id)
    .where(quote.c.valid_until < bindparam("before"))
    .where(~exists().where(hold.c.quote_id == quote.c.id))
    .limit(BATCH)
)
_QUOTES = delete(quote).where(quote.c.id.in_(_OLD_QUOTES.scalar_subquery()))
_ANSWERS = delete(idempotency).where(idempotency.c.at < bindparam("before"))
_SESSIONS = delete(session).where(session.c.until < bindparam("before"))


def sweep(database: Database, *, now: datetime) -> bool:
    """Remove a batch of old quotes, an old draft, old answers and log-ins; True if more may."""
    with database.write() as conn:
        swept = conn.execute(_QUOTES, {"before": now - QUOTES_KEPT}).rowcount
        conn.execute(_ANSWERS, {"before": now - ANSWERS_KEPT})
        conn.execute(_SESSIONS, {"before": now})
    # Each with as many rows as it would have reached: one at a time.
    with database.write() as conn:
        thrown = broadcasts.throw_away_draft(conn, before=now - DRAFTS_KEPT)
    return thrown or swept == BATCH
