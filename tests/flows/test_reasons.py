"""Every rule that can leave a service out has its sentence, whole within sixty characters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delivery.assets import asset
from delivery.flows.wording import LONGEST_REASON, wording_of
from delivery.rules.candidates import Candidate
from delivery.rules.fitting import Check, Exclusion, checks
from delivery.rules.limits import Limits
from delivery.rules.tariffs import Band, Surcharge, Tariff
from delivery.rules.windows import TimeWindow
from delivery.words import Words
from tests.asking import an_ask
from tests.rules.test_town import CATALOGUE, service
from tests.times import NOW

WORDS = Words(asset("templates/words"))
#: Long in every number, and met by nothing.
STRICT = Limits(
    max_weight_g=123_456, max_total_weight_g=654_321, max_sides_mm=(1234, 1233, 1232),
    max_parcels=99, refuses=frozenset({"a-tag-of-as-many-letters-as-30"}),
    max_girth_mm=6543, max_volume_cm3=543_211, max_total_volume_cm3=87_654_321,
)  # fmt: skip
PARCEL = replace(
    service("parcel"), limits=STRICT, tariff=Tariff(bands=(Band(amount=1, zones=frozenset("x")),))
)


def failed() -> list[Check]:
    huge = {"weight_g": 1_000_000, "length_mm": 9999, "width_mm": 9999, "height_mm": 9999}
    ask = an_ask(postcode="99980", parcels=[huge] * 100, tags=sorted(STRICT.refuses))
    return [each for each in checks(PARCEL, ask) if not each.passed]


@pytest.mark.parametrize("locale", WORDS.locales)
def test_every_rule_has_a_short_sentence(locale: str) -> None:
    wording = wording_of(WORDS, CATALOGUE, locale)
    found = failed()
    assert len(found) == len(list(checks(PARCEL, an_ask())))
    for each in found:
        said = wording.exclusion(Exclusion("parcel", each.rule, each.fields))
        # One that was cut short would have exactly so many.
        assert 0 < len(said["reason"]) < LONGEST_REASON, said


@pytest.mark.parametrize("locale", WORDS.locales)
def test_a_surcharge_is_called_by_its_name_or_what_it_is(locale: str) -> None:
    said = {"en": "Ferry", "fi": "Lautta", "sv": "Färja", "el": "Πλοίο"}
    named = Surcharge(code="ferry", amount=100, said=said)
    tariff = Tariff(base=1, surcharges=(named, Surcharge(code="odd", amount=10)))
    window = TimeWindow(NOW, NOW.replace(hour=14))
    parts = (("base", 1), ("ferry", 100), ("odd", 10))
    candidate = Candidate(
        "opt_x", replace(PARCEL, tariff=tariff), window, 111, parts, window.end.timestamp(), 120
    )
    labels = [
        each.label for each in wording_of(WORDS, CATALOGUE, locale).option(candidate).price_parts
    ]
    assert labels[1] == said[locale]
    assert all(labels)
