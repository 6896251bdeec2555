"""What was said once is not said again: options and exclusions as ready JSON.

The sentences about a window are the same for everybody who speaks a language; only how far it is,
how many places are left and what it is good for differ. Putting 11 options into words costs 500 us,
finding them here 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from delivery.flows.finding import Reach
from delivery.flows.wording import Wording, capacity_of
from delivery.rules.candidates import Candidate
from delivery.rules.slate import Folded
from delivery.words import Words

#: Every window of a country's busiest zones for two weeks; what is forgotten is said again.
_MOST_OPTIONS = 16_384
_MOST_POSTCODES = 4_096
#: What depends on the asker and the hour.
_VARIES = ("distance_m", "capacity", "labels", "gives", "free_over", "kept_rate")

#: Of one basket: what the option's service says about free delivery, and how it keeps its word.
Extras = dict[str, Any]


class Remembered:
    """The words of one language, as they stand in answers."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._options: dict[tuple[object, ...], bytes] = {}
        self._reasons: dict[tuple[object, ...], str] = {}
        self._outside: dict[tuple[str, ...], tuple[orjson.Fragment, ...]] = {}

    def option(
        self, candidate: Candidate, extras: Extras,
        labels: Sequence[str] = (), gives: Sequence[str] = (),
    ) -> orjson.Fragment:  # fmt: skip
        """The option in the contract's JSON."""
        # By the service itself: a newer catalogue may say other things of the same window.
        key = (candidate.service, candidate.id, candidate.parts, candidate.window.start,
               candidate.cutoff)  # fmt: skip
        known = self._options.get(key)
        if known is None:
            if len(self._options) >= _MOST_OPTIONS:
                self._options.clear()
            known = self._options[key] = self._said(candidate)
        varies = {
            "distance_m": candidate.effort if candidate.point else None,
            "capacity": capacity_of(candidate), "labels": labels, "gives": gives,
        }  # fmt: skip
        return orjson.Fragment(known + orjson.dumps(varies | extras)[1:])

    def _said(self, candidate: Candidate) -> bytes:
        shown = self.wording.option(candidate).as_json()
        same = {name: each for name, each in shown.items() if name not in _VARIES}
        return orjson.dumps(same).removesuffix(b"}") + b","

    def why_folded(self, folded: Folded) -> str:
        """Against which shown option it lost, and in what."""
        by = folded.by
        key = (by.service, by.id, by.window.start, folded.code, folded.worse)
        known = self._reasons.get(key)
        if known is None:
            if len(self._reasons) >= _MOST_OPTIONS:
                self._reasons.clear()
            known = self._reasons[key] = self.wording.why_folded(folded)
        return known

    def outside(self, reach: Reach) -> tuple[orjson.Fragment, ...]:
        """The services that never come to a postcode: the same for everybody there."""
        known = self._outside.get(reach.key)
        if known is None:
            if len(self._outside) >= _MOST_POSTCODES:
                self._outside.clear()
            known = self._outside[reach.key] = tuple(
                orjson.Fragment(orjson.dumps(self.wording.exclusion(each)))
                for each in reach.outside
            )
        return known


@lru_cache(maxsize=16)
def remembered(words: Words, currency: str, locale: str) -> Remembered:
    """The one that remembers what it has said, also of older catalogues."""
    return Remembered(Wording(words, currency, locale))
