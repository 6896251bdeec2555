"""Troubles on request: what goes wrong, how often, for how long."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

#: `before` = the message was not accepted, `after` = it was, and the caller is not told.
KINDS = (
    "late",  # accepted at once, answered after `seconds`
    "late_accept",  # accepted after `seconds`, whether or not the caller still waits
    "429",  # not looked at; says when to come back if `retry_after` is given
    "hang_before",  # not accepted, and answered with an error only after `seconds`
    "500_before", "503_before", "500_after", "503_after", "cut_after", "no_sid_after",
    "drip_after",  # answered byte by byte over `seconds`
    "refuse",  # the error `code`, as a 400
    "hide",  # accepted and answered, but not listed for `seconds`
    "hide_late",  # as `hide`, and answered after `seconds` too
    "no_receipts",  # accepted, and never a receipt
    "many_receipts",  # accepted, and each receipt comes twenty times
    "backward_receipts",  # accepted, and its receipts come in the wrong order
    "lost_replies",  # what a person writes is never posted to us; it is listed after `hidden`
    "lists_down",  # no create, but a list or a look at one message: after `seconds` a 503
)  # fmt: skip
#: What each meets; the rest meet a create.
_MET_BY = {"lists_down": "list", "lost_replies": "reply"}
_MOST = 1_000


@dataclass
class Fault:
    kind: str
    times: int = 1
    seconds: float = 0.0
    #: What is accepted is not listed for so many seconds.
    hidden: float = 0.0
    retry_after: float | None = None
    code: int = 21211

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        if not 0 < self.times <= 1_000_000 or not 0 <= max(self.seconds, self.hidden) <= 3600:
            raise ValueError("times and seconds are out of bounds")

    @property
    def unlisted_for(self) -> float:
        return self.seconds if self.kind in ("hide", "hide_late") else self.hidden

    @property
    def is_late(self) -> bool:
        return self.kind in ("late", "hide_late")


class Faults:
    """The troubles still to come, first asked first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            if len(self._waiting) >= _MOST:
                raise ValueError("too many faults are waiting")
            self._waiting.append(fault)

    def next(self, met_by: str = "create") -> Fault | None:
        """The trouble that the next create meets, or the next list or reply."""
        with self._lock:
            for number, fault in enumerate(self._waiting):
                if _MET_BY.get(fault.kind, "create") == met_by:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.pop(number)
                    return fault
            return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(each) for each in self._waiting]
