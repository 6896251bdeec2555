"""E-mails compiled from MJML: what is committed is what the sources give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from delivery.assets import asset
from delivery.notices import NOTICES
from delivery.notices.samples import LOCALES, SAMPLES, sample
from notifications.mjml import compile_file, compile_folder
from notifications.notice import Texts

FOLDER = Path(asset("templates/notices"))
TEXTS = Texts(FOLDER)
LINKS = re.compile(r"https?://[^\s\"<>]+")


def test_the_compiled_ones_are_what_their_sources_give() -> None:
    made = compile_folder(FOLDER)
    assert len(made) == 2 * len(NOTICES) * len(LOCALES)
    old = [file.name for file, content in made.items() if file.read_text("utf-8") != content]
    assert not old, "run: perille notices"


def test_a_source_that_was_changed_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    for file in (FOLDER.parent / "email").glob("*.mjml"):
        (tmp_path / "email" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    source = tmp_path / "notices" / "delivered" / "en.mjml"
    source.parent.mkdir(parents=True)
    said = (FOLDER / "delivered" / "en.mjml").read_text("utf-8")
    source.write_text(said.replace("Thank you", "Thanks"), "utf-8")
    for file, content in compile_file(source).items():
        assert "Thanks" in content
        assert content != (FOLDER / "delivered" / file.name).read_text("utf-8")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NOTICES)
def test_an_email_shows_one_button_and_loads_nothing(name: str, locale: str) -> None:
    email = TEXTS.email(sample(name, locale), locale)
    link = SAMPLES[locale]["link"]
    assert [each for each in LINKS.findall(email.html) if each == link] == [link]
    assert email.text.count(link) == 1
    assert not re.search(r"<img|<link|@import|url\(|<script|googleapis", email.html)
    assert f'lang="{locale}"' in email.html
    assert 'name="color-scheme" content="light dark"' in email.html
    assert "prefers-color-scheme: dark" in email.html
    assert not re.search(r"\{[{%]|[%}]\}|<mj-", email.html + email.text + email.subject)
    assert email.subject
    assert len(email.subject) <= 90
    assert email.sender.endswith("Kaari")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NOTICES)
def test_the_plain_part_says_what_the_page_says(name: str, locale: str) -> None:
    email = TEXTS.email(sample(name, locale), locale)
    body = email.html.partition("<body")[2].partition(">")[2]
    shown = re.sub(r"<!--.*?-->|<[^>]+>", " ", body, flags=re.DOTALL)
    words = re.findall(r"\w+", shown.replace("&#39;", "'").replace("&#34;", '"'))
    read = LINKS.sub(" ", email.text)
    assert words == re.findall(r"\w+", read)


def test_what_people_write_is_escaped() -> None:
    rogue = sample("answer", "en", text='<img src=x onerror="a()">\n{{ 7*7 }}', agent="M<i>k")
    email = TEXTS.email(rogue, "en")
    assert "<img" not in email.html
    assert "M&lt;i&gt;k" in email.html
    assert "{{ 7*7 }}" in email.html
    assert "{{ 7*7 }}" in email.text


def test_every_text_beside_the_card_can_be_read_in_the_dark() -> None:
    folder = FOLDER.parent / "email"
    head = (folder / "head.mjml").read_text("utf-8")
    dark = head.partition("prefers-color-scheme: dark")[2]
    kinds = dict(re.findall(r'<mj-class name="(\w+)"[^>]*css-class="(\w+)"', head))
    around = [folder / "top.mjml", *sorted(folder.glob("foot.*.mjml"))]
    assert len(around) == 1 + len(LOCALES)
    for file in around:
        texts = re.findall(r"<mj-text([^>]*)>", file.read_text("utf-8"))
        assert texts
        for attributes in texts:
            [kind] = re.findall(r'mj-class="(\w+)"', attributes)
            assert f".{kinds[kind]} div" in dark, f"{file.name}: {kind}"
