"""The demo shop without script, on real rows: every step, every no."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from delivery.flows.quoting import get_quote
from delivery.house import House
from delivery.store import bookings
from delivery.store.tables import slot
from tests.loopback import RunningServer
from tests.times import SettableClock
from tests.web.browsing import Browser, Page, at_door

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)


@pytest.fixture
def browser(server: RunningServer) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        yield browser


def fill_up(house: House) -> None:
    """Nobody gets a place any more."""
    with house.database.write() as conn:
        conn.execute(update(slot).values(taken=slot.c.capacity))


def test_from_the_basket_to_the_promise(browser: Browser, house: House) -> None:
    options = browser.ask_options()
    assert 2 <= len(options.form("/hold").choices) <= 5
    assert "How would you like it, Aino?" in options.text
    assert "Hämeentie 5 A 12, 00530 Helsinki" in options.text
    number = at_door(options)
    held = browser.send(options.form("/hold"), options.form("/hold").choices[number])
    assert "This time is yours until 12:15" in held.text
    assert "(15 min)" in held.text
    pay = next(form for form in held.forms if not form.action.endswith("/extend"))
    done = browser.send(pay)
    assert "It is booked, Aino" in done.text
    reference = done.url.rpartition("/")[2]
    with house.database.read() as conn:
        booking = bookings.get(conn, reference)
    assert (booking.given_name, booking.phone) == ("Aino", "+358400000012")
    assert browser.send(pay).url == done.url, "paying twice books once"
    assert browser.open(held.url).url == done.url


def test_another_choice_moves_the_hold(browser: Browser, house: House) -> None:
    first, second = browser.hold(0), None
    options = browser.open(next(link for link in first.links if "/choose/" in link))
    form = options.form("/hold")
    second = browser.send(form, form.choices[1])
    assert second.url == first.url


def test_more_time_to_pay_within_the_limit(browser: Browser, clock: SettableClock) -> None:
    page = browser.hold()
    clock.forward(minutes=13, seconds=30)
    page = browser.open(page.url)
    assert "Do you need longer?" in page.text
    page = browser.send(page.form("/extend"))
    assert "until 12:28" in page.text
    form = page.form("/extend")
    page = browser.send(form)
    assert not [each for each in page.forms if each.action.endswith("/extend")]
    again = browser.send(form)
    assert again.status == 409
    assert "It cannot be held longer" in again.text
    clock.forward(minutes=16)
    assert "Your hold has ended" in browser.open(page.url).text
    assert "Your hold has ended" in browser.open(f"{page.url}/left").text


def test_a_slot_that_just_went_offers_the_nearest(browser: Browser, house: House) -> None:
    options = browser.ask_options()
    form = options.form("/hold")
    home = form.choices[at_door(options)]
    wanted = int(home[1].rpartition(".s")[2])
    with house.database.write() as conn:
        conn.execute(update(slot).where(slot.c.id == wanted).values(taken=slot.c.capacity))
    page = browser.send(form, home)
    assert page.status == 409
    assert "That time just went" in page.text
    assert "Nothing was charged" in page.text
    assert "<title>Error: " in page.html
    near = page.form("/hold")
    assert near.choices
    assert home not in near.choices
    assert "This time is yours until" in browser.send(near, near.choices[0]).text


def test_an_expired_hold_whose_place_went_is_told_at_the_till(
    browser: Browser, house: House, clock: SettableClock
) -> None:
    options = browser.ask_options()
    form = options.form("/hold")
    held = browser.send(form, form.choices[at_door(options)])
    clock.forward(minutes=20)
    from delivery.flows.checkout import release_expired_holds

    release_expired_holds(house.database, now=clock())
    fill_up(house)
    pay = next(each for each in held.forms if not each.action.endswith("/extend"))
    page = browser.send(pay)
    assert page.status == 409
    assert "someone took the time" in page.text


def test_full_times_stay_in_their_place(browser: Browser, house: House) -> None:
    options = browser.ask_options()
    times = browser.open(f"{options.url}/times")
    form = times.form("/hold")
    at = int(form.choices[0][1].rpartition(".s")[2])
    before = times.text.count("full")
    with house.database.write() as conn:
        conn.execute(update(slot).where(slot.c.id == at).values(taken=slot.c.capacity))
    after = browser.open(times.url)
    assert after.text.count("full") > before
    assert form.choices[0] not in after.form("/hold").choices


def every_form(page: Page) -> list[tuple[str, str]]:
    return [choice for form in page.forms for choice in form.choices]


@ONE_DATABASE
def test_every_time_and_place_of_the_lists_can_be_held(browser: Browser) -> None:
    options = browser.ask_options()
    for path in ("times", "times?width=60", "times?day=2026-03-20", "places"):
        page = browser.open(f"{options.url}/{path}")
        choices = every_form(page)
        assert choices, path
        held = browser.send(page.form("/hold"), choices[-1])
        assert "This time is yours until" in held.text, path


@ONE_DATABASE
def test_the_nearest_place_stands_first(browser: Browser) -> None:
    page = browser.open(f"{browser.ask_options().url}/places")
    assert page.text.index("Linjakioski") < page.text.index("Kalasatama")
    assert len(page.form("/hold").choices) == 12


WRONG = [
    ("given_name", "", "Write your first name."),
    ("given_name", "A" * 5000, "Write it in at most 200 characters."),
    ("phone", "040 1", "This is not a whole phone number."),
    ("phone", "call me", "This is not a whole phone number."),
    ("street", "", "Write your street and its number."),
    ("postcode", "5", "We do not know this postcode."),
    ("postcode", "12345", "We do not know this postcode."),
    ("postcode", "٠٠٥٣٠", "We do not know this postcode."),
    ("city", " ", "Write your city."),
]


@ONE_DATABASE
def test_a_wrong_field_is_named_and_what_was_typed_stays(browser: Browser) -> None:
    for field, typed, said in WRONG:
        page = browser.ask_options(**{field: typed})
        assert page.status == 422
        assert page.text.count(said) == 2, "in the summary and at the field"
        assert f"{page.url}#{field}" in page.links
        assert page.form("/demo").fields[field] == typed.strip()
        assert page.form("/demo").fields["street"] == (
            "" if field == "street" else "Hämeentie 5 A 12"
        )


@ONE_DATABASE
def test_names_are_shown_as_they_are_and_never_as_markup(browser: Browser) -> None:
    name = "<b onclick='x'>&\"{{ name }}{name}<b>"
    page = browser.ask_options(given_name=name)
    assert page.status == 200
    assert name in page.text
    assert "<b onclick" not in page.html


@ONE_DATABASE
def test_nothing_chosen_is_said_at_the_list(browser: Browser) -> None:
    page = browser.send(browser.ask_options().form("/hold"))
    assert page.status == 422
    assert "Choose when you want your order." in page.text


@ONE_DATABASE
def test_an_option_nobody_offered_is_not_found(browser: Browser) -> None:
    form = browser.ask_options().form("/hold")
    for option in ("opt_home.s99999999", "opt_x", "x" * 300, "opt_home.s1\x00"):
        assert browser.send(form, ("option", option)).status in (404, 409), option


@ONE_DATABASE
def test_old_prices_are_checked_again_by_one_press(
    browser: Browser, house: House, clock: SettableClock
) -> None:
    options = browser.ask_options()
    form = options.form("/hold")
    clock.forward(minutes=31)
    for page in (browser.open(options.url), browser.open(f"{options.url}/times"),
                 browser.send(form, form.choices[0])):  # fmt: skip
        assert page.status == 410
        again = browser.send(page.form("/again"))
        assert again.status == 200
        assert again.url != options.url
        with house.database.read() as conn:
            quote = get_quote(conn, again.url.rpartition("/")[2])
        assert quote.request["destination"]["street"] == "Hämeentie 5 A 12"


@ONE_DATABASE
def test_an_address_nobody_serves_says_why(browser: Browser) -> None:
    page = browser.ask_options(postcode="99800", city="Ivalo")
    assert page.status == 200
    assert "We do not come to this address yet" in page.text
    assert "options were left out" in page.text


@ONE_DATABASE
def test_the_whole_shop_in_other_languages(server: RunningServer) -> None:
    for lang, told, held in (
        ("fi", ("Miten haluat tilauksesi, Aino?", "huomenna klo", "Joustat hinnassa"),
         "Aika on varattu sinulle klo 12.15 asti (15 min)"),
        ("sv-FI", ("Hur vill du ha det, Aino?", "i morgon kl. ", "Du ger avkall på pris"),
         "Tiden är din till kl. 12.15 (15 min)"),
        # Aino is no name in Greek letters.
        ("el", (" Πώς το θέλετε;", "Αύριο, ", "Υστερεί σε τιμή"),
         "Η ώρα είναι δική σας έως τις 12:15 (15 λεπτά)"),
    ):  # fmt: skip
        with Browser(server.url, lang) as browser:
            options = browser.ask_options()
            assert all(each in options.text for each in told), lang
            assert held in browser.hold().text
