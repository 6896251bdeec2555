"""Places in windows that lie within one another."""

from __future__ import annotations

from functools import partial

from delivery.store import slots
from delivery.store.engine import Database
from delivery.store.slots import Slot
from tests.nests import a_nest, a_slot, taken
from tests.times import NOW
from tests.together import at_once


def test_a_place_in_a_narrow_window_is_taken_in_every_window_around_it(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (4, 3, 2))
        assert slots.take_place(conn, nest[3])
        assert taken(conn, *nest) == [1, 1, 0, 1]


def test_a_full_wide_window_has_no_free_hour_inside(database: Database) -> None:
    with database.write() as conn:
        wide, first, second, hour = a_nest(conn, NOW, (2, 3, 2))
        assert slots.take_place(conn, wide)
        assert slots.take_place(conn, second)
        assert not slots.take_place(conn, hour)
        assert not slots.take_place(conn, first)
        assert taken(conn, wide, first, second, hour) == [2, 0, 1, 0]


def test_a_full_narrow_window_leaves_the_wide_one_as_it_was(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (9, 9, 1))
        assert slots.take_place(conn, nest[3])
        assert not slots.take_place(conn, nest[3])
        assert taken(conn, *nest) == [1, 1, 0, 1]


def test_a_full_middle_window_keeps_the_one_inside_from_being_taken(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (9, 1, 5))
        assert slots.take_place(conn, nest[1])
        assert not slots.take_place(conn, nest[3])
        assert taken(conn, *nest) == [1, 1, 0, 0]


def test_giving_back_never_goes_below_none_taken(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (4, 3, 2))
        assert slots.take_place(conn, nest[3])
        slots.give_back_place(conn, nest[3])
        slots.give_back_place(conn, nest[3])
        assert taken(conn, *nest) == [0, 0, 0, 0]


def test_a_move_within_a_full_van_works(database: Database) -> None:
    with database.write() as conn:
        wide, first, second, hour = nest = a_nest(conn, NOW, (1, 1, 1))
        assert slots.take_place(conn, first)
        assert slots.move_place(conn, first, hour)
        assert taken(conn, *nest) == [1, 1, 0, 1]
        assert slots.move_place(conn, hour, second)
        assert taken(conn, *nest) == [1, 0, 1, 0]
        assert slots.move_place(conn, second, wide)
        assert taken(conn, *nest) == [1, 0, 0, 0]


def test_a_move_to_the_same_window_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        nest = a_nest(conn, NOW, (1, 1, 1))
        assert slots.take_place(conn, nest[1])
        assert slots.move_place(conn, nest[1], nest[1])
        assert taken(conn, *nest) == [1, 1, 0, 0]


def test_a_move_that_fails_leaves_both_vans_as_they_were(database: Database) -> None:
    with database.write() as conn:
        one, other = a_nest(conn, NOW, (2, 2, 2)), a_nest(conn, NOW.replace(hour=18), (2, 2, 1))
        assert slots.take_place(conn, one[3])
        assert slots.take_place(conn, other[3])
        assert not slots.move_place(conn, one[3], other[3])
        assert taken(conn, *one) == [1, 1, 0, 1]
        assert taken(conn, *other) == [1, 1, 0, 1]


def test_crossing_moves_do_not_wait_for_each_other_forever(database: Database) -> None:
    """The inner windows have lower numbers than the outer: order by number alone would hang."""
    with database.write() as conn:
        one = a_slot(conn, NOW, 1, capacity=50)
        other = a_slot(conn, NOW, 2, capacity=50)
        around_one = a_slot(conn, NOW, 4, capacity=50)
        around_other = a_slot(conn, NOW, 5, capacity=50)
        left = Slot(one.id, "van", "z", one.window, (around_one.id,), 50, 0)
        right = Slot(other.id, "van", "z", other.window, (around_other.id,), 50, 0)
        for each in (left, right) * 10:
            assert slots.take_place(conn, each)

    def swap(start: Slot, end: Slot) -> None:
        for _ in range(20):
            with database.write() as conn:
                moved = slots.move_place(conn, start, end)
                assert moved
            with database.write() as conn:
                assert slots.take_place(conn, end)
            with database.write() as conn:
                slots.give_back_place(conn, end)
            start, end = end, start

    at_once([partial(swap, *pair) for pair in [(left, right), (right, left)] * 3])
    with database.read() as conn:
        assert taken(conn, left, right, around_one, around_other) == [10, 10, 10, 10]
