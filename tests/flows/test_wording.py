"""What options are called in each language: never alike, never twice, never too long."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import delivery.store.seeds as seeds
from delivery.assets import asset
from delivery.flows.wording import LONGEST_REASON, Wording, names_of, wording_of
from delivery.rules import phrases
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import Candidate
from delivery.rules.catalogue import Catalogue, PickupPoint, Points, Service
from delivery.rules.fitting import Exclusion
from delivery.rules.money import Money
from delivery.rules.slate import choose, fold
from delivery.store.catalogue.building import read_catalogue
from delivery.words import Words
from tests.asking import an_ask
from tests.offers import candidates_of
from tests.times import NOW

FOLDER = asset("templates/words")
WORDS = Words(FOLDER)
TOWN = read_catalogue(Path(seeds.TOWN).read_text("utf-8"), 1)
LANGUAGES = WORDS.spoken("options")
VALUES = (0, 5990, 6999, 7000)
UNHURRIED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
asks = st.builds(
    lambda postcode, value: an_ask(postcode=postcode, value={"amount": value, "currency": "EUR"}),
    st.sampled_from(["00530", "00100", "02100", "01300", "04200", "00890"]),
    st.sampled_from(VALUES),
)
moments = st.integers(0, 24 * 60 * 10).map(lambda minutes: NOW + timedelta(minutes=minutes))


def service_of(catalogue: Catalogue, code: str) -> Service:
    found = catalogue.service(code)
    assert found is not None
    return found


def speaking(locale: str, catalogue: Catalogue = TOWN) -> Wording:
    return wording_of(WORDS, catalogue, locale)


def test_every_section_is_said_in_four_languages() -> None:
    assert LANGUAGES == ("el", "en", "fi", "sv")
    assert WORDS.locales == WORDS.spoken("pages") == WORDS.spoken("desk") == LANGUAGES
    assert [name for _, name in WORDS.endonyms] == ["Ελληνικά", "English", "Suomi", "Svenska"]


@pytest.mark.parametrize("section", ["options", "pages"])
def test_a_language_that_has_a_section_has_all_of_it(section: str) -> None:
    def read(locale: str) -> dict[str, str]:
        text = Path(FOLDER, locale, f"{section}.toml").read_text("utf-8")
        return tomllib.loads(text)

    def fields(sentence: str) -> list[str]:
        return sorted(re.findall(r"\{(\w+)\}", sentence))

    english = {key: fields(sentence) for key, sentence in read("en").items()}
    for locale in WORDS.spoken(section):
        said = read(locale)
        assert {key: fields(sentence) for key, sentence in said.items()} == english
        assert section == "pages" or all(sentence.strip() for sentence in said.values())


def test_the_nearest_language_is_spoken_else_english() -> None:
    asked = {"sv-FI": "sv", "el_GR": "el", "fi": "fi", "de": "en", None: "en"}
    for locale, near in asked.items():
        assert WORDS.language(locale, "pages") == WORDS.language(locale) == near
        assert WORDS.say(locale, "pages.and") == WORDS.say(near, "pages.and")


def test_where_a_language_lacks_a_section_english_is_spoken(tmp_path: Path) -> None:
    for file, said in (("en/pages", "English"), ("en/options", "English"), ("fi/options", "Suomi")):
        path = tmp_path / f"{file}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'this_language = "{said}"', "utf-8")
    words = Words(tmp_path)
    assert words.endonyms == (("en", "English"),)
    assert words.spoken("options") == ("en", "fi")
    assert [words.say("fi", f"{each}.this_language") for each in ("options", "pages")] == [
        "Suomi", "English"]  # fmt: skip


@UNHURRIED
@given(ask=asks, now=moments)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_two_titles_are_alike(locale: str, ask: QuoteAsk, now: datetime) -> None:
    wording, every = speaking(locale), candidates_of(TOWN, ask, now)
    titles = [wording.title(each) for each in every]
    assert len(set(titles)) == len(titles)
    assert all(0 < len(title) <= 100 for title in titles)


@UNHURRIED
@given(ask=asks, now=moments)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_description_repeats_neither_title_nor_price(
    locale: str, ask: QuoteAsk, now: datetime
) -> None:
    wording = speaking(locale)
    for shown in choose(candidates_of(TOWN, ask, now)).shown:
        option = wording.option(shown.candidate)
        money = {option.price.amount, *(part.amount for part in option.price_parts)}
        window = shown.candidate.window
        said = [option.title, phrases.when(window, locale), phrases.begins(window.start, locale)]
        said += [phrases.price(Money(amount, "EUR"), locale) for amount in money]
        if shown.candidate.point:
            said.append(f"{shown.candidate.point.name},")
        assert not [each for each in said if each in option.description]
        assert option.description


@UNHURRIED
@given(ask=asks, now=moments)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_hidden_one_has_a_short_reason(locale: str, ask: QuoteAsk, now: datetime) -> None:
    wording, every = speaking(locale), candidates_of(TOWN, ask, now)
    shown = [each.candidate for each in choose(every).shown]
    for each in every:
        if each not in shown:
            assert 0 < len(wording.why_folded(fold(each, shown))) <= LONGEST_REASON


def a_point(number: int, name: str, street: str, city: str = "Espoo") -> PickupPoint:
    some = service_of(TOWN, "locker").points[0]
    return replace(some, id=f"p{number}", name=name, street=street, city=city)


def with_points(code: str, *points: PickupPoint) -> Service:
    return replace(service_of(TOWN, code), points=Points(points))


def at(service: Service, point: PickupPoint) -> Candidate:
    some = next(each for each in candidates_of(TOWN, an_ask(), NOW) if each.point)
    return some._replace(id=f"opt_{service.code}.{point.id}", service=service, point=point)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_places_of_one_name_are_told_apart(locale: str) -> None:
    one, two = a_point(1, "Prisma", "Kauppakatu 1"), a_point(2, "Prisma", "Torikatu 5")
    lockers, counter = with_points("locker", one, two), with_points("pickup", one)
    wording = speaking(locale)
    options = [wording.option(at(lockers, one)), wording.option(at(lockers, two)),
               wording.option(at(counter, one))]  # fmt: skip
    assert len({option.title for option in options}) == 3
    assert "Torikatu 5" in options[1].title
    assert "Torikatu 5" not in options[1].description
    assert "Kauppakatu 1" in options[2].description


@given(
    st.lists(st.tuples(*[st.sampled_from(["A", "B", "A, B", "A, A"])] * 3), min_size=1, max_size=12)
)
def test_no_two_places_of_a_service_are_called_alike(rows: list[tuple[str, str, str]]) -> None:
    points = [a_point(number, *row) for number, row in enumerate(rows)]
    names = names_of(with_points("locker", *points))
    assert names.keys() == {each.id for each in points}
    assert len(set(names.values())) == len(points)


TITLES = {
    "en": ("Thu 12 March, 17:00–19:00 to your door",
           "Thu 12 March, 17:00–19:00 by courier to your door",
           "Parcel locker Hakaniemi, from Thu 12 March 17:00"),
    "fi": ("to 12.3. klo 17–19 kotiovelle", "to 12.3. klo 17–19 kuriirilla kotiovelle",
           "Pakettiautomaatti Hakaniemi, to 12.3. klo 17 alkaen"),
    "sv": ("tors 12 mars kl. 17–19 hem till dörren",
           "tors 12 mars kl. 17–19 med bud hem till dörren",
           "Paketautomat Hakaniemi, från tors 12 mars kl. 17"),
    "el": ("Πέμ 12 Μαρτίου, 17:00–19:00 στην πόρτα σας",
           "Πέμ 12 Μαρτίου, 17:00–19:00 με κούριερ στην πόρτα σας",
           "Θυρίδα δεμάτων Hakaniemi, από Πέμ 12 Μαρτίου, 17:00"),
}  # fmt: skip


@pytest.mark.parametrize("locale", LANGUAGES)
def test_titles(locale: str) -> None:
    every = candidates_of(TOWN, an_ask(), NOW)
    van = next(each for each in every if each.service.code == "home" and each.minutes == 120
               and f"{each.window.start:%d %H}" == "12 17")  # fmt: skip
    courier = van._replace(service=service_of(TOWN, "express"))
    lockers = service_of(TOWN, "locker")
    point = next(each for each in lockers.points if each.name == "Hakaniemi")
    locker = van._replace(service=lockers, point=point)
    wording = speaking(locale)
    assert tuple(wording.title(each) for each in (van, courier, locker)) == TITLES[locale]


def test_a_service_without_a_name_is_called_by_its_kind() -> None:
    nameless = replace(service_of(TOWN, "locker"), name=None)
    candidate = at(nameless, nameless.points[0])
    assert speaking("sv").title(candidate).startswith(f"Paketautomat {nameless.points[0].name}")


def test_what_the_shop_does_not_say_in_a_language_is_said_in_english() -> None:
    short = replace(service_of(TOWN, "home"), description={"en": "By van.", "fi": "Autolla."})
    candidate = candidates_of(TOWN, an_ask(), NOW)[0]._replace(service=short)
    said = [speaking(each).description(candidate) for each in ("sv", "fi", "en")]
    assert said == ["By van.", "Autolla.", "By van."]


@pytest.mark.parametrize(
    ("locale", "excluded", "reason"),
    [
        ("en", Exclusion("x", "too_heavy", {"most": 2500}), "Too heavy: at most 2.5 kg a parcel"),
        ("fi", Exclusion("x", "too_heavy", {"most": 2500}),
         "Liian painava: enintään 2,5 kg pakettia kohti"),
        ("el", Exclusion("x", "too_big", {"sides": "60.5×40×35"}),
         "Πολύ μεγάλο: έως 60,5×40×35 cm"),
        ("sv", Exclusion("x", "forbidden_tag", {"tag": "hazardous", "refuses": []}),
         "Tar inte emot detta: farligt gods"),
        ("sv", Exclusion("x", "forbidden_tag", {"tag": "garden-gnome"}),
         "Tar inte emot detta: garden gnome"),
        ("en", Exclusion("x", "forbidden_tag", {"tag": "very_" * 8}),
         "Does not carry this: very very very very very very very ver…"),
    ],
)  # fmt: skip
def test_why_a_service_is_left_out(locale: str, excluded: Exclusion, reason: str) -> None:
    said = speaking(locale).exclusion(excluded)
    assert said == {"service": "x", "code": excluded.code, "reason": reason}
    assert len(reason) <= LONGEST_REASON


CODES = sorted(
    key for key in tomllib.loads(Path(FOLDER, "en", "options.toml").read_text("utf-8"))
    if key in {
        "outside_zone", "too_many_parcels", "too_heavy", "too_heavy_together", "too_long",
        "too_big", "too_much_girth", "too_much_volume", "too_much_volume_together", "no_price",
        "no_slot_free", "not_in_time", "past_cut_off", "closed", "later_than_shown",
        "no_place_near", "no_places", "places_full",
    }
)  # fmt: skip
LONG = {
    "postcode": "99980", "tag": "age_restricted", "most": 120_000, "sides": "220.5×120.5×120.5",
    "days": 365, "nearest": "999 km", "is": 5,
}  # fmt: skip


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_reason_fits_without_being_cut(locale: str) -> None:
    assert len(CODES) == 18
    for code in CODES:
        fields = LONG | ({"most": "999 km"} if code == "no_place_near" else {})
        reason = speaking(locale).exclusion(Exclusion("x", code, fields))["reason"]
        assert len(reason) <= LONGEST_REASON, reason
        assert "…" not in reason


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "€10.10 more and delivery is free"),
     ("fi", "Vielä 10,10\u00a0€, niin toimitus on maksuton"),
     ("sv", "Handla för 10,10\u00a0€ till, så är leveransen gratis"),
     ("el", "Ακόμη 10,10\u00a0€ και η παράδοση είναι δωρεάν")],
)  # fmt: skip
def test_how_much_is_missing_for_free_delivery(locale: str, said: str) -> None:
    wording, locker = speaking(locale), service_of(TOWN, "locker")
    texts = []
    for value in (5990, 7000):
        free = wording.free_from(locker, an_ask(value={"amount": value, "currency": "EUR"}))
        assert free is not None
        texts.append(free.as_json()["text"])
    assert texts == [said, ""]
    assert wording.free_from(service_of(TOWN, "home"), an_ask()) is None


def test_a_surcharge_is_called_what_the_shop_calls_it() -> None:
    evening = next(each for each in candidates_of(TOWN, an_ask(), NOW)
                   if dict(each.parts).get("evening"))  # fmt: skip
    labels = {
        locale: {part.code: part.label for part in speaking(locale).option(evening).price_parts}
        for locale in LANGUAGES
    }
    assert {locale: said["evening"] for locale, said in labels.items()} == {
        "en": "Evening", "fi": "Ilta", "sv": "Kväll", "el": "Βράδυ",
    }  # fmt: skip
    assert labels["sv"]["base"] == "Hemleverans"
