"""A notice as an SMS, as an e-mail and as JSON, with texts of the test's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import TemplateNotFound

from notifications.counting import lasting, plural
from notifications.notice import Notice, Texts, chain


@dataclass(frozen=True)
class Late(Notice):
    name: ClassVar[str] = "late"
    given_name: str
    minutes: int
    times: tuple[str, ...]
    said: str = ""
    link: str = ""


LATE = Late("Aino", 90, ("17-19", "19-21"), "first\nsecond", "https://x.test/my/a?b=1&c=2")


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    folder = tmp_path / "notices"
    (folder / "late").mkdir(parents=True)
    for file, content in {
        "en.sms.txt": "{{ given_name }}: {{ minutes|lasting }}",
        "sv.sms.txt": "{{ given_name }}: {{ minutes|lasting }}, {{ times|join(', ') }}",
        "en.subject.txt": "Late, {{ given_name }}",
        "en.email.txt": "{{ given_name }}\n\n\n\n  {{ said|lines }}\n{{ link }}",
        "en.html": '<p title="{{ given_name }}">{{ said|lines }}</p><a href="{{ link }}">x</a>',
    }.items():
        (folder / "late" / file).write_text(content, "utf-8")
    return Texts(folder)


@pytest.mark.parametrize(
    ("locale", "tried"),
    [
        ("el-GR", ("el-GR", "el", "en")), ("sv_FI", ("sv-FI", "sv", "en")), ("fi", ("fi", "en")),
        ("en", ("en",)), ("", ("", "en")), ("zh-Hant-TW", ("zh-Hant-TW", "zh-Hant", "zh", "en")),
    ],
)  # fmt: skip
def test_the_nearest_language_is_spoken(locale: str, tried: tuple[str, ...]) -> None:
    assert chain(locale) == tried


def test_numbers_follow_the_language_of_the_text_not_of_the_reader(texts: Texts) -> None:
    assert texts.render(LATE, "sv-FI") == "Aino: 90 minuter, 17-19, 19-21"
    assert texts.render(LATE, "fi") == "Aino: 90 minutes"
    assert texts.render(LATE, "../../secret") == "Aino: 90 minutes"


def test_an_email_is_escaped_in_its_html_and_one_line_in_its_subject(texts: Texts) -> None:
    rogue = Late("<b>A</b>\r\nBcc: x@y.test", 5, (), "a <script>\nb", LATE.link)
    email = texts.email(rogue, "en")
    assert email.subject == "Late, <b>A</b> Bcc: x@y.test"
    assert "<b>" not in email.html
    assert "a &lt;script&gt;<br />b" in email.html
    assert "b=1&amp;c=2" in email.html
    assert "a <script>\nb\nhttps://x.test/my/a?b=1&c=2" in email.text
    assert "\n\n\n" not in email.text
    assert email.sender == ""


def test_a_notice_without_a_text_for_a_channel_is_not_said_there(texts: Texts) -> None:
    @dataclass(frozen=True)
    class Silent(Notice):
        name: ClassVar[str] = "silent"

    for say in (texts.render, texts.email):
        with pytest.raises(TemplateNotFound):
            say(Silent(), "en")


def test_a_notice_survives_json() -> None:
    kept = json.loads(json.dumps(LATE.as_fields()))
    assert Late.from_fields(kept) == LATE
    with pytest.raises(TypeError):
        Late.from_fields(kept | {"other": 1})
    with pytest.raises(TypeError):
        Late.from_fields({"given_name": "Aino"})


@pytest.mark.parametrize(
    ("locale", "one", "ninety", "hours"),
    [
        ("en", "1 minute", "90 minutes", "2 hours"),
        ("fi", "1 minuutti", "90 minuuttia", "2 tuntia"),
        ("sv", "1 minut", "90 minuter", "2 timmar"), ("el", "1 λεπτό", "90 λεπτά", "2 ώρες"),
    ],
)  # fmt: skip
def test_how_long_is_said_by_the_rules_of_each_language(
    locale: str, one: str, ninety: str, hours: str
) -> None:
    assert (lasting(1, locale), lasting(90, locale), lasting(120, locale)) == (one, ninety, hours)
    assert lasting(150, locale).startswith(f"{hours} 30 ")
    assert plural(1, locale, "a", "b") == "1 a"
    assert [plural(each, locale, "a", "b") for each in (0, 2, 21)] == ["0 b", "2 b", "21 b"]
