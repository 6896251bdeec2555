"""The states of a message and their moves; when a failed try is made again. Pure.

queued -> sending -> sent -> delivered | failed
                  -> failed | suppressed          refused
                  -> queued                       later
                  -> unsure -> sent | queued      asked for at the provider
queued -> suppressed | expired | replaced
"""

from __future__ import annotations

from datetime import timedelta

#: How much a state says about where the message got to. A receipt only ever moves it up.
#: `delivered` stands above `failed`: a phone that has it has it.
RANK = {
    "queued": 0, "sending": 0, "unsure": 0, "suppressed": 0, "expired": 0, "replaced": 0,
    "sent": 1, "failed": 2, "delivered": 3,
}  # fmt: skip

#: After this long at the most a message that could not be handed over is tried again.
LONGEST_WAIT = timedelta(minutes=5)
#: A provider that asks for more than this is asked again anyway.
LONGEST_ASKED = timedelta(hours=1)


def after_receipt(current: str, reported: str | None) -> str:
    """The state after such news, which may come late, twice or out of order."""
    if reported is None or RANK[reported] <= RANK[current]:
        return current
    return reported


def wait_before_retry(attempts: int, retry_after: float | None, chance: float) -> timedelta:
    """How long to wait after so many attempts; `chance` in 0..1 spreads those that wait together.

    Never shorter than the provider asked for.
    """
    grown = min(2.0 ** min(attempts - 1, 20), LONGEST_WAIT.total_seconds())
    asked = min(retry_after or 0.0, LONGEST_ASKED.total_seconds())
    return timedelta(seconds=asked + grown * (0.5 + chance / 2))
