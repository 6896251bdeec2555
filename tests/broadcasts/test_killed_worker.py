"""kill -9 of the whole worker in the middle of a broadcast: each recipient exactly once."""

from __future__ import annotations

from tests.broadcasts.killing import killed

#: A lease runs out sooner, so that less is waited; 20 kills at longer ones are in tests/soak.
SOON = {"OUTBOX__LEASE_SECONDS": "3", "OUTBOX__UNSURE_SECONDS": "1.5"}


def test_two_kills_among_two_hundred(town_url: str) -> None:
    assert killed(town_url, people=200, kills=2, **SOON) == []
