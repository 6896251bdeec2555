"""What the desk sees of our own texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from delivery.web.templating import View
from delivery.web.views_ops import DeskFrame


@dataclass(frozen=True)
class Cost:
    """What one text takes as an SMS; `costly` is the first sign that makes it dear."""

    segments: str
    encoding: str
    #: The sign and its name; empty where none does.
    costly: str
    price: str


@dataclass(frozen=True)
class NoticeRow:
    name: str
    title: str
    #: In the order of the languages; None where it is never an SMS.
    costs: tuple[Cost | None, ...]


@dataclass(frozen=True)
class NoticesPage(View):
    template: ClassVar[str] = "ops/notices.html"

    desk: DeskFrame
    subtitle: str
    languages: tuple[str, ...]
    rows: tuple[NoticeRow, ...]


@dataclass(frozen=True)
class Spoken:
    """One notice in one language. `text` is empty where it is never an SMS."""

    locale: str
    language: str
    text: str
    cost: Cost | None
    subject: str
    plain: str
    email: str


@dataclass(frozen=True)
class NoticePage(View):
    template: ClassVar[str] = "ops/notice.html"

    desk: DeskFrame
    title: str
    spoken: tuple[Spoken, ...]
