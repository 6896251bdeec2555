"""Twenty kills of the worker during a broadcast to five thousand: each recipient exactly once."""

from __future__ import annotations

from tests.broadcasts.killing import killed


def test_twenty_kills_among_five_thousand(town_url: str) -> None:
    assert killed(town_url, people=5000, kills=20) == []
