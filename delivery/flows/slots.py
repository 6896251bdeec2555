"""Keeping slots two weeks ahead, and what the newest catalogue says they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from delivery.rules.slot_plans import plans_of
from delivery.store import new_slots
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.engine import Database

#: Longer than any zone's day lies behind another's.
_DAYS_KEPT = timedelta(days=3)


def make_slots(database: Database, catalogues: Catalogues, *, now: datetime) -> int:
    """Add the slots that are missing up to 14 days ahead, and align those there are.

    How many were added. One read where nothing has changed; else one transaction for each service
    and day that has, so that nobody waits long behind it.
    """
    with database.read() as conn:
        made_from = new_slots.plans(conn)
    dropped = {service for service, _ in made_from}
    added = 0
    for service in catalogues.current().services:
        for plan in plans_of(service, now):
            dropped.discard(service.code)
            before = made_from.get((plan.service, plan.day))
            if plan.digest != before and (plan.limits or before):
                with database.write() as conn:
                    added += new_slots.apply(conn, plan, now=now)
    _shut(database, dropped, now)
    oldest = (now - _DAYS_KEPT).date()
    if any(day < oldest.isoformat() for _, day in made_from if day):
        with database.write() as conn:
            new_slots.forget_days(conn, before=oldest)
    return added


def _shut(database: Database, services: set[str], now: datetime) -> None:
    for service in sorted(services):
        with database.write() as conn:
            new_slots.shut(conn, service, now=now)
