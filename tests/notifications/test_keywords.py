"""People say stop in many ways, and mean their delivery in many more."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.keywords import keyword_in, said_in

PROVIDERS = json.loads(
    (Path(__file__).parents[1] / "data/sms/stop_keywords.json").read_text("utf-8")
)

STOP = {
    "en": [
        "please stop texting me", "Stop. Thank you", "opt out", "Opt-out!", "stop all", "STOPALL",
        "don't text me anymore", "Do not message me again", "no more texts please", "remove me",
        "I want to unsubscribe", "Stop sending me messages", "stop it please", "STOP 🛑", "Stoooop",
        "Can you please stop texting my phone?", "Could you stop sending these messages",
        "Never contact me again", "Take me off your list", "Delete my number from your database",
        "I don't want to receive any more messages", "I do not want these texts",
        "unsubscribe me from this list", "Hi, please stop messaging this number. Thanks!",
        "Stop. Wrong number.", "Quit texting me", "stop spamming me", "STOP!! leave me alone",
        "No more messages from you", "Please, no more reminders.", "ＳＴＯＰ", "“Stop”",
        "STOP STOP STOP", "How do I stop these messages?", "stop msgs", "stop it", "Stop sending",
        "dont send me any more sms", "get me off this list", "I opt out of these messages",
    ],
    "fi": [
        "lopeta", "Lopettakaa!", "älkää lähettäkö enää viestejä", "ÄLÄ LÄHETÄ", "alkaa lahettako",
        "Älkää lähettäkö minulle tekstiviestejä, kiitos", "älä enää laita mulle viestejä",
        "Lopettakaa viestien lähettäminen", "lopeta nämä viestit", "En halua enää viestejä",
        "En halua saada tekstiviestejä teiltä", "ei enää viestejä kiitos", "poistakaa numeroni",
        "Poista minut listalta", "älkää ottako yhteyttä", "Haluan pois listalta", "lopeta kiitos",
        "Hei, voisitteko lopettaa viestien lähettämisen?", "Älkää häiritkö", "seis",
        "Lopettakaa. Väärä numero.", "älä lähetä mitään", "Moi! Lopettakaa tekstailu heti",
        "en tahdo teiltä mitään viestejä", "Peru tilaus", "lopettakaa nää viestit",
        "ei kiitos enää viestejä",
    ],
    "sv": [
        "STOPP", "sluta", "sluta skicka sms", "Sluta skicka", "Sluta smsa mig", "Sluta, tack",
        "Skicka inte fler meddelanden", "Skicka inga fler sms tack", "Jag vill inte ha fler sms",
        "Vill inte ha era meddelanden längre", "Avregistrera mig", "ta bort mig", "Inga fler sms",
        "Ta bort mitt nummer från listan", "Kontakta mig inte igen", "snälla sluta skicka till mig",
        "Kan ni sluta skicka sms till mig?", "Sluta med SMS", "avanmäl mig", "Stoppa",
        "Hej! Sluta skriva till mig nu", "Jag vill avregistrera mig", "smsa mig inte mer",
        "Sluta. Fel nummer.", "STOPPA SMS", "Jag vill inte bli kontaktad igen",
    ],
    "el": [
        "ΤΕΛΟΣ", "διαγραφή", "Φτάνει με τα μηνύματα", "Σταματήστε", "ΣΤΟΠ",
        "Μην μου στέλνετε άλλα μηνύματα",
        "μη μου στελνετε", "Σταματήστε να μου στέλνετε μηνύματα", "σταματήστε τα μηνύματα",
        "Δεν θέλω άλλα μηνύματα", "Δεν θέλω να λαμβάνω μηνύματα", "Όχι άλλα μηνύματα παρακαλώ",
        "Παρακαλώ σταματήστε", "μην με ενοχλείτε", "Διαγράψτε τον αριθμό μου",
        "Βγάλτε με από τη λίστα σας", "Δεν θέλω να μου στέλνετε", "Μην ξαναστείλετε",
        "min mou stelnete allo", "mhn mou stelnete minimata", "stamatiste na mou stelnete sms",
        "den thelw alla mhnymata", "stamata", "MIN MOY STELNETE MHNYMATA", "oxi alla minimata",
        "Σταματήστε. Λάθος αριθμός.", "parakalw stamathste", "de8elo alla minimata",
    ],
}  # fmt: skip
NOT = {
    "en": [
        "cancel my order", "cancel the delivery please", "stop at the gate", "don't stop",
        "don't stop by today", "please stop by after 5", "the end of the street", "no more",
        "end of the road 3", "quit my job lol", "I can't stop laughing", "don't text me before 9",
        "is this the last stop?", "ring the bell, don't call", "send it tomorrow", "2", "",
        "bus stop", "stop 5", "Stop at number 5 please", "Can you stop by on Monday instead?",
        "Don't send it to my work", "don't send the driver, I'll pick it up", "Yes please",
        "Text me when you arrive", "remove the chair from the order", "Why did you stop?",
        "unsubscribe from what? I only ordered a sofa", "Don't contact the neighbour",
        "Don't send", "Do not send this", "Dont send it today", "Don't send any more",
        "stop the van",
        "Don't text my wife", "no messages after 8 pm please", "Don't message me on my work phone",
        "stop texting while you drive, see you at 5", "Please stop the delivery",
        "Stop. The gate is closed, use the back door", "we live next to the stop",
    ],
    "fi": [
        "lopeta vasta ylihuomenna", "älä lähetä huomenna vaan ylihuomenna", "peruuta toimitus",
        "Älkää soittako ovikelloa", "En halua maanantaita", "pysäkki on vieressä", "älä peru",
        "Voitteko lopettaa jo kuudelta?", "poista sohva tilauksesta", "älkää jättäkö ulos",
        "En ole kotona, lähettäkää viesti", "Älkää tulko tänään", "lopetan työt viideltä",
        "Lähettäkää viesti kun tulette", "en ehdi", "en halua enää", "en halua mitään",
        "En tarvitse enää", "en halua sitä enää",
        "Älkää lähettäkö kuljettajaa tänään",
    ],
    "sv": [
        "sluta jobba kl 17", "avboka leveransen", "Jag slutar kl 17", "ring inte på klockan",
        "Skicka inte idag, skicka på fredag", "Hållplatsen ligger bredvid", "inte måndag",
        "Jag vill inte ha den på måndag", "skicka sms när ni kommer", "Stanna vid grinden",
        "ta bort stolen från ordern", "Sluta inte före fem", "Skicka inte till jobbet",
        "skicka inte", "jag vill inte", "Jag vill inte ha mer", "jag vill inte ha den längre",
        "kan ni stanna vid porten?",
    ],
    "el": [
        "ακυρώστε την παραγγελία", "Σταματήστε στην πύλη", "Μην έρθετε σήμερα", "στάση λεωφορείου",
        "στείλτε μήνυμα όταν φτάσετε", "Δεν θέλω Δευτέρα", "μην χτυπάτε το κουδούνι",
        "Δεν είμαι σπίτι", "στο τέλος του δρόμου", "Μην το στείλετε στη δουλειά", "αύριο",
        "den thelo deftera", "stamatiste stin porta", "min erthete simera", "ναι", "Δεν θέλω",
        "δεν θέλω άλλο", "δεν θέλω τίποτα",
        "Τελος παντων ελατε αυριο",
    ],
}  # fmt: skip


def flat(cases: dict[str, list[str]]) -> list[str]:
    return [text for texts in cases.values() for text in texts]


@pytest.mark.parametrize("text", flat(STOP))
def test_people_say_stop_in_their_own_words(text: str) -> None:
    assert keyword_in(text) == "stop"
    assert keyword_in(text.upper()) == "stop"
    assert keyword_in(f"  {text}!  ") == "stop"


@pytest.mark.parametrize("text", flat(NOT))
def test_wishes_about_a_delivery_are_no_opt_out(text: str) -> None:
    assert keyword_in(text) is None


def test_there_are_enough_of_both() -> None:
    assert all(len(cases) >= 14 for each in (STOP, NOT) for cases in each.values())
    assert min(len(flat(STOP)), len(flat(NOT))) >= 60


@pytest.mark.parametrize("form", ["{}", " {} ", "{}.", "{}!", "«{}»"])
@pytest.mark.parametrize("word", sorted({w for p in PROVIDERS.values() for w in p["opt_out"]}))
def test_every_word_a_provider_stops_on_stops_here(word: str, form: str) -> None:
    assert keyword_in(form.format(word)) == "stop"
    assert keyword_in(form.format(word.lower())) == "stop"


@pytest.mark.parametrize(
    "text", [s for p in PROVIDERS.values() for s in p.get("ignored_examples", [])]
)
def test_what_providers_let_pass_though_it_is_meant_counts_here(text: str) -> None:
    assert keyword_in(text) == "stop"


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Stop texting me", True),
        ("Stop texting me. Wrong number!", True),
        ("Stop texting me. And leave the sofa with the neighbour.", False),
        ("Sluta skicka sms! När kommer soffan?", False),
    ],
)
def test_what_else_they_say_is_not_lost(text: str, alone: bool) -> None:
    assert said_in(text).keyword == "stop"
    assert said_in(text).alone is alone


@pytest.mark.parametrize(
    ("text", "keyword"),
    [("START", "start"), ("unstop", "start"), ("Yes", "start"), ("Aloita", "start"),
     ("Börja", "start"), ("έναρξη", "start"), ("HELP", "help"), ("info", "help"),
     ("yes please", None), ("help me", None), ("start at 5", None)],
)  # fmt: skip
def test_start_and_help_are_whole_messages(text: str, keyword: str | None) -> None:
    assert keyword_in(text) == keyword


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_read(text: str) -> None:
    assert keyword_in(text) in {"stop", "start", "help", None}


@pytest.mark.parametrize(
    "words",
    ["any more ", "me this it ", "enää minulle ", "mig igen ", "άλλα μου ", "please now ", "stop "],
)
def test_nobody_can_keep_us_busy(words: str) -> None:
    """Patterns that can be read in many ways take a machine's time: none does, at any length."""
    began = time.process_time()
    for start in ("", "dont send me ", "älkää lähettäkö ", "skicka inte ", "μη μου στέλνετε "):
        keyword_in(start + words * 200 + "x")
    assert time.process_time() - began < 1
