"""kill -9 of the whole worker in the middle of a broadcast: each recipient exactly once."""

from __future__ import annotations

from tests.broadcasts.killing import killed

#: Less is waited for what it had in hand; the turn of its jobs is ten seconds all the same.
SOON = {"OUTBOX__LEASE_SECONDS": "3", "OUTBOX__UNSURE_SECONDS": "1.5"}


def test_a_kill_among_a_hundred(town_url: str) -> None:
    assert killed(town_url, people=100, kills=1, **SOON) == []  # twenty: tests/soak
