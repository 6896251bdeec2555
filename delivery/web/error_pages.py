"""The page for each no: what happened, then what to do; no blame, no code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi.responses import HTMLResponse

from delivery.house import House
from delivery.web.templating import View, language_for, show
from delivery.web.visit import Visit

#: The statuses that have words of their own; every other is the nearest of them.
SPOKEN = (403, 404, 410, 413, 429, 500, 503)


@dataclass(frozen=True)
class ErrorPage(View):
    template: ClassVar[str] = "pages/error.html"

    heading: str
    text: str
    back: str


def error_page(house: House, visit: Visit, status: int, lang: str | None = None) -> HTMLResponse:
    """The page that says this status. It tells nothing of whatever was asked for."""
    lang = lang or language_for(house, visit)
    kind = _kind(visit.path, status)
    view = ErrorPage(
        heading=house.words.say(lang, f"pages.error_{kind}_heading"),
        text=house.words.say(lang, f"pages.error_{kind}_text"),
        back="/demo" if visit.path.startswith("/demo") and status != 404 else "",
    )
    return show(house, visit, view, lang, status=status, form=False)


def _kind(path: str, status: int) -> str:
    if status == 404 and path.startswith("/my"):
        return "link"
    if status in SPOKEN:
        return str(status)
    return "500" if status >= 500 else "404" if status in (405, 422, 400) else "403"
