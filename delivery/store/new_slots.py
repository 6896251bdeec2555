"""Adding slots: rounds first, so that narrower windows know what they lie within."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from delivery.rules.catalogue import Service
from delivery.rules.rounds import Template, windows_of_day
from delivery.rules.windows import TimeWindow
from delivery.store.tables import slot

#: Two weeks to choose from, whatever the hour.
DAYS_AHEAD = 14

_INSERTS: dict[str, Any] = {
    "sqlite": sqlite.insert(slot).on_conflict_do_nothing(
        index_elements=["service", "zone", "start_at", "end_at"]
    ),
    "postgresql": postgresql.insert(slot).on_conflict_do_nothing(
        index_elements=["service", "zone", "start_at", "end_at"]
    ),
}
_KNOWN = select(slot.c.id, slot.c.start_at, slot.c.end_at).where(
    slot.c.service == bindparam("service"),
    slot.c.zone == bindparam("zone"),
    slot.c.start_at >= bindparam("since"),
)
_Times = tuple[float, float]


def fill(conn: Connection, service: Service, *, now: datetime) -> int:
    """Add the slots of a service that are missing up to `DAYS_AHEAD`; how many there were."""
    today = now.astimezone(service.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    templates = [template for day in days for template in windows_of_day(service, day)]
    return sum(add_missing(conn, service.code, zone, templates) for zone in sorted(service.zones))


def add_missing(conn: Connection, service: str, zone: str, templates: list[Template]) -> int:
    """Insert the windows that are not there yet; how many were added."""
    if not templates:
        return 0
    since = min(template.window.start for template in templates)
    asked = {"service": service, "zone": zone, "since": since}
    known = _known(conn, asked)
    before = len(known)
    for depth in range(1 + max(len(template.within) for template in templates)):
        missing = [
            _row(service, zone, template, known)
            for template in templates
            if len(template.within) == depth and _times(template.window) not in known
        ]
        if missing:
            conn.execute(_INSERTS[conn.dialect.name], missing)
            known = _known(conn, asked)
    return len(known) - before


def _known(conn: Connection, asked: dict[str, Any]) -> dict[_Times, int]:
    return {
        (start.timestamp(), end.timestamp()): id for id, start, end in conn.execute(_KNOWN, asked)
    }


def _times(window: TimeWindow) -> _Times:
    return window.start.timestamp(), window.end.timestamp()


def _row(service: str, zone: str, template: Template, known: dict[_Times, int]) -> dict[str, Any]:
    return {
        "service": service,
        "zone": zone,
        "start_at": template.window.start,
        "end_at": template.window.end,
        "within": [known[_times(around)] for around in template.within],
        "capacity": template.capacity,
        "taken": 0,
    }
