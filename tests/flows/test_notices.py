"""Every text we send, in every language: its fields, its length, its words."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

from delivery.assets import asset
from delivery.notices import NOTICES
from notifications.notice import Notice, Texts
from notifications.text import keyword_in, segments

FOLDER = asset("templates/notices")
LOCALES = ("en", "fi")
LINK = "https://deliveries.kaari.example/my/9VFGPmGlrAYri24hD6GTu9"
SAMPLE: dict[str, dict[str, Any]] = {
    "en": {
        "given_name": "Aino", "agent": "Mikko", "shop": "Kaari", "link": LINK, "minutes": 90,
        "when": "tomorrow Wed 11 March, 18:30-20:30", "was": "today, 17:00-19:00",
        "reason": "The van broke down in Vallila and another one is on its way.",
        "times": ("tomorrow, 17:00-19:00", "Thu 12 March, 10:00-12:00",
                  "Fri 13 March, 17:00-19:00"),
        "undo_until": "13:05", "place": "", "street": "Vaasankatu 12", "until": "Tue 17 March",
        "at": "18:12", "text": "Yes, we bring it up to the third floor.",
    },
    "fi": {
        "given_name": "Väinö", "agent": "Mikko", "shop": "Kaari", "link": LINK, "minutes": 90,
        "when": "huomenna ke 11.3. klo 18.30-20.30", "was": "tänään klo 17-19",
        "reason": "Auto hajosi Vallilassa, ja toinen on jo matkalla.",
        "times": ("huomenna klo 17-19", "to 12.3. klo 10-12", "pe 13.3. klo 17-19"),
        "undo_until": "13.05", "place": "", "street": "Vaasankatu 12", "until": "ti 17.3.",
        "at": "18.12", "text": "Kyllä, tuomme sen kolmanteen kerrokseen.",
    },
}  # fmt: skip
#: The most that each may cost; all others one less.
MOST = {"booking_confirmed": 2, "delayed": 3, "moved_earlier": 2, "missed": 2, "slot_gone": 2,
        "not_understood": 2, "which_time": 2, "rescheduled": 2, "at_pickup_point": 2,
        "on_the_way": 2}  # fmt: skip
# Words at which networks stop or start sending; a text must not ask for them.
FORBIDDEN = ("CANCEL", "END", "YES", "STOP", "QUIT", "START", "UNSUBSCRIBE", "HELP")

WITH_MENU = ("delayed", "moved_earlier", "missed", "slot_gone", "which_time", "not_understood")
EVERY = [(name, locale) for name in NOTICES for locale in LOCALES]


def made(name: str, locale: str, **changes: Any) -> Notice:
    kind = NOTICES[name]
    values = SAMPLE[locale] | changes
    return kind(**{each.name: values[each.name] for each in dataclasses.fields(kind)})


def rendered(name: str, locale: str, **changes: Any) -> str:
    return Texts(FOLDER).render(made(name, locale, **changes), locale)


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_notice_and_its_text_agree_on_the_fields(name: str, locale: str) -> None:
    source = (Path(FOLDER) / name / f"{locale}.sms.txt").read_text("utf-8")
    used = meta.find_undeclared_variables(Environment().parse(source))
    assert used == {each.name for each in dataclasses.fields(NOTICES[name])}


def test_every_folder_is_a_notice() -> None:
    assert {each.name for each in Path(FOLDER).iterdir()} == set(NOTICES)


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_text_is_short_signed_and_in_the_short_alphabet(name: str, locale: str) -> None:
    text = rendered(name, locale)
    counted = segments(text)
    assert counted.encoding == "GSM-7", counted.costly
    assert counted.count <= MOST.get(name, 1), text
    assert text.endswith("Mikko, Kaari")
    assert "\n\n" not in text
    assert "  " not in text
    assert text == text.strip()


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_text_never_invites_a_word_that_networks_take(name: str, locale: str) -> None:
    text = rendered(name, locale)
    assert not [word for word in FORBIDDEN if re.search(rf"\b{word}\b", text)]
    assert keyword_in(text) is None
    assert not re.search("unfortunately|valued|valitettavasti|pahoittelemme", text, re.IGNORECASE)


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_without_a_name_it_begins_with_the_fact(name: str, locale: str) -> None:
    if "given_name" not in {each.name for each in dataclasses.fields(NOTICES[name])}:
        return
    text = rendered(name, locale, given_name="")
    assert text[0].isupper()
    assert not text.startswith(("Hi", "Hei"))
    assert "Aino" not in text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", WITH_MENU)
def test_a_menu_is_numbered_line_by_line_and_may_be_missing(name: str, locale: str) -> None:
    lines = rendered(name, locale).splitlines()
    numbered = [line for line in lines if re.match(r"[1-9] ", line)]
    assert numbered == [f"{n} {each}" for n, each in enumerate(SAMPLE[locale]["times"], start=1)]
    none = rendered(name, locale, times=())
    assert not re.search(r"^[1-9] ", none, re.MULTILINE)


def test_a_pickup_place_is_named() -> None:
    text = rendered("booking_confirmed", "en", place="Locker Vallila")
    assert "Locker Vallila" in text
    assert segments(text).count <= 2
