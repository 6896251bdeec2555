"""An instant goes in from any zone and comes out the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from notifications.columns import UtcDateTime
from tests.notifications.conftest import Office

HALF_PAST_THREE = datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Helsinki"))
AGAIN = HALF_PAST_THREE.replace(fold=1)

metadata = MetaData()
moment = Table(
    "moment", metadata, Column("id", Integer, primary_key=True), Column("at", UtcDateTime),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def test_the_two_half_past_three_of_a_night_stay_two(office: Office) -> None:
    moments = [HALF_PAST_THREE, AGAIN, HALF_PAST_THREE.astimezone(UTC), AGAIN.astimezone(UTC), None]
    with office.database.write() as conn:
        metadata.create_all(conn)
        conn.execute(insert(moment), [{"at": each} for each in moments * 2])
        kept = conn.scalars(select(moment.c.at).order_by(moment.c.id)).all()
        metadata.drop_all(conn)
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert kept == [first, second, first, second, None] * 2


def test_a_time_without_a_zone_is_no_instant(office: Office) -> None:
    with office.database.write() as conn:
        metadata.create_all(conn)
        with pytest.raises(StatementError, match="without a zone"):
            conn.execute(insert(moment), [{"at": datetime(2026, 10, 25, 3, 30)}])  # noqa: DTZ001
        metadata.drop_all(conn)
