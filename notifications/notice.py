"""A notice is a name, its fields and a text file for each language."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

from notifications.text import plain

FALLBACK = "en"


@dataclass(frozen=True)
class Notice:
    """One kind of message. Subclasses add its fields; its text stands in the folder `name`."""

    name: ClassVar[str]
    #: 0 = an answer to a person, 1 = news of a delivery, 2 = bulk.
    lane: ClassVar[int] = 1
    #: Urgent ones may wake people.
    urgent: ClassVar[bool] = True
    #: From when it was due; after that it is not sent any more.
    useful_for: ClassVar[timedelta | None] = None


class Texts:
    """The texts of all notices in a folder, compiled once: `<name>/<locale>.sms.txt`."""

    def __init__(self, folder: Path) -> None:
        # No escaping: an SMS is not markup. Nobody but us writes these files.
        self._jinja = Environment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, auto_reload=False,
            autoescape=False,
        )  # fmt: skip
        self._template = cache(self._find)

    def render(self, notice: Notice, locale: str) -> str:
        """The text in this language, else in English; costly typography made plain."""
        values = {each.name: getattr(notice, each.name) for each in fields(notice)}
        return plain(self._template(notice.name, locale).render(values))

    def _find(self, name: str, locale: str) -> Template:
        for each in (locale, locale.split("-")[0].split("_")[0], FALLBACK):
            try:
                return self._jinja.get_template(f"{name}/{each}.sms.txt")
            except TemplateNotFound:
                continue
        raise TemplateNotFound(f"{name}/{FALLBACK}.sms.txt")
