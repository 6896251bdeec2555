"""What the people at the desk see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.web.templating import View
from delivery.web.views import DayLine
from delivery.web.views_my import PromiseLine


@dataclass(frozen=True)
class DeskFrame:
    """The side of every page of the console."""

    name: str
    initials: str
    current: str
    late: int
    waiting: int
    #: The database is a copy: nothing is sent until somebody says so.
    is_copy: bool = False


@dataclass(frozen=True)
class Van:
    """One round that carries people's things, and the button that tells them."""

    root: int
    what: str
    people: str
    pill: str
    pill_kind: str
    button: str
    first: bool


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    behind: str
    late: bool = False


@dataclass(frozen=True)
class Bar:
    """One hour of the chart: three stacked heights, as rectangles (class, x, y, height)."""

    hour: int
    x: int
    middle: int
    pieces: tuple[tuple[str, int, int], ...]
    kept: int
    late: int
    planned: int


@dataclass(frozen=True)
class HoursChart:
    reading: str
    bars: tuple[Bar, ...]
    #: (y, what it says) of each line across.
    lines: tuple[tuple[int, int], ...]
    now_x: int
    now: str


@dataclass(frozen=True)
class LateRow:
    reference: str
    promised: str
    now: str
    by: str
    name: str
    street: str
    word: str
    word_kind: str


@dataclass(frozen=True)
class TaskLine:
    """One thing to do. `link` opens the delivery it is about, where there is one."""

    number: int
    text: str
    since: str
    about: str
    link: str
    #: A sender to be mended: the button says so, and the next message is the proof.
    is_sender: bool


@dataclass(frozen=True)
class TodayPage(View):
    template: ClassVar[str] = "ops/today.html"

    desk: DeskFrame
    subtitle: str
    needs_heading: str
    vans: tuple[Van, ...]
    minutes: tuple[int, ...]
    reasons: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    chart: HoursChart
    late_heading: str
    late: tuple[LateRow, ...]
    tasks: tuple[TaskLine, ...] = ()
    told: str = ""
    find_wrong: str = ""
    sought: str = ""


@dataclass(frozen=True)
class Bubble:
    ours: bool
    text: str
    under: str
    lang: str


@dataclass(frozen=True)
class DeliveryCard:
    """One delivery beside its conversation."""

    reference: str
    facts: tuple[tuple[str, str], ...]
    was: str
    line: DayLine


@dataclass(frozen=True)
class DeliveryPage(View):
    template: ClassVar[str] = "ops/delivery.html"

    desk: DeskFrame
    name: str
    card: DeliveryCard
    promises: tuple[PromiseLine, ...]
    bubbles: tuple[Bubble, ...]
    milestones: tuple[tuple[str, str], ...]
