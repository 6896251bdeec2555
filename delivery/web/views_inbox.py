"""What the inbox shows: who waits, one conversation, what was meant, who answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.web.demo_shop import FieldError
from delivery.web.static_files import address
from delivery.web.templating import View
from delivery.web.views_ops import DeliveryCard, DeskFrame

SCRIPT = address("inbox.js")


@dataclass(frozen=True)
class Waiting:
    """One conversation in the list."""

    reference: str
    link: str
    name: str
    initials: str
    text: str
    due: str
    #: `bad` when the deadline is over, `late` when it is near.
    due_kind: str
    whose: str
    current: bool


@dataclass(frozen=True)
class TalkList:
    """Those that wait, or those that are mine; brought anew as they change."""

    count: str
    rows: tuple[Waiting, ...]
    mine: bool
    #: A conversation stands beside it, whose name is then the heading of the page.
    beside: bool


@dataclass(frozen=True)
class Fix:
    """What a reply was read as, and the form that says otherwise."""

    reply: int
    text: str
    read: str
    chosen: str
    date: str
    since: str
    until: str
    number: str = ""
    #: Refused as it was typed, so it stays open.
    open: bool = False


@dataclass(frozen=True)
class Line:
    """One thing of a thread: `they` or `we` said it, `note` is for the desk, `did` was done."""

    kind: str
    text: str
    under: str = ""
    lang: str = ""
    fix: Fix | None = None


@dataclass(frozen=True)
class Thread:
    """A conversation from its beginning, brought anew as it goes on."""

    reference: str
    lines: tuple[Line, ...]
    intents: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PutRight:
    """What may be given for one delivery."""

    #: The words of the button; empty where nothing can come back, and then `said` says why.
    refund: str
    said: str
    left: str
    amount: str
    may_call: bool


@dataclass(frozen=True)
class Talk:
    """The conversation that is open."""

    reference: str
    name: str
    writes_in: str
    due: str
    due_kind: str
    once: str
    may_answer: bool
    draft: str = ""
    #: Only of a booking: ready answers (name, title), people (login, name), and what follows.
    canned: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    assignee: str = ""
    assignee_name: str = ""
    mine: bool = False
    me: str = ""
    note: str = ""
    amount: str = ""
    why: str = ""
    card: DeliveryCard | None = None
    right: PutRight | None = None


@dataclass(frozen=True)
class ConversationsPage(View):
    template: ClassVar[str] = "ops/conversations.html"

    desk: DeskFrame
    talks: TalkList
    events: str
    #: None when none is open.
    talk: Talk | None = None
    thread: Thread | None = None
    errors: tuple[FieldError, ...] = ()
    script: str = SCRIPT


@dataclass(frozen=True)
class ExampleRow:
    """A proposed example beside what is read of it today."""

    number: int
    text: str
    lang: str
    language: str
    meant: str
    read: str
    right: bool
    by: str


@dataclass(frozen=True)
class ExamplesPage(View):
    template: ClassVar[str] = "ops/examples.html"

    desk: DeskFrame
    rows: tuple[ExampleRow, ...]
    wrong: str = ""


@dataclass(frozen=True)
class AnswersRow:
    """One member's answers, as they are printed."""

    name: str
    answers: str
    closed: str
    median: str
    p90: str
    in_time: str


@dataclass(frozen=True)
class AnswersPage(View):
    template: ClassVar[str] = "ops/answers.html"

    desk: DeskFrame
    week: bool
    lead: str
    waiting: str
    overdue: str
    is_late: bool
    everybody: AnswersRow
    rows: tuple[AnswersRow, ...]
