"""What the telephone of the demo shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from delivery.web.demo_shop import FieldError
from delivery.web.templating import View


@dataclass(frozen=True)
class PhoneBubble:
    from_shop: bool
    text: Markup
    at: str


@dataclass(frozen=True)
class Happened:
    """One thing that happened, and because of what."""

    at: str
    what: str
    because: str


@dataclass(frozen=True)
class Tried:
    """What a reply would mean."""

    intent: str
    when: str
    because: str
    sure: Markup


@dataclass(frozen=True)
class ThreadPart(View):
    """The messages alone, to be refreshed by themselves."""

    template: ClassVar[str] = "pages/demo_thread.html"

    bubbles: tuple[PhoneBubble, ...]
    away: bool
    language: str
    thread_address: str


@dataclass(frozen=True)
class HappenedPart(View):
    """The list of what happened alone."""

    template: ClassVar[str] = "pages/demo_happened.html"

    happened: tuple[Happened, ...]
    happened_address: str


@dataclass(frozen=True)
class PhonePage(View):
    template: ClassVar[str] = "pages/demo_phone.html"

    heading: str
    number: str
    shop: str
    lever_lead: str
    reference: str
    tried_text: str
    tried: Tried | None
    bubbles: tuple[PhoneBubble, ...]
    away: bool
    language: str
    thread_address: str
    happened: tuple[Happened, ...]
    happened_address: str
    draft: str = ""
    errors: tuple[FieldError, ...] = ()
