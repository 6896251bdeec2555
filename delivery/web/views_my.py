"""What a customer sees of one delivery. No full name, no phone, no door code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from delivery.web.demo_shop import FieldError
from delivery.web.templating import View
from delivery.web.views import DayLine
from delivery.web.views_calendar import Calendar


@dataclass(frozen=True)
class Letter:
    """Who writes when we are late, and what happened."""

    signed: str
    initials: str
    at: str
    text: Markup


@dataclass(frozen=True)
class Offer:
    """One free time as a button; `value` is its id and the fee it was shown with."""

    value: str
    when: str
    second: str
    fee: str
    free: bool


@dataclass(frozen=True)
class PromiseLine:
    when: str
    said: str
    stands: bool


@dataclass(frozen=True)
class Said:
    """A message the customer wrote here."""

    text: str
    at: str


@dataclass(frozen=True)
class MyPage(View):
    template: ClassVar[str] = "pages/my.html"

    here: str
    heading: Markup
    letter: Letter | None
    #: What the promise is called, and whether it is still to come.
    promise_label: str
    pill: str
    pill_kind: str
    moment: str
    hours: str
    day: str
    was: str
    line: DayLine | None
    where: str
    place_icon: str
    may_acknowledge: bool
    acknowledged: bool
    undo_until: str
    offers: tuple[Offer, ...]
    #: Folded into one row when nothing has changed.
    offers_folded: bool
    moving: str
    may_cancel: bool
    #: Whether it may be left or brought elsewhere, and where it is left now, in their words.
    may_relocate: bool
    left_with: str
    agent: str
    written: tuple[Said, ...]
    waits: bool
    versions: tuple[PromiseLine, ...]
    facts: tuple[tuple[str, str], ...]
    error_heading: str = ""
    errors: tuple[FieldError, ...] = ()
    draft: str = ""


@dataclass(frozen=True)
class MoveTimesPage(View):
    template: ClassVar[str] = "pages/my_times.html"

    here: str
    heading: Markup
    lead: Markup
    calendar: Calendar
    undo_minutes: int
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class PlaceLine:
    """One point it could go to, and from when on it could be fetched there."""

    id: str
    name: str
    street: str
    distance: str
    since: str


@dataclass(frozen=True)
class PlacesPage(View):
    """With whom or where it may be left, and where it could be fetched."""

    template: ClassVar[str] = "pages/my_place.html"

    here: str
    may_leave: bool
    kind: str
    draft: str
    points: tuple[PlaceLine, ...]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class CancelPage(View):
    """Cancelling cannot be undone, so it is asked once."""

    template: ClassVar[str] = "pages/my_cancel.html"

    here: str
    when: str
    back_money: str
