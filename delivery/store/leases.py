"""One process at a time may do a job: a lease, kept in the database where ops can see it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from delivery.store.tables import lease


def _take(insert: type[sqlite.Insert] | type[postgresql.Insert]):  # type: ignore[no-untyped-def]
    fresh = insert(lease).values(
        name=bindparam("job"), holder=bindparam("me"), until=bindparam("later"), fence=1
    )
    return fresh.on_conflict_do_update(
        index_elements=[lease.c.name],
        set_={
            "holder": bindparam("me"),
            "until": bindparam("later"),
            # Raised when the holder changes, so that a stalled one can be told from the new one.
            "fence": case(
                (lease.c.holder == bindparam("me"), lease.c.fence), else_=lease.c.fence + 1
            ),
        },
        where=or_(lease.c.until < bindparam("now"), lease.c.holder == bindparam("me")),
    ).returning(lease.c.fence)


_TAKE = {"sqlite": _take(sqlite.Insert), "postgresql": _take(postgresql.Insert)}
_MOMENT = select(func.clock_timestamp())


def take_lease(
    conn: Connection, job: str, me: str, *, now: datetime, lasts: timedelta
) -> int | None:
    """Take or renew the lease of `job`; its fence, or None while another process has it."""
    if conn.dialect.name == "postgresql":
        now = conn.execute(_MOMENT).scalar_one()  # hosts disagree about the time; take the one
    fence: int | None = conn.execute(
        _TAKE[conn.dialect.name], {"job": job, "me": me, "now": now, "later": now + lasts}
    ).scalar()
    return fence
