"""An answer overtakes a hundred thousand that wait at a slow pace."""

from __future__ import annotations

from tests.notifications.conftest import Office, Server, ours, quiet_office, texts, theirs
from tests.notifications.test_paced import Door, door, seconds_of_answers

__all__ = ["Server", "door", "ours", "quiet_office", "texts", "theirs"]


def test_an_answer_overtakes_100_000(quiet_office: Office, door: Door) -> None:
    assert max(seconds_of_answers(quiet_office, door, 100_000)) <= 2.0
