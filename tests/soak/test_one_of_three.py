"""The long one: five hundred rounds of SMS, page and desk changing one delivery at once."""

from __future__ import annotations

from delivery.house import House
from tests.invariants.one_of_three import a_booking, play

ROUNDS = 500


def test_five_hundred_rounds(house: House) -> None:
    a_booking(house)
    assert [play(house, number) for number in range(ROUNDS)] == [1] * ROUNDS
