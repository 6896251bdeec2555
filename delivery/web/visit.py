"""One visit to a page: its cookies, its form, its language, and what the answer must set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from delivery.web import csrf

LANG_COOKIE = "perille_lang"
_MOST_FIELDS = 100


@dataclass
class Visit:
    """Made for each request to a page; endpoints find it in `request.state.visit`."""

    method: str
    path: str
    headers: dict[str, str]
    cookies: dict[str, str]
    query: dict[str, str]
    secret: str
    form: dict[str, str] = field(default_factory=dict)
    #: Set when the page shows a form to a browser without our cookie.
    new_cookie: str = ""

    @classmethod
    def of(cls, scope: Any, secret: str) -> Visit:
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        query = read_form(scope.get("query_string", b""))
        cookies = _cookies(headers.get("cookie", ""))
        return cls(scope["method"], scope["path"], headers, cookies, query, secret)

    @property
    def csrf_token(self) -> str:
        """The token for a form on this page."""
        cookie = self.cookies.get(csrf.COOKIE) or self.new_cookie
        if not cookie:
            cookie = self.new_cookie = csrf.new_cookie()
        return csrf.token_for(self.secret, cookie)

    def is_ours(self, public_url: str) -> bool:
        """Whether this post came from a form of ours."""
        return csrf.is_ours(
            self.headers, self.cookies.get(csrf.COOKIE, ""), self.form.get(csrf.FIELD, ""),
            secret=self.secret, public_url=public_url,
        )  # fmt: skip

    def asked_language(self, known: Iterable[str]) -> str | None:
        """The language this visitor chose by `?lang=`, now or before."""
        for choice in (self.query.get("lang", ""), self.cookies.get(LANG_COOKIE, "")):
            if choice in known:
                return choice
        return None

    def preferred_language(self, known: Iterable[str]) -> str | None:
        """The first language of ours in Accept-Language."""
        ours = tuple(known)
        for part in self.headers.get("accept-language", "")[:200].split(","):
            short = part.split(";")[0].strip().split("-")[0].lower()
            if short in ours:
                return short
        return None

    def line(self, name: str) -> str:
        """A field of the form as one line without control characters."""
        typed = " ".join(self.form.get(name, "").split())
        return "".join(each for each in typed if each.isprintable())

    def text(self, name: str) -> str:
        """A field of the form with its lines kept."""
        typed = self.form.get(name, "").replace("\r\n", "\n").strip()
        return "".join(each for each in typed if each.isprintable() or each == "\n")


def read_form(body: bytes) -> dict[str, str]:
    """`a=1&b=2` as a dict; what cannot be read is left out, never an error."""
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), max_num_fields=_MOST_FIELDS,
                          keep_blank_values=True)  # fmt: skip
    except ValueError:
        return {}
    return dict(pairs)


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


async def _visit(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


TheVisit = Annotated[Visit, Depends(_visit)]
