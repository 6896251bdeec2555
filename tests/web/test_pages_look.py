"""The stylesheet keeps its budget, its contrasts and the policy; every template keeps its view."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from delivery.assets import asset
from delivery.web import (
    error_pages,
    login,
    views_demo,
    views_inbox,
    views_my,
    views_notices,
    views_ops,
    views_phone,
)
from delivery.web.static_files import FOLDER
from delivery.web.templating import View, _environment

MODULES = (error_pages, login, views_demo, views_inbox, views_my, views_notices, views_ops,
           views_phone)  # fmt: skip
VIEWS = sorted(View.__subclasses__(), key=lambda each: each.template)
TEMPLATES = sorted(
    each.relative_to(asset("templates")).as_posix()
    for each in asset("templates").rglob("*.html")
    # E-mails have rules of their own (tests/notifications/test_mjml.py).
    if "notices" not in each.parts
)
#: Given to every page beside its view.
AROUND = {"frame", "say"}


def parsed(name: str) -> nodes.Template:
    environment = _environment()
    source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
    return environment.parse(source)


def imported(tree: nodes.Template) -> set[str]:
    """Macros: blocks see them, though they stand outside."""
    found = [name for each in tree.find_all(nodes.FromImport) for name in each.names]
    return {name if isinstance(name, str) else name[1] for name in found}


def asked_of_view(name: str) -> set[str]:
    """Every name a template and all it extends or includes take from outside."""
    tree = parsed(name)
    asked = set(meta.find_undeclared_variables(tree)) - imported(tree)
    for kind in (nodes.Extends, nodes.Include):
        for each in tree.find_all(kind):
            assert isinstance(each.template, nodes.Const)
            asked |= asked_of_view(each.template.value)
    return asked - AROUND


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.template)
def test_every_page_and_its_view_agree_on_the_fields(view: type[View]) -> None:
    assert asked_of_view(view.template) == {each.name for each in fields(view)}


def test_every_page_has_one_view_and_every_view_a_page() -> None:
    pages = {name for name in TEMPLATES if name.startswith(("pages/", "ops/"))}
    assert pages == {view.template for view in VIEWS}


def said_keys(name: str) -> set[str]:
    calls = parsed(name).find_all(nodes.Call)
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.node, nodes.Name) and call.node.name == "say"
        and call.args and isinstance(call.args[0], nodes.Const)
    }  # fmt: skip


def section(locale: str, name: str) -> dict[str, str]:
    return tomllib.loads(asset(f"templates/words/{locale}/{name}.toml").read_text("utf-8"))


def words(locale: str) -> dict[str, str]:
    """What may be said on a page: every sentence stands in one of two sections."""
    pages, desk = section(locale, "pages"), section(locale, "desk")
    assert not pages.keys() & desk.keys()
    return pages | desk


def fields_of(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_every_language_has_every_sentence_with_the_same_fields() -> None:
    for name in ("pages", "desk"):
        english = section("en", name)
        for locale in ("fi", "sv", "el"):
            other = section(locale, name)
            assert other.keys() == english.keys()
            for key, sentence in english.items():
                assert fields_of(other[key]) == fields_of(sentence), key


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_says_is_among_the_words(name: str) -> None:
    assert said_keys(name) <= words("en").keys()


@pytest.mark.parametrize("locale", ["en", "fi", "sv", "el"])
def test_words_carry_no_markup_but_the_plainest(locale: str) -> None:
    for key, sentence in words(locale).items():
        tags = set(re.findall(r"<[^>]*>", sentence))
        allowed = {"<b>", "</b>", "<q>", "</q>", '<b class="nb">', '<q lang="fi">', '<q lang="en">'}
        assert tags <= allowed, key
        assert "!" not in sentence, key


FORBIDDEN = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on", re.I
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_inline_style_or_script(name: str) -> None:
    assert not FORBIDDEN.search(asset("templates").joinpath(name).read_text("utf-8"))


@pytest.mark.parametrize(
    "bad", ['<p style="x">', "<style>", "<script>x</script>", '<a onclick="x">', "javascript:x"]
)
def test_the_search_for_inline_style_or_script_finds_them(bad: str) -> None:
    assert FORBIDDEN.search(bad)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_posts_carries_the_token(name: str) -> None:
    source = asset("templates").joinpath(name).read_text("utf-8")
    for form in re.findall(r"<form\b.*?</form>", source, re.S):
        posts = 'method="post"' in form.split(">")[0]
        assert posts == ("parts/csrf.html" in form), form[:120]


def test_the_stylesheet_keeps_its_budget() -> None:
    assert len((FOLDER / "perille.css").read_bytes()) <= 20_000


def tokens(part: str) -> dict[str, str]:
    found = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b", part))
    return {name: _long(value) for name, value in found.items()}


def _long(value: str) -> str:
    return value if len(value) == 7 else "#" + "".join(each * 2 for each in value[1:])


def themes() -> dict[str, dict[str, str]]:
    style = (FOLDER / "perille.css").read_text("utf-8")
    light, dark = style.split("@media (prefers-color-scheme: dark)", 1)
    return {"light": tokens(light), "dark": tokens(dark.split("@layer base", 1)[0])}


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 counts it."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


TEXT, GRAPHIC = 4.5, 3.0
PAIRS = [
    *(("ink", on, TEXT) for on in ("canvas", "surface", "sunken", "pine-tint", "amber-tint",
                                   "berry-tint")),
    *(("ink-2", on, TEXT) for on in ("canvas", "surface", "sunken", "pine-tint")),
    *(("pine", on, TEXT) for on in ("canvas", "surface", "pine-tint")),
    ("on-pine", "pine", TEXT), ("on-pine", "pine-2", TEXT), ("pine", "line", GRAPHIC),
    *(("amber", on, TEXT) for on in ("canvas", "surface", "amber-tint")),
    ("amber-mark", "surface", GRAPHIC),
    *(("berry", on, TEXT) for on in ("canvas", "surface", "berry-tint")),
    *(("edge", on, GRAPHIC) for on in ("canvas", "surface", "sunken")),
    *(("focus", on, GRAPHIC) for on in ("canvas", "surface", "pine-tint")),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_pair_of_colours_can_be_told_apart(
    theme: str, front: str, back: str, least: float
) -> None:
    colours = themes()[theme]
    assert contrast(colours[front], colours[back]) >= least


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < TEXT < contrast("#767676", "#ffffff")


def test_the_script_we_carry_is_the_one_that_was_released() -> None:
    folder = FOLDER / "vendor" / "htmx-2.0.11"
    told = tomllib.loads((folder / "VENDOR.toml").read_text("utf-8"))
    for name, digest in told["sha256"].items():
        assert hashlib.sha256(Path(folder / name).read_bytes()).hexdigest() == digest
