"""Nobody is forgotten: before a customer has waited too long, everybody at the desk is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from delivery.flows import desk
from delivery.house import House
from delivery.rules import phrases
from delivery.settings import working_hours_of
from delivery.store import inbox, replies
from notifications import tasks

#: Conversations looked at in one turn.
_BATCH = 200


def escalate(house: House, *, now: datetime) -> bool:
    """Warn of each that will soon have waited too long, once. Says whether there may be more.

    Those left waiting by a version that knew no deadlines get one first.
    """
    with house.database.read() as conn:
        bare = inbox.without_deadline(conn, limit=_BATCH)
        due = [each for each in inbox.due(conn, limit=_BATCH) if _is_near(house, each, now)]
        strangers = [
            each for each in replies.strangers(conn)
            if _near(house, desk.stranger_deadline(house, each), now)
            and not inbox.task_exists(conn, desk.escalation_of(each.about))
            and not desk.is_answered(conn, each)
        ]  # fmt: skip
    if not bare and not due and not strangers:
        return False
    with house.database.write() as conn:
        for each in bare:
            since = each["waiting_since"] or each["changed_at"]
            inbox.set_deadline(conn, each["reference"], deadline_of(house, since))
        for each in due:
            _warn(conn, house, each, now)
        for known in strangers:
            until = desk.stranger_deadline(house, known)
            _add_task(conn, house, known.about, until, "nobody has taken it", now)
    return len(bare) == _BATCH or len(due) == _BATCH


def deadline_of(house: House, since: datetime) -> datetime:
    """Until when somebody who waits since then is to be answered."""
    minutes = house.settings.desk.answer_minutes
    return working_hours_of(house.settings).deadline(since, minutes)


def _warn(conn: Connection, house: House, row: dict[str, Any], now: datetime) -> None:
    if not inbox.escalated(conn, row["reference"], now=now):
        return
    inbox.add_action(conn, row["reference"], "escalated", "", now=now)
    whose = row["assignee_name"]
    with_whom = f"it is with {whose}" if whose else "nobody has taken it"
    _add_task(conn, house, row["reference"], row["answer_by"], with_whom, now)


def _add_task(
    conn: Connection, house: House, about: str, until: datetime, with_whom: str, now: datetime
) -> None:
    zone = working_hours_of(house.settings).zone
    at = phrases.clock_time(until.astimezone(zone), "en")
    tasks.add(
        conn, kind="unanswered", about=about, dedupe_key=desk.escalation_of(about), now=now,
        text=f"Answer this customer by {at}: {with_whom}.",
    )  # fmt: skip


def _is_near(house: House, row: dict[str, Any], now: datetime) -> bool:
    return row["answer_by"] is not None and _near(house, row["answer_by"], now)


def _near(house: House, until: datetime, now: datetime) -> bool:
    """Whether fewer working minutes are left than it takes to be warned; also at night."""
    left = working_hours_of(house.settings).minutes_between(now, until)
    return left < house.settings.desk.warn_minutes or until <= now
