"""Whom an audience means: what the database selects is what the rule in words selects."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from delivery.house import House
from delivery.rules.broadcasts import AHEAD, Audience, Effect, Subject, means
from delivery.rules.windows import TimeWindow
from delivery.store import broadcast_audiences
from delivery.store.broadcast_conditions import Wanted
from delivery.store.tables import booking, broadcast_recipient, slot
from tests.crowds import a_crowd
from tests.times import HELSINKI, NOW

POSTCODES = ("00530", "00550", "02600")
LATE = Effect("shift", 90)


@pytest.fixture
def town(house: House) -> tuple[House, list[Subject]]:
    """Bookings of several places, days, widths and states, and each as the rule sees it."""
    for number, postcode in enumerate(POSTCODES):
        for place, (days, width) in enumerate(((0, 120), (1, 60), (2, 240))):
            a_crowd(house, 2, now=NOW, prefix=f"{'ABC'[number]}{place}", postcode=postcode,
                    after=timedelta(days=days), width=width,
                    first=1000 * (number * 3 + place))  # fmt: skip
    a_crowd(house, 2, now=NOW, prefix="W", state="on_the_way", first=20_000)
    a_crowd(house, 2, now=NOW, prefix="X", state="delivered", first=30_000)
    return house, subjects(house)


def subjects(house: House) -> list[Subject]:
    rows = select(booking, slot.c.zone, slot.c.within).join(slot, slot.c.id == booking.c.slot_id)
    with house.database.read() as conn:
        return [
            Subject(
                row.reference, row.state, row.carrier, row.service, row.destination["postcode"],
                row.zone, (*row.within, row.slot_id),
                TimeWindow(row.window_start, row.window_end).into(ZoneInfo(row.zone_name)),
            )
            for row in conn.execute(rows.order_by(booking.c.reference))
        ]  # fmt: skip


def some(values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(sorted(set(values))), max_size=2, unique=True).map(tuple)


def audiences(known: list[Subject]) -> st.SearchStrategy[Audience]:
    today = NOW.date()
    return st.builds(
        Audience,
        day=st.none() | st.sampled_from([today + timedelta(days=each) for each in range(4)]),
        zones=some(each.zone for each in known),
        postcodes=some([*POSTCODES, "005*", "02*", "9*", "*", "0053"]),
        services=some(each.service for each in known),
        carriers=some(["own_van", "posti"]),
        slots=some(number for each in known for number in each.chain),
        routes=some(each.chain[0] for each in known),
        states=some([*AHEAD, "delivered"]),
        references=some(each.reference for each in known),
    )


def selected(house: House, audience: Audience, effect: Effect = LATE) -> set[str]:
    wanted = Wanted(audience, effect, "delayed", True, ("Europe/Helsinki",), {}, NOW)
    with house.database.engine.connect() as conn:
        broadcast_audiences.fix(conn, 1, wanted)
        found = set(conn.scalars(select(broadcast_recipient.c.reference)))
        conn.rollback()
    return found


def test_the_database_selects_what_the_rule_does(town: tuple[House, list[Subject]]) -> None:
    house, known = town

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(audiences(known))
    def every(audience: Audience) -> None:
        meant = {
            each.reference for each in known
            if means(audience, each) and each.state in AHEAD
        }  # fmt: skip
        assert selected(house, audience) == meant
        assert Audience.from_json(audience.as_json()) == audience

    every()


def test_an_empty_list_restricts_nothing(town: tuple[House, list[Subject]]) -> None:
    house, known = town
    assert Audience().is_empty
    for name in (each.name for each in fields(Audience)):
        value = date(2026, 3, 10) if name == "day" else ("x",)
        assert not Audience(**{name: value}).is_empty  # type: ignore[arg-type]
    ahead = {each.reference for each in known if each.state in AHEAD}
    assert selected(house, Audience(carriers=("own_van",))) == ahead


def test_a_day_is_that_of_the_place(town: tuple[House, list[Subject]]) -> None:
    house, known = town
    day = NOW.date() + timedelta(days=1)
    on_it = {each.reference for each in known if each.state in AHEAD
             and each.window.start.astimezone(HELSINKI).date() == day}  # fmt: skip
    assert on_it
    assert selected(house, Audience(day=day)) == on_it


def test_what_is_over_even_with_the_delay_is_left_out(town: tuple[House, list[Subject]]) -> None:
    house, known = town
    window = known[0].window
    late = window.end - NOW + timedelta(minutes=1)
    wanted = Wanted(Audience(references=(known[0].reference,)), LATE, "delayed", True,
                    ("Europe/Helsinki",), {}, NOW + late)  # fmt: skip
    over = Wanted(wanted.audience, LATE, "delayed", True, wanted.zones, {},
                  NOW + late + timedelta(minutes=90))  # fmt: skip
    with house.database.engine.connect() as conn:
        assert broadcast_audiences.fix(conn, 1, wanted).recipients == 1
        assert broadcast_audiences.fix(conn, 2, over).recipients == 0
        conn.rollback()
