"""What a quote was made from besides the catalogue: read once, kept with it, read by a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Facts(NamedTuple):
    """With the catalogue, the record, the request and the moment it gives the answer again."""

    #: The greatest slot id that was known: later ones were not there to be offered.
    slots: int
    #: Places left by slot, where there are few or none.
    left: Mapping[int, int]
    #: Points that take no more parcels on a day, as (point, `2026-03-12`).
    full: frozenset[tuple[str, str]] = frozenset()
    #: What the customer's own choices taught us, or None. Not kept: it is theirs to have forgotten.
    habit: Mapping[str, Any] | None = None
    #: What was suggested because of it, in the contract's words; kept, as the answer is.
    recommended: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The facts as the quote keeps them; what is empty is left out."""
        kept: dict[str, Any] = {"slots": self.slots}
        if self.left:
            kept["left"] = sorted(self.left.items())
        if self.full:
            kept["full"] = sorted(self.full)
        if self.recommended is not None:
            kept["recommended"] = self.recommended
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Facts:
        return cls(
            kept.get("slots", 0),
            {int(slot): int(left) for slot, left in kept.get("left", ())},
            frozenset((point, day) for point, day in kept.get("full", ())),
            recommended=kept.get("recommended"),
        )
