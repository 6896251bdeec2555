"""A notice: a name, its fields, its text file per language."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

FALLBACK = "en"

#: What typography has and the short alphabet has not; one such character doubles an SMS's price.
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "–": "-", "—": "-", "’": "'", "‘": "'",
     "“": '"', "”": '"', "…": "..."}
)  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """A kind of message. A subclass names it; its dataclass fields are what its text may use."""

    name: ClassVar[str]
    #: 0 = an answer to a person, 1 = news, 2 = bulk: lower leaves first.
    lane: ClassVar[int] = 1
    #: Urgent ones pass quiet hours.
    urgent: ClassVar[bool] = True
    #: After this long it is not worth sending; None = always.
    useful_for: ClassVar[timedelta | None] = None

    def as_fields(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Texts:
    """The texts of notices: <folder>/<name>/<locale>.sms.txt, read once."""

    def __init__(self, folder: Path) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def render(self, notice: Notice, locale: str) -> str:
        """The text in this language, else in English, in characters that SMS can carry cheaply."""
        text = self._template(notice.name, locale).render(notice.as_fields())
        return text.strip().translate(_PLAIN).replace("€", "e")

    def _template(self, name: str, locale: str) -> Template:
        short = locale.replace("_", "-").split("-")[0].lower()
        try:
            return self._jinja.get_template(f"{name}/{short}.sms.txt")
        except TemplateNotFound:
            return self._jinja.get_template(f"{name}/{FALLBACK}.sms.txt")
