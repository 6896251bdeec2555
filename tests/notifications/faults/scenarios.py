"""What goes wrong, as data. Times are those of the defaults; the suite runs them shortened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Pace:
    """How fast time goes: 1 is the defaults of `settings.toml`."""

    scale: float

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=90) * self.scale

    @property
    def unsure(self) -> timedelta:
        return timedelta(seconds=60) * self.scale

    @property
    def timeout(self) -> float:
        return 30 * self.scale


#: In the suite a minute takes a good second. A soak runs DEFAULTS.
SHORT, DEFAULTS = Pace(1 / 45), Pace(1.0)


@dataclass(frozen=True)
class Scenario:
    """`faults` are met by the first creates, one after another."""

    name: str
    faults: tuple[dict[str, Any], ...] = ()
    #: Whether the provider sends receipts; without, it has to be asked.
    receipts: bool = False
    #: Where a sender is killed with the messages, and how many seconds later.
    dies_at: str = ""
    dies_after: float = 0.0
    #: Nobody listens at the provider's address at first.
    nobody_there: bool = False
    messages: int = 12


def _all(kind: str, **more: Any) -> tuple[dict[str, Any], ...]:
    """Every message's first create meets it."""
    return ({"kind": kind, "times": 12, **more},)


def _mixed() -> tuple[dict[str, Any], ...]:
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "late", "seconds": 40}, {"kind": "late_accept", "seconds": 45},
        {"kind": "hang_before", "seconds": 40}, {"kind": "503_after", "hidden": 45},
        {"kind": "503_before"}, {"kind": "cut_after"}, {"kind": "no_sid_after"},
        {"kind": "429", "retry_after": 20}, {"kind": "drip_after", "seconds": 60},
        {"kind": "many_receipts"}, {"kind": "backward_receipts"}, {"kind": "no_receipts"},
        {"kind": "lists_down"}, {"kind": "late", "seconds": 1},
    )  # fmt: skip
    return tuple({"times": 1, **each} for each in kinds * 3)


SCENARIOS = (
    Scenario("killed before anything was begun", dies_at="claimed"),
    Scenario("killed before the call", dies_at="attempted"),
    Scenario("killed as calls begin", dies_at="calling"),
    Scenario(
        "killed after acceptance, before the answer",
        _all("late", seconds=40), dies_at="calling", dies_after=0.2,
    ),
    Scenario("killed after the answer, before it was written down", dies_at="answered"),
    Scenario("killed after it was written down", dies_at="recorded"),
    Scenario("time-out before acceptance", _all("hang_before", seconds=40)),
    Scenario("time-out after acceptance, no receipt", _all("late", seconds=40)),
    Scenario("time-out after acceptance, receipts", _all("late", seconds=40), receipts=True),
    Scenario("late acceptance, no receipt", _all("late_accept", seconds=45)),
    Scenario("late acceptance, receipts", _all("late_accept", seconds=45), receipts=True),
    Scenario("503 before acceptance", _all("503_before")),
    Scenario("503 after acceptance", _all("503_after")),
    Scenario("a cut 201", _all("cut_after")),
    Scenario("a 201 without an id", _all("no_sid_after")),
    Scenario("a 201 drop by drop", _all("drip_after", seconds=60)),
    Scenario("listed 45 s late", _all("503_after", hidden=45)),
    Scenario("lists are down too", (*_all("503_after"), {"kind": "lists_down", "times": 30})),
    Scenario("every receipt twenty times", _all("many_receipts"), receipts=True),
    Scenario("receipts in the wrong order", _all("backward_receipts"), receipts=True),
    Scenario("receipts before our own answer", _all("late", seconds=20), receipts=True),
    Scenario("429 with Retry-After", _all("429", retry_after=30)),
    Scenario("connection refused", nobody_there=True),
    Scenario("all of these, mixed", _mixed(), receipts=True, messages=42),
)  # fmt: skip
