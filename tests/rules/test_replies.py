"""What customers write, understood: refusals, menus, stop words, and promises about every text."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.rules.replies import CONTEXTS, INTENTS, OfferedSlot, understand, wish
from tests.rules.replies.slots import MENU, SLOTS
from tests.times import NOW

LANGUAGES = ("en", "fi", "sv", "el")
#: What changes something or silences us.
ACTIONS = {"reschedule", "choose", "cancel", "stop", "rating"}


def test_the_language_of_the_message_counts_not_that_of_the_profile() -> None:
    for locale in ("en", "fi", "sv", ""):
        assert understand("huomenna illalla", locale=locale, now=NOW).language == "fi"
        assert understand("tomorrow evening", locale=locale, now=NOW).language == "en"


def test_the_contract_says_so() -> None:
    slots = [OfferedSlot("s1", datetime.fromisoformat("2026-03-11T17:00:00+02:00"),
                         datetime.fromisoformat("2026-03-11T19:00:00+02:00"))]  # fmt: skip
    now = datetime.fromisoformat("2026-03-10T14:05:00+02:00")
    meant = understand("huomenna illalla", locale="fi", now=now, slots=slots).as_json()
    assert meant == {
        "intent": "reschedule", "date": "2026-03-11", "from": "17:00", "to": "21:00",
        "slots": ["s1"], "choice": None, "target": None, "rating": None, "language": "fi",
        "confidence": 0.93, "because": ["huomenna = 11 March", "illalla = 17–21"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("tomorrow 17-19", "s11-17-19"),
        ("thursday morning", "s12-8-12"),
        ("friday between 10 and 12", "s13-10-12"),
        ("not tomorrow but friday 5-7pm", "s13-17-19"),
    ],
)
def test_the_slot_that_fits_best_comes_first(text: str, first: str) -> None:
    assert understand(text, locale="en", now=NOW, slots=SLOTS).slots[0] == first


@pytest.mark.parametrize(
    "text",
    ["not tomorrow, thursday", "ei huomenna, torstaina", "any day except tomorrow", "next friday"],
)
def test_in_doubt_we_are_not_sure(text: str) -> None:
    assert not understand(text, locale="en", now=NOW, slots=SLOTS).sure


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("not tomorrow", 11), ("ei huomenna", 11), ("sunnuntai ei käy", 15),
        ("I'm away on friday, any other day", 13), ("tomorrow is no good, rather thursday", 11),
        ("en pääse huomenna enkä torstaina, perjantai käy", 12),
        ("not friday or saturday, sunday works", 14), ("anything but friday", 13),
    ],
)  # fmt: skip
def test_a_refused_day_never_fits(text: str, refused: int) -> None:
    meant = understand(text, locale="en", now=NOW, slots=SLOTS)
    assert not [each for each in meant.slots if each.startswith(f"s{refused}-")]
    assert meant.date is None or meant.date.day != refused


def test_without_listening_for_refusals_a_refused_day_would_be_booked() -> None:
    # The known-bad twin: the same words, read without the clause that refuses.
    heard = "not tomorrow, friday is fine"
    deaf = heard.replace("not ", "")
    fits = [understand(text, locale="en", now=NOW, slots=SLOTS).slots for text in (heard, deaf)]
    assert [any(each.startswith("s11-") for each in some) for some in fits] == [False, True]


def test_a_weekday_beside_its_date_leaves_no_doubt() -> None:
    assert understand("ti 17.3. klo 8-12", locale="fi", now=NOW, slots=SLOTS).sure
    assert not understand("tiistaina klo 8-12", locale="fi", now=NOW, slots=SLOTS).sure


def test_a_line_copied_from_the_menu_is_that_line() -> None:
    text = "2 tomorrow, 17:00-19:00"
    assert (
        understand(
            "1 tomorrow, 17:00-19:00", locale="en", now=NOW, context="menu", slots=MENU
        ).choice
        == 1
    )
    assert understand(text, locale="en", now=NOW, context="menu", slots=MENU).choice is None


SAID = (
    "not tomorrow friday evening 17-19 after 5 2 1 ei huomenna torstaina klo puoli kuus but , . ! "
    "halv sex imorgon inte kl mellan och fredagskväll αύριο όχι πριν τις και μισή παρά 5pm 3rd 17- "
    "from until before after next week days weeks ago march 24.12. 2026-13-45 99 0 in 999 months "
    "any but except - / stop koodi on "
    "ylihuomenna mutta la 12.3. 18.30 ok kiitos cancel door code 1234 0401234567 next week in days"
)
WORDS = st.sampled_from(SAID.split(" "))
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=12).map(" ".join))


@settings(max_examples=400, deadline=None)
@given(
    text=TEXTS,
    locale=st.sampled_from(["en", "fi", "sv-SE", "el", "fi-FI", "xx", ""]),
    context=st.sampled_from(CONTEXTS),
)
def test_no_text_ever_books_what_was_not_on_offer(text: str, locale: str, context: str) -> None:
    meant = understand(text, locale=locale, now=NOW, context=context, slots=MENU)
    assert meant.intent in INTENTS
    assert set(meant.slots) <= {each.id for each in MENU}
    assert 0 <= meant.confidence <= 1
    assert context in ("menu", "confirm") or meant.choice is None
    for each in MENU:
        assert not (each.id in meant.slots and each.start.date() in meant.refused)
    meant.as_json()


@given(st.text(alphabet=st.characters(), min_size=0, max_size=50), st.integers(1, 2000))
@settings(max_examples=50, deadline=None)
def test_any_length_is_taken(text: str, times: int) -> None:
    understand((text * times)[:100_000], locale="en", now=NOW, context="menu", slots=MENU)


def test_days_are_counted_where_now_is() -> None:
    late = datetime.fromisoformat("2026-03-10T23:30:00+02:00")
    assert str(understand("tomorrow", locale="en", now=late).date) == "2026-03-11"
    same = late.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+05:00").tzinfo)
    assert str(understand("tomorrow", locale="en", now=same).date) == "2026-03-12"


TIMES = [
    ("en", "half five", None, "17:30"), ("fi", "puoli viisi", None, "16:30"),
    ("sv", "halv fem", None, "16:30"), ("el", "στις πέντε και μισή", None, "17:30"),
    ("fi", "18.3.", "2026-03-18", None), ("fi", "18.30", None, "18:30"),
    ("fi", "kahden päivän päästä", "2026-03-12", None), ("en", "in three days", "2026-03-13", None),
    ("sv", "fem i halv sex", None, "17:25"), ("el", "έξι παρά τέταρτο", None, "17:45"),
    ("fi", "varttia yli viisi", None, "17:15"), ("en", "quarter to six", None, "17:45"),
    ("en", "door code 1830", None, None), ("fi", "ovikoodi 18.30", None, None),
    ("sv", "ring 0701234567", None, None), ("el", "κωδικός 12", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "day", "hour"), TIMES)
def test_each_language_says_times_its_own_way(
    language: str, text: str, day: str | None, hour: str | None
) -> None:
    meant = understand(text, locale=language, now=NOW).as_json()
    assert (meant["date"], meant["from"]) == (day, hour)


@pytest.mark.parametrize(
    ("day", "order"),
    [("cancel tomorrow", "cancel my order"), ("peru huomenna", "peru tilaus"),
     ("avboka imorgon", "avboka leveransen"), ("ακύρωσε το αυριανό", "ακυρώστε την παραγγελία"),
     ("cancel friday 17-19", "cancel the delivery for tomorrow"), ("perukaa perjantai", "peru se"),
     ("ställ in fredag", "ställ in leveransen"), ("ακυρώστε την Παρασκευή", "ακύρωσέ το")],
)  # fmt: skip
def test_cancelling_a_day_does_not_cancel_the_order(day: str, order: str) -> None:
    assert understand(day, locale="en", now=NOW).intent in ("decline", "unknown")
    assert understand(order, locale="en", now=NOW).intent == "cancel"


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [("it came yesterday", "en", 9), ("kaksi päivää sitten", "fi", 8), ("igår", "sv", 9),
     ("προχθές", "el", 8), ("the dentist is on friday", "en", 13), ("i fredags", "sv", 6)],
)  # fmt: skip
def test_what_is_over_or_refused_is_named_by_a_reader_of_dates_only(
    text: str, locale: str, day: int
) -> None:
    start = wish(text, NOW, locale, daytime=False).start
    assert start is not None
    assert start.day == day
    assert wish(text, NOW, locale).start is None


@pytest.mark.parametrize("text", ["stop", "STOPP!", "lopeta", "σταματήστε", "stop texting me"])
def test_stop_comes_first_everywhere(text: str) -> None:
    for context in CONTEXTS:
        assert understand(text, locale="fi", now=NOW, context=context, slots=MENU).intent == "stop"


@pytest.mark.parametrize(
    ("text", "automatic"),
    [("I'm driving, I'll reply later", True), ("Automatic reply: out of office", True),
     ("tomorrow 17-19", False), ("olen autossa huomenna", False), ("ok thanks", False),
     ("Οδηγώ αυτή τη στιγμή", True), ("πείτε στον οδηγό να χτυπήσει", False)],
)  # fmt: skip
def test_what_a_machine_answers_is_told_apart(text: str, automatic: bool) -> None:
    meant = understand(text, locale="en", now=NOW)
    assert meant.automatic == automatic
    assert "automatic" not in meant.as_json()


@pytest.mark.parametrize(
    "text",
    ["cancel my order", "don't stop by today", "the bus stop is near", "stop at the gate",
     "älä lopeta", "nästa hållplats stop 3", "end of the street, blue door"],
)  # fmt: skip
def test_what_only_sounds_like_stop_is_none(text: str) -> None:
    assert understand(text, locale="en", now=NOW).intent != "stop"


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, locale=st.sampled_from(LANGUAGES))
def test_a_wish_never_names_a_refused_day(text: str, locale: str) -> None:
    wished = wish(text, NOW, locale)
    assert not set(wished.days) & set(wished.refused_days)
    assert wished.start is None or wished.start.date() not in wished.refused_days


@settings(max_examples=200, deadline=None)
@given(text=st.text(), context=st.sampled_from(("none", "menu", "confirm")))
def test_noise_moves_nothing(text: str, context: str) -> None:
    meant = understand(text, locale="en", now=NOW, context=context, slots=MENU)
    letters = any(each.isalnum() for each in text)
    assert letters or meant.intent not in ACTIONS


def test_of_a_very_long_text_nothing_is_sure() -> None:
    long = "tomorrow 17-19 please " + "and so on " * 60
    assert not understand(long, locale="en", now=NOW, slots=SLOTS).sure
    assert understand("tomorrow 17-19 please", locale="en", now=NOW, slots=SLOTS).sure
