"""Many at the desk press the same button at once: one limit, one refund, one owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, update

from delivery.flows import desk_work
from delivery.house import House
from delivery.rules.refusals import Refusal
from delivery.store import bookings, staff, tables
from delivery.store.staff import Member
from tests.carrier import booking_of
from tests.flows.test_desk_work import _done, _waiting
from tests.loopback import Api
from tests.together import at_once

CROWD = [Member(f"m{number}", f"Member {number}") for number in range(6)]


def _press(house: House, act: Callable[[Connection, Member], Any]) -> int:
    """Everybody does it at the same moment; how many were let."""

    def one(member: Member) -> bool:
        try:
            with house.database.write() as conn:
                act(conn, member)
        except Refusal:
            return False
        return True

    return sum(at_once([partial(one, member) for member in CROWD]))


def _desk(api: Api, house: House) -> str:
    ref = _waiting(api, house)
    with house.database.write() as conn:
        for each in CROWD:
            staff.add(conn, each.login, each.name, "a long password", now=house.clock())
    return ref


def test_one_wins_whatever_is_pressed(api: Api, house: House) -> None:
    ref, now = _desk(api, house), house.clock()
    assert _press(house, lambda c, m: desk_work.claim(c, house, ref, m, now=now)) == 1
    assert _press(house, lambda c, m: desk_work.refund(c, house, ref, m, now=now)) == 1
    given = _press(house, lambda c, m: desk_work.goodwill(c, house, ref, 400, "", m, now=now))
    assert given == 2  # of ten euros
    charges = booking_of(house, ref).charges
    assert sum(each["amount"] for each in charges if each["code"] == "goodwill") == 800
    assert [kind for kind, _ in _done(house, ref)] == [
        "claimed", "refunded", "goodwill", "goodwill",
    ]  # fmt: skip


def test_without_its_lock_the_limit_would_be_broken(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The known-bad twin: who reads before the others have written gives too much."""
    if house.database.engine.dialect.name == "sqlite":
        return  # one writer at a time, whatever we lock
    ref, now = _desk(api, house), house.clock()
    read = threading.Barrier(len(CROWD))

    def unlocked(conn: Connection, reference: str) -> Any:
        known = bookings.get(conn, reference)
        read.wait(timeout=20)
        return known

    def unversioned(conn: Connection, known: Any, *, was: int, **changes: Any) -> Any:
        conn.execute(
            update(tables.booking).where(tables.booking.c.reference == known.reference)
            .values(**changes)
        )  # fmt: skip
        return known

    monkeypatch.setattr(desk_work.bookings, "lock", unlocked)
    monkeypatch.setattr(desk_work.bookings, "save", unversioned)
    given = _press(house, lambda c, m: desk_work.goodwill(c, house, ref, 400, "", m, now=now))
    assert given * 400 > house.settings.desk.goodwill_minor
