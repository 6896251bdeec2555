"""The record of promises kept: counted from outcomes, in versions that never change."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.bookings import CANCELLED
from delivery.rules.kept_promises import (
    AGREED,
    ARRIVED,
    NO_RECORD,
    Outcome,
    Sent,
    TrackRecord,
    agreed_until,
    area_of,
    arrived_at,
)
from delivery.rules.refusals import NotFound
from delivery.store.engine import Database
from delivery.store.tables import booking, milestone, promise, slot, track_record

#: A newer version is noticed this late at most.
BELIEVED_SECONDS = 1.0
_MOST_KEPT = 50
#: A window that stands now began at most so long before the one that was agreed.
_MOVED_EARLIER = timedelta(days=30)

_RECENT = booking.c.window_start > bindparam("after")
_AGREED = (
    select(
        booking.c.reference, booking.c.service, booking.c.option["kind"].as_string().label("kind"),
        slot.c.zone, booking.c.destination["postcode"].as_string().label("postcode"),
        booking.c.state, promise.c.cause, promise.c.end_at,
        booking.c.option["cutoff_at"].as_string().label("cutoff_at"),
        booking.c.option[("place", "id")].as_string().label("place"),
        booking.c.destination["lat"].as_float().label("lat"),
        booking.c.destination["lon"].as_float().label("lon"),
    )
    .join(promise, promise.c.reference == booking.c.reference)
    .outerjoin(slot, slot.c.id == booking.c.slot_id)
    .where(_RECENT, booking.c.state != CANCELLED, promise.c.cause.in_(AGREED))
    .order_by(booking.c.reference, promise.c.version)
)  # fmt: skip
_REACHED = (
    select(milestone.c.reference, milestone.c.milestone, func.min(milestone.c.at))
    .join(booking, booking.c.reference == milestone.c.reference)
    .where(_RECENT, milestone.c.milestone.in_(ARRIVED))
    .group_by(milestone.c.reference, milestone.c.milestone)
)
_NEWEST = select(func.max(track_record.c.version))
_ONE = select(track_record.c.kept, track_record.c.days).where(
    track_record.c.version == bindparam("version")
)
# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_ADD = insert(track_record).on_conflict_do_nothing().returning(track_record.c.version)


def outcomes(conn: Connection, *, since: datetime, until: datetime) -> list[Outcome]:
    """Deliveries whose agreed window ended after `since`, and not after `until`."""
    recent = {"after": since - _MOVED_EARLIER}
    reached: dict[str, dict[str, datetime]] = {}
    for reference, name, at in conn.execute(_REACHED, recent):
        reached.setdefault(reference, {})[name] = at
    found = []
    for reference, rows in groupby(conn.execute(_AGREED, recent), lambda row: str(row.reference)):
        promised = list(rows)
        agreed = agreed_until((row.cause, row.end_at) for row in promised)
        if since < agreed <= until:
            one = promised[0]
            area = area_of(one.kind, one.zone, one.postcode)
            arrived = arrived_at(one.kind, reached.get(reference, {}))
            found.append(Outcome(one.service, area, one.state, agreed, arrived, _sent(one)))
    return found


def _sent(row: Any) -> Sent | None:
    if row.cutoff_at is None:
        return None
    cutoff_at = datetime.fromisoformat(row.cutoff_at)
    return Sent(cutoff_at, row.postcode, row.place, row.lat, row.lon)


def newest(conn: Connection) -> TrackRecord:
    """The newest version; one without any counts where there is none."""
    version = conn.execute(_NEWEST).scalar()
    return _read(conn, version) if version else NO_RECORD


def add(conn: Connection, record: TrackRecord, *, now: datetime) -> bool:
    """Keep a version for good. False, and nothing changed, when there is one of that number."""
    row = {
        "version": record.version, "at": now, "kept": record.as_json(),
        "days": record.days_as_json(),
    }  # fmt: skip
    return conn.execute(_ADD, row).one_or_none() is not None


def _read(conn: Connection, version: int) -> TrackRecord:
    row = conn.execute(_ONE, {"version": version}).one_or_none()
    if row is None:
        raise NotFound(f"There is no record version {version}.")
    return TrackRecord.from_json(version, row.kept, row.days or ())


class Records:
    """The record in memory: read by one, while the others go on with what they have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[int, TrackRecord] = {0: NO_RECORD}
        self._newest = NO_RECORD
        self._believed_until = 0.0
        self._looking = threading.Lock()
        self._keeping = threading.Lock()

    def current(self) -> TrackRecord:
        """The newest version, looked for at most once a second by one of those who ask."""
        if time.monotonic() < self._believed_until:
            return self._newest
        # Only the very first wait for each other: they have nothing to go on with.
        if self._looking.acquire(blocking=self._believed_until == 0.0):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._newest

    def _look(self) -> None:
        with self._database.read() as conn:
            version = conn.execute(_NEWEST).scalar() or 0
        if version != self._newest.version:
            self._newest = self.version(version)
        self._believed_until = time.monotonic() + BELIEVED_SECONDS

    def version(self, number: int) -> TrackRecord:
        """The record as it was in that version. Raises `NotFound`."""
        known = self._versions.get(number)
        if known is None:
            with self._database.read() as conn:
                known = _read(conn, number)
            self._keep(known)
        return known

    def _keep(self, found: TrackRecord) -> None:
        with self._keeping:
            if len(self._versions) >= _MOST_KEPT:
                self._versions.pop(min(version for version in self._versions if version))
            self._versions[found.version] = found
