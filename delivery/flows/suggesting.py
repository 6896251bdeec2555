"""The one option we suggest: the customer's own habit, said in one line, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate
from delivery.rules.slate import Shown
from delivery.rules.taste.model import (
    FEWEST_CHOICES,
    MARGIN,
    Seen,
    Taste,
    features,
    habit_of,
    likeliest,
    traits,
)

#: Says a sentence of `words/<language>/options.toml` in the customer's language.
Say = Callable[..., str]


def suggest(
    habit: Mapping[str, Any] | None, shown: Sequence[Shown], ask: QuoteAsk, say: Say
) -> dict[str, str] | None:
    """The contract's `recommended`, or None when we are not sure.

    `habit` is what `store/habits.py` knows of the customer, `say(key, **fields)` gives
    `why_like_last`, `why_like_most` and `why_<trait>`. Sure is: enough own choices, a real
    address, one option clearly likelier than the next, and a reason that is true of most of
    the customer's last choices. Prices and the order of the options are not touched.
    """
    if habit is None or len(shown) < 2 or habit["choices"] < FEWEST_CHOICES:
        return None
    if not may_suggest(ask):
        return None
    taste = Taste.from_json(habit)
    options = [seen_of(each.candidate) for each in shown]
    best = likeliest(taste, features(options))
    if best.ahead <= MARGIN:
        return None
    usual = habit_of(taste, traits(options, best.option))
    if usual is None:
        return None
    trait, shared, of = usual
    key = "why_like_last" if shared == of else "why_like_most"
    why = say(key, shared=shared, of=of, what=say(f"why_{trait}"))
    return {"option": shown[best.option].candidate.id, "why": why, "origin": "learned"}


def may_suggest(ask: QuoteAsk) -> bool:
    """Whether we know who asks and where they live; without an address all is guessing."""
    return bool(ask.customer_id) and (bool(ask.street) or ask.lat is not None)


def seen_of(candidate: Candidate) -> Seen:
    """A candidate as the learner sees it; the same as of the option it is shown as."""
    return Seen(
        candidate.service.kind, candidate.amount, candidate.window.start, candidate.end,
        candidate.minutes, candidate.effort if candidate.point else 0,
    )  # fmt: skip
