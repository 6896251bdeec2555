"""kill -9 of the whole worker in the middle of a broadcast: each recipient exactly once."""

from __future__ import annotations

from tests.broadcasts.killing import killed


def test_three_kills_among_three_hundred(town_url: str) -> None:
    assert killed(town_url, people=300, kills=3) == []
