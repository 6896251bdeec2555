"""Only for people at the desk, and what stands beside each of their pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, HTTPException
from sqlalchemy import Connection

from delivery.house import House
from delivery.store import desk
from delivery.store.staff import Member
from delivery.web.deps import Now, TheHouse
from delivery.web.login import member_of
from delivery.web.views_ops import DeskFrame
from delivery.web.visit import TheVisit
from notifications import identity


def _at_desk(house: TheHouse, visit: TheVisit, now: Now) -> Member:
    member = member_of(house, visit, now)
    if member is None:
        raise HTTPException(303, headers={"Location": "/ops/login"})
    return member


AtDesk = Annotated[Member, Depends(_at_desk)]


def local(house: House, now: datetime) -> datetime:
    """The moment on the clock of the people we deliver to."""
    return now.astimezone(house.catalogues.current().services[0].zone)


def day_of(now: datetime) -> tuple[datetime, datetime]:
    """The whole day around a local moment."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def frame_of(
    conn: Connection, house: House, member: Member, current: str, *, now: datetime,
    rows: list[desk.DeskRow] | None = None,
) -> DeskFrame:  # fmt: skip
    """Name, the two numbers that say where somebody is needed, and whether nothing is sent."""
    since, until = day_of(local(house, now))
    if rows is None:
        rows = desk.deliveries(conn, since=since, until=until + timedelta(days=1))
    late = sum(is_late(each, now) for each in rows)
    waiting = desk.conversations_waiting(conn)
    is_copy = identity.copy_of(conn) is not None
    return DeskFrame(member.name, member.initials, current, late, waiting, is_copy)


def is_late(row: desk.DeskRow, now: datetime) -> bool:
    """Whether it is still to come, and later than was planned or than its window allows."""
    return row.is_live and (row.window.start > row.planned.start or now >= row.window.end)
