"""Looks, all the time, whether a reply was forgotten; a person is told if one was."""

from __future__ import annotations

from datetime import datetime

import structlog

from delivery.house import House
from delivery.store import reply_audit
from notifications import tasks

log = structlog.get_logger()


class Auditor:
    """Says what it sees wrong twice in a row: what was kept late is old the moment it comes."""

    def __init__(self) -> None:
        self._before: set[str] = set()

    def look(self, house: House, *, now: datetime) -> list[str]:
        """What is wrong with the replies of the last days; each is logged and a person's task."""
        with house.database.read() as conn:
            seen = reply_audit.violations(conn, now=now)
        wrong = [each for each in seen if each in self._before]
        self._before = set(seen)
        if not wrong:
            return []
        with house.database.write() as conn:
            for each in wrong:
                log.error("reply forgotten", what=each)
                tasks.add(conn, kind="reply_forgotten", about=each.partition(" is ")[0][:64],
                          text=each, dedupe_key=f"reply_forgotten:{each}", now=now)  # fmt: skip
        return wrong
