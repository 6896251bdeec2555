"""A broadcast of another time, begun as the evening's reminders of the old one are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from delivery.flows import promising, reminding
from delivery.house import House
from delivery.store import bookings, reminders
from notifications.tables import message
from tests.broadcasts import asking
from tests.crowds import a_crowd
from tests.loopback import Api
from tests.notifications.effort import effort
from tests.times import HELSINKI, SettableClock

EVENING = datetime(2026, 3, 10, 18, 30, tzinfo=HELSINKI)


def _said(house: House) -> set[tuple[str, str]]:
    with house.database.read() as conn:
        return {(row.notice, row.state) for row in conn.execute(select(message))}


def _about(house: House) -> list[tuple[str, str]]:
    with house.database.read() as conn:
        return [(row.about, row.notice) for row in conn.execute(select(message))]


@pytest.fixture
def made(api: Api, house: House, clock: SettableClock) -> dict[str, str]:
    """To three whom we visit tomorrow."""
    clock.set(EVENING)
    a_crowd(house, 3, now=EVENING)
    return asking.draft(api)


def test_nobody_is_reminded_of_a_time_about_to_be_moved(
    api: Api, house: House, clock: SettableClock, made: dict[str, str]
) -> None:
    for word in ("start", "pause", "resume"):
        asking.do(api, made, word)
        reminding.remind_of_tomorrow(house, now=clock())
        assert _said(house) == set()
    asking.work(house, clock)
    reminding.remind_of_tomorrow(house, now=clock())
    # They have just heard when we come.
    assert _said(house) == {("delayed", "queued"), ("evening_before", "suppressed")}


def test_who_was_told_that_we_cannot_come_is_not_told_that_we_do(
    api: Api, house: House, clock: SettableClock
) -> None:
    clock.set(EVENING)
    first, _second = a_crowd(house, 2, now=EVENING)
    made = asking.draft(api, fields={"choose": True})
    asking.do(api, made, "start")
    asking.work(house, clock)
    reminding.remind_of_tomorrow(house, now=clock())
    assert _said(house) == {("new_time_needed", "queued")}
    # One of them is promised another time since, and reminded of that.
    with house.database.write() as conn:
        known = bookings.lock(conn, first)
        later = clock() + timedelta(minutes=1)
        promising.promise(conn, replace(known, version=2), cause="moved", reason={}, now=later)
    reminding.remind_of_tomorrow(house, now=later)
    assert [about for about, notice in _about(house) if notice == "evening_before"] == [first]


def test_who_is_not_told_after_all_is_reminded(
    api: Api, house: House, clock: SettableClock, made: dict[str, str]
) -> None:
    asking.do(api, made, "start")
    asking.do(api, made, "cancel")
    reminding.remind_of_tomorrow(house, now=clock())
    assert _said(house) == {("evening_before", "queued")}


def test_looking_for_them_costs_each_the_same_however_many_wait(
    api: Api, house: House, clock: SettableClock
) -> None:
    """Joined to all who wait, each booking would meet every one of them."""
    clock.set(EVENING)

    def cost() -> int:
        begins, ends = EVENING, EVENING + timedelta(days=3)
        return effort(
            house.database,
            lambda conn: reminders.coming(
                conn, "Europe/Helsinki", begins, ends, evening=EVENING, most=100
            ),
        )

    costs = []
    for prefix, count in (("A", 150), ("B", 450)):
        a_crowd(house, count, now=EVENING, prefix=prefix)
        made = asking.draft(api)
        asking.do(api, made, "start")
        costs.append(cost())
        asking.do(api, made, "cancel")
    assert costs[1] < 8 * costs[0]  # four times as many; joined, sixteen times
