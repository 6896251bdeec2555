"""Loads in windows that lie within one another: they come and go with the places."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from delivery.store import slots
from delivery.store.engine import Database
from delivery.store.slots import Slot
from delivery.store.tables import slot
from tests.nests import a_nest, a_slot, loads, taken
from tests.times import NOW


def test_a_load_is_taken_in_every_window_around(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (9, 9, 9), (10, 8, None))
        assert slots.take_place(conn, nest[3], 7)
        assert loads(conn, *nest) == [7, 7, 0, 7]
        slots.give_back_place(conn, nest[3], 7)
        assert (loads(conn, *nest), taken(conn, *nest)) == ([0, 0, 0, 0], [0, 0, 0, 0])


def test_a_load_too_great_for_any_window_around_takes_nothing(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (9, 9, 9), (10, 4, None))
        assert not slots.take_place(conn, nest[3], 5)
        assert slots.take_place(conn, nest[2], 4)
        assert not slots.take_place(conn, nest[0], 7)
        assert slots.take_place(conn, nest[0], 6)
        assert loads(conn, *nest) == [10, 0, 4, 0]


def test_another_basket_under_the_same_hold_changes_its_load(database: Database) -> None:
    with database.write() as conn:
        wide, first, _, hour = nest = a_nest(conn, NOW, (1, 1, 1), (10, 8, 4))
        assert slots.take_place(conn, hour, 2)
        assert not slots.move_place(conn, hour, hour, was=2, load=5)
        assert slots.move_place(conn, hour, hour, was=2, load=4)
        assert not slots.move_place(conn, hour, wide, was=4, load=11)
        assert slots.move_place(conn, hour, first, was=4, load=8)
        assert loads(conn, *nest) == [8, 8, 0, 0]
        assert slots.move_place(conn, first, hour, was=8, load=1)
        assert (loads(conn, *nest), taken(conn, *nest)) == ([1, 1, 0, 1], [1, 1, 0, 1])


def test_a_move_without_room_for_the_load_leaves_both_as_they_were(database: Database) -> None:
    with database.write() as conn:
        one = a_nest(conn, NOW, (9, 9, 9), (10, 8, 4))
        other = a_nest(conn, NOW + timedelta(days=1), (9, 9, 9), (10, 8, 4))
        assert slots.take_place(conn, one[3], 3)
        assert slots.take_place(conn, other[0], 8)
        assert not slots.move_place(conn, one[3], other[3], was=3, load=3)
        assert not slots.move_place(conn, one[3], one[2], was=3, load=9)
        assert loads(conn, *one) == [3, 3, 0, 3]
        assert loads(conn, *other) == [8, 0, 0, 0]


def test_the_database_itself_refuses_a_unit_too_many(database: Database) -> None:
    with database.write() as conn:
        wanted = a_slot(conn, NOW, 4, capacity=9, load=5)
        assert slots.take_place(conn, wanted, 5)
    for number in (6, -1):
        change = update(slot).where(slot.c.id == wanted.id).values(load_taken=number)
        with pytest.raises(Exception, match="not_overloaded"), database.write() as conn:
            conn.execute(change)


class Vans(RuleBasedStateMachine):
    """Two nests, and people who take, give back, move and change their baskets."""

    database: Database
    day = 0

    @initialize(
        places=st.tuples(*[st.integers(1, 4)] * 3),
        units=st.tuples(*[st.one_of(st.none(), st.integers(0, 9))] * 3),
    )
    def build(
        self, places: tuple[int, int, int], units: tuple[int | None, int | None, int | None]
    ) -> None:
        type(self).day += 1
        start = NOW + timedelta(days=3 * self.day)
        with self.database.write() as conn:
            near = a_nest(conn, start, places, units)
            far = a_nest(conn, start + timedelta(days=1), places, units)
        self.slots = (*near, *far)
        self.held: list[tuple[Slot, int]] = []

    @rule(which=st.integers(0, 7), load=st.integers(0, 4))
    def take(self, which: int, load: int) -> None:
        wanted, room = self.slots[which], self.room(load, self.slots[which].chain)
        with self.database.write() as conn:
            assert slots.take_place(conn, wanted, load) == room
        if room:
            self.held.append((wanted, load))

    @rule(who=st.integers(0, 99))
    def give_back(self, who: int) -> None:
        if self.held:
            place, load = self.held.pop(who % len(self.held))
            with self.database.write() as conn:
                slots.give_back_place(conn, place, load)

    @rule(who=st.integers(0, 99), which=st.integers(0, 7), load=st.integers(0, 4))
    def move(self, who: int, which: int, load: int) -> None:
        if not self.held:
            return
        old, was = self.held[who % len(self.held)]
        new = self.slots[which]
        staying = [each for each in new.chain if each in old.chain]
        entering = [each for each in new.chain if each not in old.chain]
        more = load - was
        room = self.room(load, entering) and (more <= 0 or self.room(more, staying, places=0))
        with self.database.write() as conn:
            assert slots.move_place(conn, old, new, was=was, load=load) == room
        if room:
            self.held[who % len(self.held)] = new, load

    def room(self, load: int, chain: object, places: int = 1) -> bool:
        """Whether so much more fits, by what we know is held."""
        occupied, loaded = self.sums()
        return all(
            occupied[each.id] + places <= each.capacity
            and (each.load_capacity is None or loaded[each.id] + load <= each.load_capacity)
            for each in self.slots
            if each.id in chain  # type: ignore[operator]
        )

    def sums(self) -> tuple[Counter[int], Counter[int]]:
        occupied: Counter[int] = Counter()
        loaded: Counter[int] = Counter()
        for place, load in self.held:
            occupied.update(place.chain)
            loaded.update(dict.fromkeys(place.chain, load))
        return occupied, loaded

    @invariant()
    def every_slot_has_what_is_held_in_it(self) -> None:
        if not hasattr(self, "slots"):
            return
        occupied, loaded = self.sums()
        with self.database.read() as conn:
            now = [slots.get(conn, each.id) for each in self.slots]
        assert [each.taken for each in now] == [occupied[each.id] for each in now]
        assert [each.load_taken for each in now] == [loaded[each.id] for each in now]
        assert all(each.taken <= each.capacity for each in now)


def test_places_and_loads_are_always_those_of_who_holds_them(database: Database) -> None:
    machine = type("VansHere", (Vans,), {"database": database})
    few = settings(max_examples=25, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=few)
