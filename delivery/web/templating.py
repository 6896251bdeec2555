"""A page gets one frozen view, its frame, the words of its language, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache, partial
from typing import Any, ClassVar

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from delivery.assets import asset
from delivery.house import House
from delivery.web.static_files import address
from delivery.web.visit import Visit
from delivery.words import Words

STYLE = "perille.css"
SCRIPT = "vendor/htmx-2.0.11/htmx.min.js"


@dataclass(frozen=True)
class View:
    """Everything one page may show. A test holds its fields and its template together."""

    template: ClassVar[str]


@dataclass(frozen=True)
class Frame:
    """What stands around every page."""

    lang: str
    #: Each language of ours and what it calls itself.
    languages: tuple[tuple[str, str], ...]
    shop: str
    #: Where the same page is had in another language; empty where it cannot be asked for.
    path: str
    #: Empty on pages without a form.
    csrf: str
    demo: bool
    style: str = address(STYLE)
    script: str = address(SCRIPT)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(asset("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


#: The words of the desk; what it does not say stands in pages.toml.
DESK = "desk"


def language_for(
    house: House, visit: Visit, customers: str | None = None, *, section: str | None = None
) -> str:
    """What was asked for, else the customer's own, else the browser's, else the shop's.

    With `section` among the languages of that section, else among those of everything.
    """
    ours = house.words.spoken(section) if section else house.words.locales
    asked = visit.asked_language(ours)
    if asked or customers:
        return asked or house.words.language(customers, section)
    shops = house.words.language(house.settings.shop.locale, section)
    return visit.preferred_language(ours) or shops


def say(words: Words, lang: str, key: str, **given: Any) -> Markup:
    """A sentence of desk.toml or pages.toml; its markup stays, what is filled in is escaped."""
    section = DESK if words.knows(f"{DESK}.{key}") else "pages"
    sentence = Markup(words.say(lang, f"{section}.{key}"))
    return sentence.format(**given) if given else sentence


def render(house: House, view: View, frame: Frame) -> str:
    content = {each.name: getattr(view, each.name) for each in fields(view)}
    speak = partial(say, house.words, frame.lang)
    return _environment().get_template(view.template).render(content, frame=frame, say=speak)


def part(house: House, template: str, lang: str, **content: Any) -> str:
    """A piece of a page without its frame, for what brings it anew."""
    speak = partial(say, house.words, lang)
    return _environment().get_template(template).render(content, say=speak)


def show(
    house: House, visit: Visit, view: View, lang: str, *, status: int = 200, form: bool = True
) -> HTMLResponse:
    """The answer that shows a view."""
    frame = Frame(
        lang=lang,
        languages=house.words.endonyms,
        shop=house.settings.shop.name,
        path=visit.path if visit.method == "GET" and form else "",
        csrf=visit.csrf_token if form else "",
        demo=house.settings.demo.enabled,
    )
    return HTMLResponse(render(house, view, frame), status, {"Content-Language": lang})
