"""Sample data for every notice in every language, as real as the real: to look at, and to count."""

from __future__ import annotations

import dataclasses
from typing import Any

from delivery.notices import NOTICES
from notifications.notice import Notice

#: The languages in which customers are told.
LOCALES = ("en", "fi", "sv", "el")

_ALL: dict[str, Any] = {
    "agent": "Mikko", "shop": "Kaari", "before": "Sanna", "minutes": 90, "days": 2, "place": "",
    "street": "Vaasankatu 12", "stage": "on_the_way", "kind": "neighbour", "low": False,
    "link": "https://deliveries.kaari.example/my/9VFGPmGlrAYri24hD6GTu9",
}  # fmt: skip
#: One value for each field of each notice.
SAMPLES: dict[str, dict[str, Any]] = {
    "en": _ALL | {
        "given_name": "Aino", "when": "tomorrow Wed 11 March, 18:30-20:30",
        "was": "today, 17:00-19:00", "expected": "19:10-19:40", "until": "Tue 17 March",
        "reason": "The van broke down in Vallila and another one is on its way.",
        "times": ("tomorrow, 17:00-19:00", "Thu 12 March, 10:00-12:00",
                  "Fri 13 March, 17:00-19:00"),
        "undo_until": "13:05", "at": "18:12", "text": "Yes, we bring it up to the third floor.",
        "goodwill": "€5.00 off your next order",
        "said": "The driver could not find the door.",
        "fixed": "Drivers now see your note before they ring.",
        "fee": "€4.90", "by": "14:30", "since": "16:40",
        "deliveries": ("sofa, Thu 12 March, 17:00-19:00", "lamp, Fri 13 March, 10:00-12:00"),
        "address": "Vaasankatu 3, 00500 Helsinki",
        "places": ("K-Market Kallio, Hämeentie 5", "Locker Vallila, Vaasankatu 12"),
    },
    "fi": _ALL | {
        "given_name": "Väinö", "when": "huomenna ke 11.3. klo 18.30-20.30",
        "was": "tänään klo 17-19", "expected": "klo 19.10-19.40", "until": "ti 17.3.",
        "reason": "Auto hajosi Vallilassa, ja toinen on jo matkalla.",
        "times": ("huomenna klo 17-19", "to 12.3. klo 10-12", "pe 13.3. klo 17-19"),
        "undo_until": "13.05", "at": "18.12", "text": "Kyllä, tuomme sen kolmanteen kerrokseen.",
        "goodwill": "5,00 € seuraavasta tilauksestasi",
        "said": "Kuljettaja ei löytänyt ovea.",
        "fixed": "Kuljettaja näkee nyt viestisi ennen kuin soittaa ovikelloa.",
        "fee": "4,90 €", "by": "14.30", "since": "16.40",
        "deliveries": ("sohva, to 12.3. klo 17-19", "lamppu, pe 13.3. klo 10-12"),
        "address": "Vaasankatu 3, 00500 Helsinki",
        "places": ("K-Market Kallio, Hämeentie 5", "Vallilan automaatti, Vaasankatu 12"),
    },
    "sv": _ALL | {
        "given_name": "Lars-Åke", "when": "i morgon ons 11 mars kl. 18.30-20.30",
        "was": "i dag kl. 17-19", "expected": "kl. 19.10-19.40", "until": "tis 17 mars",
        "street": "Storgatan 12",
        "reason": "Bilen gick sönder i Vallgård, och en annan är redan på väg.",
        "times": ("i morgon kl. 17-19", "tors 12 mars kl. 10-12", "fre 13 mars kl. 17-19"),
        "undo_until": "13.05", "at": "18.12", "text": "Ja, vi bär upp den till tredje våningen.",
        "goodwill": "5,00 € på din nästa beställning",
        "said": "Chauffören hittade inte dörren.",
        "fixed": "Nu ser chauffören din anteckning innan det ringer på.",
        "fee": "4,90 €", "by": "14.30", "since": "16.40",
        "deliveries": ("soffa, tors 12 mars kl. 17-19", "lampa, fre 13 mars kl. 10-12"),
        "address": "Vasagatan 3, 00500 Helsingfors",
        "places": ("K-Market Berghäll, Tavastvägen 5", "Paketautomat Vallgård, Storgatan 12"),
    },
    "el": _ALL | {
        "given_name": "Ειρήνη", "agent": "Νίκος", "before": "Ελένη",
        "when": "αύριο Τετ 11 Μαρτίου, 18:30-20:30", "was": "σήμερα, 17:00-19:00",
        "expected": "19:10-19:40", "until": "Τρί 17 Μαρτίου", "street": "Αθηνάς 12",
        "reason": "Το φορτηγάκι χάλασε στο Θησείο και έρχεται ήδη άλλο.",
        "times": ("αύριο, 17:00-19:00", "Πέμ 12 Μαρτίου, 10:00-12:00",
                  "Παρ 13 Μαρτίου, 17:00-19:00"),
        "undo_until": "13:05", "at": "18:12", "text": "Ναι, το ανεβάζουμε στον τρίτο όροφο.",
        "goodwill": "5,00 € στην επόμενη παραγγελία σας",
        "said": "Ο οδηγός δεν βρήκε την πόρτα.",
        "fixed": "Ο οδηγός βλέπει πια το σημείωμά σας πριν χτυπήσει.",
        "fee": "4,90 €", "by": "14:30", "since": "16:40",
        "deliveries": ("καναπές, Πέμ 12 Μαρτίου, 17:00-19:00",
                       "λάμπα, Παρ 13 Μαρτίου, 10:00-12:00"),
        "address": "Σταδίου 12, 10561 Αθήνα",
        "places": ("Περίπτερο Σταθμού, Ερμού 5", "Θυρίδα Θησείου, Αθηνάς 12"),
    },
}  # fmt: skip
#: Notices that make no sense without a place.
_AT_A_PLACE = {"at_pickup_point", "pickup_reminder"}
_PLACE = {"en": "Locker Vallila", "fi": "Vallilan automaatti", "sv": "Paketautomat Vallgård",
          "el": "Θυρίδα Θησείου"}  # fmt: skip
#: Where a customer wants it left, in their own words.
_LEFT = {"en": "With Virtanen next door, please", "fi": "Naapuriin Virtaselle, kiitos",
         "sv": "Hos grannen Virtanen, tack", "el": "Στη γειτόνισσα, κυρία Παππά"}  # fmt: skip


def sample(name: str, locale: str, **changes: Any) -> Notice:
    """This notice with sample data of this language."""
    kind = NOTICES[name]
    own = {"place": _PLACE[locale]} if name in _AT_A_PLACE else {}
    own |= {"text": _LEFT[locale]} if name == "place_changed" else {}
    values = SAMPLES[locale] | own | changes
    return kind(**{each.name: values[each.name] for each in dataclasses.fields(kind)})
