"""A broadcast of another time, begun as the evening's reminders of the old one are due."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from delivery.flows import reminding
from delivery.house import House
from notifications.tables import message
from tests.broadcasts import asking
from tests.crowds import a_crowd
from tests.loopback import Api
from tests.times import HELSINKI, SettableClock

EVENING = datetime(2026, 3, 10, 18, 30, tzinfo=HELSINKI)


def _said(house: House) -> set[tuple[str, str]]:
    with house.database.read() as conn:
        return {(row.notice, row.state) for row in conn.execute(select(message))}


@pytest.fixture
def made(api: Api, house: House, clock: SettableClock) -> dict[str, str]:
    """To three whom we visit tomorrow."""
    clock.set(EVENING)
    a_crowd(house, 3, now=EVENING)
    return asking.draft(api)


def test_nobody_is_reminded_of_a_time_about_to_be_moved(
    api: Api, house: House, clock: SettableClock, made: dict[str, str]
) -> None:
    asking.do(api, made, "start")
    for word in ("pause", "resume"):
        reminding.remind_of_tomorrow(house, now=clock())
        assert _said(house) == set()
        asking.do(api, made, word)
    asking.work(house, clock)
    reminding.remind_of_tomorrow(house, now=clock())
    # They have just heard when we come.
    assert _said(house) == {("delayed", "queued"), ("evening_before", "suppressed")}


def test_who_is_not_told_after_all_is_reminded(
    api: Api, house: House, clock: SettableClock, made: dict[str, str]
) -> None:
    asking.do(api, made, "start")
    asking.do(api, made, "cancel")
    reminding.remind_of_tomorrow(house, now=clock())
    assert _said(house) == {("evening_before", "queued")}
