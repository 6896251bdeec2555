"""A notice is a name, its fields and, for each language, a text file and an e-mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from markupsafe import Markup

from notifications import counting
from notifications.text import plain

#: Spoken where a reader's own language has no text.
FALLBACK = "en"

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Notice:
    """One kind of message. Subclasses add its fields; its texts stand in the folder `name`.

    Fields are strings, whole numbers, truths and tuples of strings, so that a notice can be kept
    as JSON and said again over another channel.
    """

    #: Empty in a class that only others are made of.
    name: ClassVar[str] = ""
    #: 0 = an answer to a person, 1 = news of a delivery, 2 = bulk.
    lane: ClassVar[int] = 1
    #: Urgent ones may wake people.
    urgent: ClassVar[bool] = True
    #: Counts to what one person gets a day, and waits when that is reached.
    capped: ClassVar[bool] = False
    #: News a customer cannot do without: sent to those, too, who want no optional e-mail.
    necessary: ClassVar[bool] = True
    #: From when it was due; after that it is not sent any more.
    useful_for: ClassVar[timedelta | None] = None
    #: Not sent to whom a message stating the same window was told within this time.
    unless_told: ClassVar[timedelta | None] = None
    #: The channels that have texts for it, the dearest to the reader first.
    channels: ClassVar[tuple[str, ...]] = ("sms", "email")

    def as_fields(self) -> dict[str, Any]:
        """Its fields as JSON can keep them; tuples become lists."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """The notice that `as_fields` was taken of. Raises `TypeError` on other fields."""
        return cls(**{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        })  # fmt: skip


@dataclass(frozen=True)
class Email:
    """`subject` is one line; `html` and `text` say the same, with the same links.

    `sender` is the person it is from, as the language signs: `Mikko at Kaari`.
    """

    subject: str
    text: str
    html: str
    sender: str = ""


def chain(locale: str) -> tuple[str, ...]:
    """The languages in which a reader of `locale` is written to, best first.

    `sv-FI` gives sv-FI, sv, en.
    """
    parts = locale.replace("_", "-").split("-")
    own = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*own, FALLBACK]))


class Texts:
    """The texts of all notices in a folder, compiled once.

    `<name>/<locale>.sms.txt` is the SMS. `.subject.txt`, `.email.txt` and `.html` are the e-mail;
    the latter two are made from `.mjml` (notifications/mjml.py). `../email/<locale>.sender.txt` is
    whom all of them are from, where there is such a file.
    """

    def __init__(self, folder: Path) -> None:
        # Nobody but us writes these files; what is put into them is data.
        self._plain = _environment(folder, escaped=False)
        self._html = _environment(folder, escaped=True)
        self._template = lru_cache(maxsize=4096)(self._find)

    def render(self, notice: Notice, locale: str) -> str:
        """The SMS in the nearest language; costly typography made plain.

        Raises jinja2's `TemplateNotFound` for a notice that is never sent by SMS.
        """
        return plain(self._say(notice, locale, "sms.txt"))

    def email(self, notice: Notice, locale: str) -> Email:
        """The e-mail in the nearest language; what people wrote is escaped in its HTML."""
        text = self._say(notice, locale, "email.txt")
        text = "\n".join(line.strip() for line in text.split("\n"))
        return Email(
            subject=_one_line(self._say(notice, locale, "subject.txt")),
            text=_EMPTY_LINES.sub("\n\n", text).strip() + "\n",
            html=self._say(notice, locale, "html"),
            sender=self._sender(notice, locale),
        )

    def _sender(self, notice: Notice, locale: str) -> str:
        try:
            return _one_line(self._say(notice, locale, "sender.txt"))
        except TemplateNotFound:
            return ""

    def _say(self, notice: Notice, locale: str, kind: str) -> str:
        template, always = self._template(notice.name, locale, kind)
        # `Template.render` in less: it would gather Jinja's own names anew for each message.
        values = always | vars(notice)
        return "".join(template.root_render_func(template.new_context(values, shared=True)))

    def _find(self, name: str, locale: str, kind: str) -> tuple[Template, dict[str, Any]]:
        """The text in the nearest language, and what it may name besides a notice's fields."""
        jinja = self._html if kind == "html" else self._plain
        for each in chain(locale):
            try:
                found = jinja.get_template(_file(name, each, kind))
                return found, {**found.globals, "locale": each}
            except TemplateNotFound:
                continue
        raise TemplateNotFound(_file(name, FALLBACK, kind))


def _file(name: str, locale: str, kind: str) -> str:
    return f"{locale}.{kind}" if kind == "sender.txt" else f"{name}/{locale}.{kind}"


def _environment(folder: Path, *, escaped: bool) -> Environment:
    jinja = Environment(
        loader=FileSystemLoader([folder, folder.parent / "email"]), undefined=StrictUndefined,
        auto_reload=False, autoescape=escaped,
    )  # fmt: skip
    jinja.filters.update(counting.FILTERS | {"lines": _lines if escaped else str})
    return jinja


def _one_line(said: str) -> str:
    # A line break would end a header and begin another one.
    return _CONTROL.sub(" ", said).strip()


def _lines(written: str) -> Markup:
    # What a person wrote keeps its lines.
    return Markup("<br />").join(written.split("\n"))
