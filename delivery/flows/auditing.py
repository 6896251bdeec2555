"""Looks, all the time, whether a reply was forgotten; a person is told if one was."""

from __future__ import annotations

from datetime import datetime

import structlog

from delivery.house import House
from delivery.store import reply_audit
from notifications import tasks

log = structlog.get_logger()


def look_for_forgotten_replies(house: House, *, now: datetime) -> list[str]:
    """What is wrong with the replies of the last days; each is logged and a task for a person."""
    with house.database.read() as conn:
        wrong = reply_audit.violations(conn, now=now)
    if not wrong:
        return []
    with house.database.write() as conn:
        for each in wrong:
            log.error("reply forgotten", what=each)
            tasks.add(conn, kind="reply_forgotten", about=each.partition(" is ")[0], text=each,
                      dedupe_key=f"reply_forgotten:{each}", now=now)  # fmt: skip
    return wrong
