"""Questions, thanks and amends: no news of a delivery under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from delivery.notices.signed import ByName


@dataclass(frozen=True)
class _Kindness(ByName):
    """Not news of a delivery under way: it can wait, and some do not want it at all."""

    lane: ClassVar[int] = 2
    urgent: ClassVar[bool] = False
    capped: ClassVar[bool] = True
    necessary: ClassVar[bool] = False


@dataclass(frozen=True)
class FeedbackAsked(_Kindness):
    """How it went, in the customer's own words."""

    name: ClassVar[str] = "feedback_asked"
    useful_for: ClassVar[timedelta | None] = timedelta(hours=48)
    link: str


@dataclass(frozen=True)
class ThankYou(_Kindness):
    """Thanks; `reason` is a sentence that says for what, may be empty."""

    name: ClassVar[str] = "thank_you"
    reason: str
    link: str


@dataclass(frozen=True)
class ApologyGoodwill(_Kindness):
    """We broke our word: what went wrong as a sentence, may be empty, and what we give for it."""

    name: ClassVar[str] = "apology_goodwill"
    reason: str
    goodwill: str
    link: str


@dataclass(frozen=True)
class WhatWeFixed(_Kindness):
    """To those who told us: their words, and what is different now, as a sentence."""

    name: ClassVar[str] = "what_we_fixed"
    said: str
    fixed: str
    link: str
