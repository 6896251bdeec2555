"""A browser without script: follows links, fills forms, keeps cookies. Real HTTP, real HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests

from delivery.house import House
from delivery.store import staff
from tests.times import NOW

LOGIN, PASSWORD = "mikko", "a password of the tests"


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    #: (name, value) of each button and radio.
    choices: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What one answer holds: text, links and forms."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.headers = answer.headers
        self.url = answer.url
        self.html = answer.text
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.lang = ""
        self._select = ""
        self._ids: set[str] = set()
        self.feed(answer.text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        having = {name: value or "" for name, value in given}
        # Two things of one name: a label would point to the wrong one.
        assert having.get("id", "") not in self._ids, f"{self.url} has two #{having['id']}"
        self._ids |= {having["id"]} if having.get("id") else set()
        if tag == "html":
            self.lang = having.get("lang", "")
        elif tag == "a" and "href" in having:
            self.links.append(urljoin(self.url, having["href"]))
        elif tag == "form":
            action = urljoin(self.url, having.get("action") or self.url)
            self.forms.append(Form(action, having.get("method", "get")))
        elif self.forms:
            self._in_form(tag, having)

    def _in_form(self, tag: str, having: dict[str, str]) -> None:
        form, name, value = self.forms[-1], having.get("name", ""), having.get("value", "")
        kind = having.get("type", "")
        if (tag == "button" and name) or kind in ("radio", "checkbox"):
            form.choices.append((name, value))
        elif tag in ("input", "textarea") and name:
            form.fields[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in form.fields or "selected" in having):
            form.fields[self._select] = value

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def form(self, ending: str) -> Form:
        """The form that posts to an address with this ending."""
        return next(each for each in self.forms if urlsplit(each.action).path.endswith(ending))


class Browser:
    """One visitor."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = language

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.http.close()

    def open(self, path: str, **more: object) -> Page:
        answer = self.http.get(urljoin(self.url, path), timeout=30, **more)  # type: ignore[arg-type]
        return Page(answer)

    def send(self, form: Form, choice: tuple[str, str] | None = None, **filled: str) -> Page:
        """Press a button of a form, with its fields as they stand or as filled in."""
        content = form.fields | filled | (dict([choice]) if choice else {})
        if form.method == "get":
            return Page(self.http.get(form.action, params=content, timeout=30))
        return Page(self.http.post(form.action, data=content, timeout=30))

    # The steps that many tests begin with.

    def ask_options(self, **filled: str) -> Page:
        return self.send(self.open("/demo").form("/demo"), **filled)

    def hold(self, number: int = 0) -> Page:
        form = self.ask_options().form("/hold")
        return self.send(form, form.choices[number])

    def order(self, number: int = 0) -> Page:
        """All the way to the promise."""
        page = self.hold(number)
        return self.send(next(each for each in page.forms if "/extend" not in each.action))

    def my_delivery(self, number: int = 0) -> Page:
        """Order, then open the link."""
        return self.open(next(link for link in self.order(number).links if "/my/" in link))

    def log_in(self, house: House) -> Page:
        with house.database.write() as conn:
            staff.add(conn, LOGIN, "Mikko Rantanen", PASSWORD, now=NOW)
        form = self.open("/ops/login").form("/ops/login")
        return self.send(form, login=LOGIN, password=PASSWORD)


def at_door(page: Page) -> int:
    """The place of the first home delivery among the options of a page."""
    choices = page.form("/hold").choices
    return next(at for at, (_, value) in enumerate(choices) if value.startswith("opt_home"))
