"""E-mails compiled from MJML when we build: HTML with its styles inline, and the plain text.

Both stay Jinja templates: what is said by name is filled in for each reader. Only building needs
the compiler (`mrml`); sending does not.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

_INCLUDE = re.compile(r'<mj-include path="([^"]+)" />')
_SPACES = re.compile(r"\s+")
#: Written beside each `.mjml`, from it.
COMPILED = (".html", ".email.txt")


def compile_file(source: Path) -> dict[Path, str]:
    """What stands beside this `.mjml` once it is compiled: file and content.

    Raises `ValueError` on anything the compiler does not know.
    """
    markup = _with_includes(source)
    stem = source.name.removesuffix(".mjml")
    html, text = COMPILED
    return {
        source.with_name(stem + html): _html(markup) + "\n",
        source.with_name(stem + text): _text(markup) + "\n",
    }


def compile_folder(folder: Path) -> dict[Path, str]:
    """The same for every notice of a folder."""
    return {
        file: content
        for source in sorted(folder.glob("*/*.mjml"))
        for file, content in compile_file(source).items()
    }


def _with_includes(source: Path) -> str:
    # Put in by ourselves: the compiler does not pass the page's width on to what it includes.
    def included(found: re.Match[str]) -> str:
        return _with_includes(source.parent / found[1])

    return _INCLUDE.sub(included, source.read_text("utf-8"))


def _html(markup: str) -> str:
    import mrml

    made = mrml.to_html(markup)
    if made.warnings:
        raise ValueError(str(made.warnings))
    return str(made.content)


def _text(markup: str) -> str:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.said).strip()


class _Reader(HTMLParser):
    """Paragraphs of an MJML body as plain text; links stand behind their words."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._in_head = False
        self._piece: list[str] | None = None
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "mj-head":
            self._in_head = True
        elif tag in ("mj-text", "mj-button", "mj-raw") and not self._in_head:
            self._piece = []
        elif tag == "br" and self._piece is not None:
            self._piece.append("\n")
        if tag in ("mj-button", "a"):
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "mj-head":
            self._in_head = False
        if tag in ("mj-button", "a") and self._piece is not None and self._link:
            self._piece.append(f": {self._link}")
            self._link = ""
        if tag in ("mj-text", "mj-button", "mj-raw") and self._piece is not None:
            between = "" if tag == "mj-raw" else "\n\n"
            self.said.append("".join(self._piece).strip(" ") + between)
            self._piece = None

    def handle_data(self, data: str) -> None:
        if self._piece is not None:
            self._piece.append(_SPACES.sub(" ", data))
