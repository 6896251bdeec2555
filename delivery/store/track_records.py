"""The record of promises kept: counted from outcomes, in versions that never change."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, insert, select

from delivery.rules.kept_promises import (
    AGREED,
    ARRIVED,
    NO_RECORD,
    Outcome,
    TrackRecord,
    area_of,
)
from delivery.store.engine import Database
from delivery.store.tables import booking, milestone, promise, slot, track_record

#: A newer version is noticed this late at most.
BELIEVED_SECONDS = 5.0
_MOST_KEPT = 50

_agreed = (
    select(promise.c.reference, func.max(promise.c.version).label("version"))
    .where(promise.c.cause.in_(AGREED))
    .group_by(promise.c.reference)
    .subquery()
)
_arrived = (
    select(milestone.c.reference, func.min(milestone.c.at).label("at"))
    .where(milestone.c.milestone.in_(ARRIVED))
    .group_by(milestone.c.reference)
    .subquery()
)
_OUTCOMES = (
    select(
        booking.c.service, booking.c.option["kind"].as_string(), slot.c.zone,
        booking.c.destination["postcode"].as_string(), booking.c.state, promise.c.end_at,
        _arrived.c.at,
    )
    .join(_agreed, _agreed.c.reference == booking.c.reference)
    .join(
        promise,
        and_(
            promise.c.reference == booking.c.reference, promise.c.version == _agreed.c.version
        ),
    )
    .outerjoin(_arrived, _arrived.c.reference == booking.c.reference)
    .outerjoin(slot, slot.c.id == booking.c.slot_id)
    .where(
        booking.c.state != "cancelled",
        promise.c.end_at > bindparam("since"),
        promise.c.end_at <= bindparam("until"),
    )
)  # fmt: skip
_NEWEST = select(func.max(track_record.c.version))
_ONE = select(track_record.c.kept).where(track_record.c.version == bindparam("version"))
_ADD = insert(track_record)


def outcomes(conn: Connection, *, since: datetime, until: datetime) -> list[Outcome]:
    """Deliveries whose agreed window ended between the two."""
    rows = conn.execute(_OUTCOMES, {"since": since, "until": until})
    return [
        Outcome(service, area_of(kind, zone, postcode), state, agreed_until, arrived_at)
        for service, kind, zone, postcode, state, agreed_until, arrived_at in rows
    ]


def newest(conn: Connection) -> TrackRecord:
    """The newest version; one without any counts where there is none."""
    version = conn.execute(_NEWEST).scalar()
    return _read(conn, version) if version else NO_RECORD


def add(conn: Connection, record: TrackRecord, *, now: datetime) -> None:
    """Keep a version. Raises SQLAlchemy's `IntegrityError` when another was faster."""
    conn.execute(_ADD, {"version": record.version, "at": now, "kept": record.as_json()})


def _read(conn: Connection, version: int) -> TrackRecord:
    kept = conn.execute(_ONE, {"version": version}).scalar()
    return TrackRecord.from_json(version, kept or [])


class Records:
    """The record in memory: read by one, while the others go on with what they have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[int, TrackRecord] = {0: NO_RECORD}
        self._newest = NO_RECORD
        self._believed_until = 0.0
        self._looking = threading.Lock()

    def current(self) -> TrackRecord:
        """The newest version, looked for every few seconds."""
        if time.monotonic() >= self._believed_until and self._looking.acquire(blocking=False):
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
        """The record as it was in that version."""
        known = self._versions.get(number)
        if known is None:
            with self._database.read() as conn:
                known = _read(conn, number)
            if len(self._versions) >= _MOST_KEPT:
                self._versions.pop(min(version for version in self._versions if version))
            self._versions[number] = known
        return known
