"""What a text costs, and which ones say stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.text import keyword_in, plain, segments

DATA = Path(__file__).parents[1] / "data" / "sms"
VECTORS = [json.loads(line) for line in (DATA / "segments.jsonl").read_text("utf-8").splitlines()]
PROVIDERS = json.loads((DATA / "stop_keywords.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["testDescription"])
def test_segments_are_counted_as_they_are_billed(vector: dict[str, object]) -> None:
    counted = segments(str(vector["body"]))
    assert (counted.encoding, counted.count) == (vector["encoding"], vector["segments"])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2),
        # 153 places hold 76 pairs: an escape is never parted from its character.
        ("€" * 153, 3), ("a" + "€" * 152, 2),
        ("ё" * 70, 1), ("ё" * 71, 2),
        ("😜" * 35, 1), ("😜" * 36, 2), ("😜" * 66, 2), ("😜" * 67, 3),
    ],
)  # fmt: skip
def test_the_edges_of_segments(text: str, count: int) -> None:
    assert segments(text).count == count


@pytest.mark.parametrize(
    ("text", "costly"),
    [("Hi Zoë", "ë"), ("17–19", "–"), ("O’Brien", "’"), ("Hyvää päivää, Åke", ""), ("4,90 €", "")],
)
def test_the_costly_character_is_named(text: str, costly: str) -> None:
    assert segments(text).costly == costly


@given(st.text(max_size=400))
def test_a_longer_text_never_costs_less(text: str) -> None:
    assert segments(text).count <= segments(text + "a").count


@given(st.text(alphabet="abcåäö ’–…  \n", max_size=200))
def test_plain_text_stays_in_the_short_alphabet(text: str) -> None:
    assert segments(plain(text)).encoding == "GSM-7"


def test_names_are_never_changed() -> None:
    assert plain("Šárka, Zoë ja Ødegård") == "Šárka, Zoë ja Ødegård"


def test_a_price_is_written_with_a_plain_letter() -> None:
    assert plain("4,90\u00a0€ ja 5€") == "4,90 e ja 5 e"


@pytest.mark.parametrize("word", sorted({w for p in PROVIDERS.values() for w in p["opt_out"]}))
@pytest.mark.parametrize("form", ["{}", " {} \n", "{}.", "{}!", "{} 🙏"])
def test_what_any_provider_takes_for_stop_is_stop(word: str, form: str) -> None:
    assert keyword_in(form.format(word)) == "stop"
    assert keyword_in(form.format(word.lower())) == "stop"


@pytest.mark.parametrize(
    "text", [s for p in PROVIDERS.values() for s in p.get("ignored_examples", [])]
)
def test_what_providers_let_pass_though_it_is_meant_counts_here(text: str) -> None:
    assert keyword_in(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me", "Stop. Thank you", "opt out", "Opt-out!", "stop all", "STOPALL",
        "don't text me anymore", "Do not message me again", "no more texts please", "remove me",
        "I want to unsubscribe", "STOPP", "sluta skicka sms", "lopeta", "Lopettakaa!",
        "älkää lähettäkö enää viestejä", "ÄLÄ LÄHETÄ", "ΤΕΛΟΣ", "διαγραφή", "Arrêt",
    ],
)  # fmt: skip
def test_people_say_stop_in_their_own_words(text: str) -> None:
    assert keyword_in(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "cancel my order", "cancel the delivery please", "stop at the gate", "don't stop",
        "please stop by after 5", "the end of the street", "end of the road 3", "quit my job lol",
        "I can't stop laughing", "don't text me before 9", "is this the last stop?", "no more",
        "ring the bell, don't call", "send it tomorrow", "lopeta vasta ylihuomenna", "2", "",
        "älä lähetä huomenna vaan ylihuomenna", "sluta jobba kl 17", "bus stop", "stop 5",
    ],
)  # fmt: skip
def test_wishes_about_a_delivery_are_no_opt_out(text: str) -> None:
    assert keyword_in(text) is None


@pytest.mark.parametrize(
    ("text", "keyword"),
    [("START", "start"), ("unstop", "start"), ("Yes", "start"), ("HELP", "help"), ("info", "help"),
     ("yes please", None), ("help me", None)],
)  # fmt: skip
def test_start_and_help_are_whole_messages(text: str, keyword: str | None) -> None:
    assert keyword_in(text) == keyword


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_read(text: str) -> None:
    assert keyword_in(text) in {"stop", "start", "help", None}
