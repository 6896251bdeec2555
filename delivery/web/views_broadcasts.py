"""What the people at the desk see of broadcasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.web.demo_shop import FieldError
from delivery.web.templating import View
from delivery.web.views_ops import DeskFrame, Figure


@dataclass(frozen=True)
class Choice:
    """One value of a field, as a chip or a line of a list."""

    value: str
    said: str
    chosen: bool = False


@dataclass(frozen=True)
class Field:
    """One line to type in; `lang` where its text is in one language."""

    name: str
    label: str
    value: str = ""
    lang: str = ""
    hint: str = ""


@dataclass(frozen=True)
class BroadcastRow:
    """One broadcast in the list."""

    id: str
    what: str
    when: str
    people: int
    pill: str
    pill_kind: str


@dataclass(frozen=True)
class Held:
    """Everything is held, or nothing is."""

    stopped: bool
    said: str
    button: str


@dataclass(frozen=True)
class BroadcastsPage(View):
    """The list, the form for a new one, and the button that stops everything."""

    template: ClassVar[str] = "ops/broadcasts.html"

    desk: DeskFrame
    rows: tuple[BroadcastRow, ...]
    held: Held
    #: One form sent twice makes one broadcast.
    once: str
    days: tuple[Choice, ...]
    #: The first two are always to be seen, the others once one of them is typed in.
    lists: tuple[Field, ...]
    narrowed: bool
    notices: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    minutes: Field
    window: tuple[Field, ...]
    reasons: tuple[Field, ...]
    others: tuple[Field, ...]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class SampleText:
    body: str
    under: str
    lang: str


@dataclass(frozen=True)
class Live:
    """What changes while it runs; the same part for the page and for its events."""

    heading: str
    of: str
    left: str
    said: str
    #: (class, x, width) of each piece of the bar.
    pieces: tuple[tuple[str, int, int], ...]
    whole: int
    figures: tuple[Figure, ...]
    note: str


@dataclass(frozen=True)
class PersonRow:
    reference: str
    name: str
    to: str
    said: str
    pill_kind: str


@dataclass(frozen=True)
class BroadcastPage(View):
    """One broadcast: what will happen, or what does."""

    template: ClassVar[str] = "ops/broadcast.html"

    desk: DeskFrame
    id: str
    title: str
    subtitle: str
    pill: str
    pill_kind: str
    is_draft: bool
    people: str
    sums: tuple[tuple[str, str], ...]
    total: tuple[str, str]
    costs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    samples: tuple[SampleText, ...]
    send: str
    send_hint: str
    #: (word, label, kind of button) of what can be done now.
    moves: tuple[tuple[str, str, str], ...] = ()
    live: Live | None = None
    #: Where its events come from; empty once it is over.
    events: str = ""
    script: str = ""
    got: tuple[PersonRow, ...] = ()
