"""Segments leave no faster than the sender's rate, however many workers there are. No waiting:
the arithmetic of the reservation is what holds it."""

from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from delivery.store.engine import Database
from notifications import pacing
from notifications.claims import Call, Claimed
from tests.times import NOW


def claimed(*segments: int) -> list[Claimed]:
    return [Claimed(number, "+3584", "x", each, None) for number, each in enumerate(segments)]


def test_reservations_follow_one_another_at_the_rate(database: Database) -> None:
    spans = []
    with database.write() as conn:
        for number, segments in enumerate([1, 3, 10, 1, 1, 7]):
            now = NOW + timedelta(milliseconds=100 * number)  # several workers, at their own times
            start = pacing.reserve(conn, "one", segments, 4, now=now)
            spans.append((start, start + timedelta(seconds=segments / 4)))
            assert start >= now
    assert spans[0][0] == NOW
    for (_, ended), (begins, _) in itertools.pairwise(spans):
        assert begins >= ended


def test_an_idle_sender_has_saved_nothing_up(database: Database) -> None:
    with database.write() as conn:
        pacing.reserve(conn, "one", 4, 4, now=NOW)
        later = NOW + timedelta(hours=1)
        assert pacing.reserve(conn, "one", 4, 4, now=later) == later
        second = pacing.reserve(conn, "one", 4, 4, now=later)
        assert timedelta(seconds=1) <= second - later <= timedelta(seconds=1.03)
        assert pacing.reserve(conn, "another", 4, 4, now=later) == later


def test_who_is_told_to_wait_holds_all_and_never_shortens_it(database: Database) -> None:
    with database.write() as conn:
        assert pacing.free_at(conn, "one") is None
        pacing.hold(conn, "one", NOW + timedelta(seconds=9))
        pacing.hold(conn, "one", NOW + timedelta(seconds=3))
        assert pacing.free_at(conn, "one") == NOW + timedelta(seconds=9)
        assert pacing.reserve(conn, "one", 4, 4, now=NOW) == NOW + timedelta(seconds=9)
        assert pacing.reserve(conn, "two", 4, 4, now=NOW) == NOW


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=60), st.floats(0.2, 200), st.floats(0, 2)
)  # fmt: skip
def test_calls_of_a_part_are_spread_over_what_was_reserved(
    segments: list[int], rate: float, already: float
) -> None:
    made = pacing.parts(claimed(*segments), 64, rate)
    assert [each.id for part in made for each in part] == list(range(len(segments)))
    for part in made:
        calls = [Call(each, "a", 1) for each in part]
        waits = pacing.waits(calls, rate, already)
        left = 0.0
        for wait, each in zip(waits, part, strict=True):
            assert wait + already >= left - 1e-9  # not before those in front have had their time
            left += each.segments / rate
        # Nothing is asked about long before it leaves.
        assert max(waits) <= 0.5


def test_without_a_pace_only_the_size_counts() -> None:
    assert [len(part) for part in pacing.parts(claimed(*[9] * 130), 64, 0)] == [64, 64, 2]
    assert pacing.waits([Call(each, "a", 1) for each in claimed(1, 2)], 0, 0) == [0, 0]
