"""SMS, page and desk change one delivery at once: one wins, and the last word is true."""

from __future__ import annotations

from delivery.house import House
from tests.invariants.one_of_three import a_booking, play

ROUNDS = 20


def test_one_wins_and_the_last_word_states_what_stands(house: House) -> None:
    a_booking(house)
    assert [play(house, number) for number in range(ROUNDS)] == [1] * ROUNDS


def test_the_twin_that_does_not_say_what_it_saw_moves_it_more_than_once(house: House) -> None:
    a_booking(house)
    assert any(play(house, number, careful=False) > 1 for number in range(5))
