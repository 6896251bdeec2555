"""Counting which promises were kept, and learning what days to promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from delivery.house import House
from delivery.rules.catalogue import Catalogue
from delivery.rules.kept_promises import LOOKED_BACK, Key, Learnt, Outcome, counted
from delivery.rules.learnt_days import late, learn
from delivery.store import track_records


def record_outcomes(house: House, *, now: datetime) -> bool:
    """Count the last 90 days anew; True when there was something new to keep."""
    # Counting takes seconds where there are many; nobody waits for it.
    with house.database.read() as conn:
        known = track_records.newest(conn)
        seen = track_records.outcomes(conn, since=now - LOOKED_BACK, until=now)
    found = counted(seen, now)
    days = _learnt(house.catalogues.current(), seen, now) if seen else {}
    if (found.by_area, days) == (known.by_area, known.days):
        return False
    newer = replace(found, version=known.version + 1, days=days)
    with house.database.write() as conn:
        return track_records.add(conn, newer, now=now)


def _learnt(catalogue: Catalogue, seen: list[Outcome], now: datetime) -> dict[Key, Learnt]:
    services = {each.code: each for each in catalogue.services}
    known = [(services[each.service], each) for each in seen if each.service in services]
    found = (late(service, each, now) for service, each in known)
    return learn(each for each in found if each is not None)
