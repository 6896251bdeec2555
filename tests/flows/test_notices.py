"""Every text we send, in every language: its fields, its length, its words."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

from delivery.assets import asset
from delivery.notices import NAMING_A_WINDOW, NOTICES
from delivery.notices.samples import LOCALES, SAMPLES, sample
from delivery.words import Words
from notifications import counting
from notifications.keywords import keyword_in
from notifications.notice import Texts
from notifications.text import segments

FOLDER = Path(asset("templates/notices"))
TEXTS = Texts(FOLDER)
#: The most segments of each with sample data: English, Finnish and Swedish (GSM-7), and Greek,
#: whose small letters and accents no short alphabet has (UCS-2, 70 or 67 letters a segment). In
#: capitals without accents Greek would cost half; people read it as shouting, so it costs this.
MOST = {
    "booking_confirmed": (2, 3), "evening_before": (1, 3), "on_the_way": (2, 3),
    "delayed": (3, 6), "moved_earlier": (2, 5), "back_on_time": (2, 3),
    "new_time_needed": (3, 6), "delivered": (1, 2), "missed": (2, 5), "at_pickup_point": (2, 3),
    "pickup_reminder": (2, 4), "rescheduled": (2, 3), "cancelled": (1, 2), "slot_gone": (2, 4),
    "which_time": (1, 3), "not_understood": (2, 3), "handed_over": (1, 2), "taken_over": (1, 2),
    "answer": (1, 1), "return_booked": (2, 3), "feedback_asked": (1, 2), "thank_you": (1, 2),
    "apology_goodwill": (2, 4), "what_we_fixed": (2, 3), "confirm_time": (1, 2),
    "confirm_place": (1, 3),
    "confirm_cancel": (1, 3), "which_delivery": (1, 3), "which_place": (2, 3),
    "place_changed": (1, 3), "where_is_it": (2, 3), "noted": (1, 1), "you_are_welcome": (1, 1),
    "feedback_thanked": (1, 2),
}  # fmt: skip
SIGNED = {"en": "Mikko at Kaari", "fi": "Mikko, Kaari", "sv": "Mikko på Kaari",
          "el": "Νίκος, Kaari"}  # fmt: skip
# Words at which networks stop or start sending; a text must not ask for them.
FORBIDDEN = ("CANCEL", "END", "YES", "STOP", "QUIT", "START", "UNSUBSCRIBE", "HELP")
#: What a page or an official letter would say, and no person.
STIFF = ("unfortunately|valued|inconvenience|valitettavasti|pahoittelemme|tyvärr|vi beklagar"
         "|δυστυχώς|αξιότιμε|dear ")  # fmt: skip

BY_SMS = [name for name, kind in NOTICES.items() if "sms" in kind.channels]
#: Fields that an SMS lists with a digit before each.
MENUS = ("times", "deliveries", "places")
WITH_MENU = [
    (name, each.name)
    for name in BY_SMS for each in dataclasses.fields(NOTICES[name]) if each.name in MENUS
]  # fmt: skip
EVERY = [(name, locale) for name in NOTICES for locale in LOCALES]
EVERY_SMS = [(name, locale) for name in BY_SMS for locale in LOCALES]
#: Said in an e-mail, which has room for it, and not in the SMS.
ONLY_EMAIL = {"link"}
#: Said in the SMS alone: the e-mail shows what the page can undo until then, or greets already.
ONLY_SMS: set[tuple[str, str]] = {("answer", "given_name")}


def rendered(name: str, locale: str, **changes: Any) -> str:
    return TEXTS.render(sample(name, locale, **changes), locale)


def used(name: str, locale: str, *kinds: str) -> set[str]:
    jinja = Environment()
    jinja.filters.update(counting.FILTERS | {"lines": str})
    return {
        field
        for kind in kinds
        for field in meta.find_undeclared_variables(
            jinja.parse((FOLDER / name / f"{locale}.{kind}").read_text("utf-8"))
        )
    }


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_notice_and_its_texts_agree_on_the_fields(name: str, locale: str) -> None:
    fields = {each.name for each in dataclasses.fields(NOTICES[name])}
    by_email = used(name, locale, "mjml", "html", "email.txt", "subject.txt") | {"agent", "shop"}
    assert by_email <= fields
    if name in BY_SMS:
        by_sms = used(name, locale, "sms.txt")
        assert by_sms <= fields
        assert fields - by_sms <= ONLY_EMAIL
        assert fields - by_email == set()
    else:
        assert fields == by_email


def test_every_folder_is_a_notice_and_has_every_language() -> None:
    assert {each.name for each in FOLDER.iterdir()} == set(NOTICES)
    for name, kind in NOTICES.items():
        files = ["subject.txt", "mjml", "html", "email.txt"]
        files += ["sms.txt"] if "sms" in kind.channels else []
        wanted = {f"{locale}.{file}" for locale in LOCALES for file in files}
        assert {each.name for each in (FOLDER / name).iterdir()} == wanted


def test_customers_are_told_in_the_languages_in_which_they_choose() -> None:
    assert set(Words(Path(asset("templates/words"))).spoken("options")) == set(LOCALES)
    assert set(MOST) == set(BY_SMS)
    assert set(NAMING_A_WINDOW) <= set(NOTICES)


@pytest.mark.parametrize(("name", "locale"), EVERY_SMS)
def test_a_text_is_short_signed_and_in_the_short_alphabet(name: str, locale: str) -> None:
    text = rendered(name, locale)
    counted = segments(text)
    greek = locale == "el"
    assert counted.encoding == ("UCS-2" if greek else "GSM-7"), counted.costly
    assert counted.count <= MOST[name][greek], text
    assert text.endswith(SIGNED[locale])
    assert "\n\n" not in text
    assert "  " not in text
    assert text == text.strip()


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_text_never_invites_a_word_that_networks_take(name: str, locale: str) -> None:
    if name in BY_SMS:
        text = rendered(name, locale)
        assert not [word for word in FORBIDDEN if re.search(rf"\b{word}\b", text)]
        assert keyword_in(text) is None
    email = TEXTS.email(sample(name, locale), locale)
    for said in (email.subject, email.text, rendered(name, locale) if name in BY_SMS else ""):
        assert not re.search(STIFF, said, re.IGNORECASE)


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_without_a_name_it_begins_with_the_fact(name: str, locale: str) -> None:
    if "given_name" not in {each.name for each in dataclasses.fields(NOTICES[name])}:
        return
    unknown, named = sample(name, locale, given_name=""), sample(name, locale)
    greeted = SAMPLES[locale]["given_name"]
    if name in BY_SMS:
        text = TEXTS.render(unknown, locale)
        assert text[0].isupper()
        assert not text.startswith(("Hi", "Hei ", "Hej", "Γεια"))
        assert greeted in TEXTS.render(named, locale)
    email = TEXTS.email(unknown, locale)
    heading = email.text.split("\n\n")[1]
    assert heading[0].isupper()
    assert f"{greeted}, " in TEXTS.email(named, locale).text
    assert " ," not in email.text
    assert " !" not in email.text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("name", "menu"), WITH_MENU)
def test_a_menu_is_numbered_line_by_line_and_may_be_missing(
    name: str, menu: str, locale: str
) -> None:
    lines = rendered(name, locale).splitlines()
    numbered = [line for line in lines if re.match(r"[1-9] ", line)]
    assert numbered == [f"{n} {each}" for n, each in enumerate(SAMPLES[locale][menu], start=1)]
    none = rendered(name, locale, **{menu: ()})
    assert not re.search(r"^[1-9] ", none, re.MULTILINE)
    # Nobody reads what is answered to an e-mail; it lists times, and none of them by a digit.
    by_email = TEXTS.email(sample(name, locale), locale).text
    assert not re.search(r"^[1-9] ", by_email, re.MULTILINE)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_pickup_place_is_named(locale: str) -> None:
    text = rendered("booking_confirmed", locale, place="Locker Vallila")
    assert "Locker Vallila" in text
    assert segments(text).count <= MOST["booking_confirmed"][locale == "el"] + 1


@pytest.mark.parametrize(
    ("locale", "days", "said"),
    [
        ("en", 1, "1 day left"), ("en", 2, "2 days left"), ("en", 0, "Today is the last day"),
        ("fi", 1, "1 päivä,"), ("fi", 2, "2 päivää,"), ("sv", 1, "1 dag kvar"),
        ("sv", 2, "2 dagar kvar"), ("el", 1, "1 ημέρα ακόμη"), ("el", 2, "2 ημέρες ακόμη"),
    ],
)  # fmt: skip
def test_days_are_counted_as_the_language_counts(locale: str, days: int, said: str) -> None:
    assert said in rendered("pickup_reminder", locale, days=days)


STAGES = ("booked", "on_the_way", "late", "ready_for_pickup", "delivered", "failed", "cancelled")
#: What each other form of a notice says, and never when it is not that form.
FORMS: list[tuple[str, dict[str, Any]]] = [
    *(("where_is_it", {"stage": stage, "place": place, "expected": expected, "since": since})
      for stage in STAGES for place in ("", "K-Market Kallio") for expected in ("", "19-20")
      for since in ("", "16:40", "Tue 10")),
    *(("place_changed", {"kind": kind, "text": "K-Market Kallio"})
      for kind in ("neighbour", "safe_place", "address", "pickup_point")),
    ("confirm_time", {"fee": ""}), ("feedback_thanked", {"low": True}), ("handed_over", {"by": ""}),
    ("handed_over", {"by": "Mon 16 9:30"}),
]  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_every_form_of_a_notice_is_short_and_says_its_fields(locale: str) -> None:
    forms: dict[str, set[str]] = {}
    for name, changes in FORMS:
        text, email = (rendered(name, locale, **changes),
                       TEXTS.email(sample(name, locale, **changes), locale))  # fmt: skip
        assert segments(text).encoding == ("UCS-2" if locale == "el" else "GSM-7"), text
        assert segments(text).count <= (3 if locale == "el" else 2), text
        for said in (text, email.text):
            assert "  " not in said, said
            assert " ." not in said, said
            assert not re.search(STIFF, said, re.IGNORECASE)
            assert not said.count('"') % 2
        if changes.get("stage") in ("late", "ready_for_pickup") and changes["place"]:
            assert "K-Market Kallio" in text
            assert "K-Market Kallio" in email.text
        forms.setdefault(f"{name} {changes.get('stage', '')}", set()).add(text.partition("\n")[0])
    assert {len(forms[f"where_is_it {each}"]) for each in ("failed", "cancelled")} == {1}
    assert len(forms["where_is_it on_the_way"]) == 9


@pytest.mark.parametrize("locale", LOCALES)
def test_a_long_wish_is_cut_in_the_text_and_whole_in_the_email(locale: str) -> None:
    wish = "Take it round the house,\n to the shed behind the bins. The code of the gate is 1234."
    told = rendered("place_changed", locale, text=wish)
    assert '"Take it round the house, to the shed behind the bins. ..."' in told
    assert "is 1234." in TEXTS.email(sample("place_changed", locale, text=wish), locale).text


def test_a_deadline_is_said_with_its_hour_as_the_language_says_hours() -> None:
    for locale, by, said in (
        ("en", "14:30", "here by 14:30."),
        ("en", "Mon 16 November 9:30", "here by Mon 16 November, 9:30."),
        ("fi", "14.30", "tähän viimeistään klo 14.30."),
        ("fi", "ma 16.11. 9.30", "tähän viimeistään ma 16.11. klo 9.30."),
        ("sv", "mån 16 november 9.30", "här senast mån 16 november kl. 9.30."),
        ("el", "14:30", "εδώ έως τις 14:30."), ("el", "Δευ 16 Νοεμβρίου 9:30", "έως Δευ 16 Νοεμ"),
        ("fi", "", "sinulle tähän."),
    ):  # fmt: skip
        assert said in rendered("handed_over", locale, by=by)


def test_a_name_that_costs_is_never_changed_and_is_counted() -> None:
    counted = segments(rendered("delayed", "en", given_name="Zoë"))
    assert (counted.encoding, counted.costly) == ("UCS-2", "ë")
