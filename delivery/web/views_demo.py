"""What the pages of the demo shop show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from delivery.web.demo_shop import FieldError, Shopper
from delivery.web.templating import View
from delivery.web.views import DayLine, OptionCard
from delivery.web.views_calendar import Calendar


@dataclass(frozen=True)
class AddressPage(View):
    template: ClassVar[str] = "pages/demo_address.html"

    shopper: Shopper
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """An option or service that is not offered, and why."""

    what: str
    reason: str


@dataclass(frozen=True)
class OptionsPage(View):
    template: ClassVar[str] = "pages/demo_options.html"

    here: str
    heading: str
    address: str
    options: tuple[OptionCard, ...]
    #: Why the first is suggested; empty when nothing is.
    why: str
    left_out: tuple[LeftOut, ...]
    left_out_heading: str
    goods: str
    goods_count: int
    hold_minutes: int
    error_heading: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class TooOldPage(View):
    """Prices stood too long; one press checks them again."""

    template: ClassVar[str] = "pages/demo_too_old.html"

    here: str
    address: str


@dataclass(frozen=True)
class TimesPage(View):
    """Every time to the door, or every place to fetch from."""

    template: ClassVar[str] = "pages/demo_times.html"

    here: str
    heading: str
    lead: str
    hold_minutes: int
    calendar: Calendar | None = None
    places: tuple[OptionCard, ...] = ()


@dataclass(frozen=True)
class HeldView(View):
    """How long a held place is still kept: alone, to be refreshed by itself."""

    template: ClassVar[str] = "pages/demo_held.html"

    here: str
    until: str
    minutes: int
    ending: bool
    over: bool


@dataclass(frozen=True)
class PayPage(View):
    template: ClassVar[str] = "pages/demo_pay.html"

    here: str
    back: str
    day: str
    hours: str
    line: DayLine
    where: str
    place_icon: str
    goods: str
    goods_count: int
    parts: tuple[tuple[str, str], ...]
    total: str
    may_extend: bool
    extend_minutes: int
    until: str
    minutes: int
    ending: bool
    over: bool
    error_heading: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class DonePage(View):
    template: ClassVar[str] = "pages/demo_done.html"

    heading: Markup
    agent: str
    reference: str
    day: str
    hours: str
    line: DayLine
    where: str
    place_icon: str
    my_link: str
