"""What customers choose themselves is learnt, suggested and forgotten; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from delivery.flows import finding, learning, looking, quoting
from delivery.flows.checkout import BookingAsk, HoldAsk, Recipient, book, hold_option
from delivery.flows.quoted import all_options
from delivery.flows.suggesting import seen_of, suggest
from delivery.house import House
from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.slate import Shown, choose
from delivery.rules.taste.model import features
from delivery.store import habits
from delivery.store.tables import choice, habit
from tests.times import NOW
from tests.together import at_once

AINO = QuoteAsk(
    (Parcel(1200),), "00530", "FI", street="Hämeentie 5 A 12", city="Helsinki",
    customer_id="c-aino", given_name="Aino", locale="en",
)  # fmt: skip
_numbers = count(1)


def quoted(house: House, ask: QuoteAsk = AINO) -> dict[str, Any]:
    quote: dict[str, Any] = orjson.loads(quoting.quote_options(house, ask, now=NOW))
    return quote


def bought(
    house: House, ask: QuoteAsk = AINO, origin: str = "chosen", label: str = "nearest"
) -> str:
    """Somebody quotes, holds and books the option with a label; the quote's id."""
    quote = quoted(house, ask)
    wanted = next(each["id"] for each in quote["options"] if label in each["labels"])
    name = f"h-{next(_numbers)}"
    hold_option(house, name, HoldAsk(quote["id"], wanted, origin), now=NOW)
    body = BookingAsk(name, Recipient(phone="+358401234567"), {}, "door code 1234", "d")
    book(house, f"P-{name}", body, now=NOW)
    return str(quote["id"])


def rows(house: House, table: Any = choice) -> int:
    with house.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def learn_all(house: House) -> None:
    while learning.learn_next(house.database, now=NOW):
        pass


def known(house: House, customer: str = "c-aino") -> Any:
    with house.database.read() as conn:
        return habits.find(conn, [customer]).get(customer)


def shown(house: House, ask: QuoteAsk = AINO) -> tuple[Shown, ...]:
    found = quoting.begin(house, ask, now=NOW)
    with house.database.read() as conn:
        facts = looking.look(conn, found, house.layouts.newest(NOW))
    return choose(found.feasible(facts, leaders=finding.LEADERS).candidates).shown


def suggested(house: House, ask: QuoteAsk = AINO, habit_of: str = "c-aino") -> Any:
    def say(key: str, **fields: object) -> str:
        return house.words.say(ask.locale, f"options.{key}", **fields)

    # The same options, whatever is known of the address.
    return suggest(known(house, habit_of), shown(house), ask, say)


@pytest.fixture
def habitual(house: House) -> House:
    """Aino has chosen the nearest place four times."""
    for _ in range(4):
        bought(house)
    learn_all(house)
    return house


def test_a_habit_is_suggested_with_its_reason_in_the_customers_language(habitual: House) -> None:
    nearest = next(each.candidate for each in shown(habitual) if "nearest" in each.labels)
    kind = nearest.service.kind
    in_english = {"locker": "parcel locker", "pickup_point": "pickup point"}[kind]
    in_finnish = {"locker": "automaattiin", "pickup_point": "noutopisteeseen"}[kind]
    assert suggested(habitual) == {
        "option": nearest.id, "origin": "learned",
        "why": f"Like your last 4 orders: {in_english}",
    }  # fmt: skip
    finnish = suggested(habitual, replace(AINO, locale="fi"))
    assert finnish["why"] == f"Kuten viimeiset 4 tilaustasi: {in_finnish}"


def test_we_are_silent_without_a_real_address(habitual: House) -> None:
    assert suggested(habitual, replace(AINO, street="")) is None
    assert suggested(habitual, replace(AINO, street="", lat=60.184, lon=24.951)) is not None


def test_we_are_silent_about_somebody_who_chose_twice_and_about_strangers(house: House) -> None:
    for _ in range(2):
        bought(house)
    learn_all(house)
    assert known(house)["choices"] == 2
    assert suggested(house) is None
    assert suggested(house, habit_of="c-stranger") is None


@pytest.mark.parametrize("origin", ["preselected", "fallback"])
def test_what_we_put_there_teaches_nothing(house: House, origin: str) -> None:
    for _ in range(4):
        bought(house, origin=origin)
    learn_all(house)
    assert (rows(house), known(house), suggested(house)) == (0, None, None)


def test_a_twin_that_forgot_to_look_at_the_origin_is_found_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = learning.keep_choice

    def wrong(conn: Any, hold: Any, **more: Any) -> bool:
        return right(conn, replace(hold, origin="chosen"), **more)

    monkeypatch.setattr(learning, "keep_choice", wrong)
    for _ in range(4):
        bought(house, origin="preselected")
    learn_all(house)
    assert rows(house) == 4
    assert suggested(house) is not None


@pytest.mark.parametrize(
    "ask",
    [replace(AINO, customer_id=None), replace(AINO, street="")],
    ids=["nobody we know", "no address"],
)
def test_nothing_is_kept_of(house: House, ask: QuoteAsk) -> None:
    bought(house, ask, label="fastest")
    assert rows(house) == 0


def test_what_is_kept_says_nothing_of_who_or_where(house: House) -> None:
    bought(house)
    learn_all(house)
    with house.database.read() as conn:
        text = str(conn.execute(select(choice)).one()) + str(conn.execute(select(habit)).one())
    for secret in ("Aino", "40123", "Hämeentie", "00530", "1234", "60.1"):
        assert secret not in text


def test_the_habit_is_small(habitual: House) -> None:
    assert len(orjson.dumps(known(habitual))) <= 1000


def test_forgetting_forgets_all_and_learning_begins_anew(habitual: House) -> None:
    with habitual.database.write() as conn:
        learning.forget(conn, "c-aino")
        learning.forget(conn, "c-aino")
    assert (rows(habitual), rows(habitual, habit), suggested(habitual)) == (0, 0, None)
    for _ in range(3):
        bought(habitual, label="fastest")
    learn_all(habitual)
    assert known(habitual)["choices"] == 3
    assert all("home" in traits for traits in known(habitual)["recent"])


def test_who_is_forgotten_while_we_learn_stays_forgotten(house: House) -> None:
    bought(house)
    with house.database.read() as conn:
        theirs = habits.of_customer(conn, "c-aino")
    with house.database.write() as conn:
        learning.forget(conn, "c-aino")
    with pytest.raises(habits.Forgotten), house.database.write() as conn:
        habits.keep_habit(conn, "c-aino", theirs, {"choices": 1}, at=NOW)
    assert (rows(house), rows(house, habit)) == (0, 0)


def test_bookings_at_once_are_all_counted_and_none_twice(house: House) -> None:
    results = at_once([partial(bought, house) for _ in range(6)])
    assert len({str(each) for each in results}) == 6
    at_once([partial(learn_all, house) for _ in range(3)])
    assert rows(house) == 6
    assert known(house)["choices"] == 6


def test_two_bookings_from_one_quote_are_one_choice(house: House) -> None:
    quote = quoted(house)
    for name in ("h-a", "h-b"):
        wanted = HoldAsk(quote["id"], quote["options"][0]["id"], "chosen")
        hold_option(house, name, wanted, now=NOW)
        book(house, f"P-{name}", BookingAsk(name, Recipient(), {}, "", "d"), now=NOW)
    assert rows(house) == 1


def test_a_time_from_the_calendar_is_chosen_over_all_that_was_shown(house: House) -> None:
    quote = quoted(house)
    listed = {each["id"] for each in quote["options"]}
    with house.database.read() as conn:
        every = all_options(conn, house, quoting.get_quote(conn, quote["id"]), now=NOW)
    other = next(each.id for each in every if each.id not in listed and each.kind == "to_door")
    hold_option(house, "h-all", HoldAsk(quote["id"], other), now=NOW)
    book(house, "P-all", BookingAsk("h-all", Recipient(), {}, "", "d"), now=NOW)
    with house.database.read() as conn:
        row = conn.execute(select(choice)).one()
    assert (len(row.features), row.chosen) == (len(listed) + 1, len(listed))


def test_an_option_is_the_same_to_the_learner_before_and_after_it_was_shown(house: House) -> None:
    before = features([seen_of(each.candidate) for each in shown(house)])
    after = features([learning.seen_of(each) for each in quoted(house)["options"]])
    assert after == before


def test_what_all_are_like_is_learnt_once_a_day_and_counts_for_the_next(house: House) -> None:
    for person in range(8):
        for _ in range(3):
            bought(house, replace(AINO, customer_id=f"c-{person}"))
    assert learning.learn_prior_of_all(house.database, now=NOW)
    assert not learning.learn_prior_of_all(house.database, now=NOW + timedelta(hours=1))
    with house.database.read() as conn:
        prior = habits.newest_prior(conn)
    assert prior is not None
    assert (prior.version, prior.choices) == (1, 24)
    # Nothing new was chosen since.
    assert not learning.learn_prior_of_all(house.database, now=NOW + timedelta(days=2))
    learn_all(house)
    assert known(house, "c-1")["choices"] == 3


def test_where_one_option_was_shown_there_was_nothing_to_choose(house: House) -> None:
    made = quoting.make_quote(house, AINO, now=NOW)
    answer = orjson.loads(made.answer)
    answer["options"] = answer["options"][:1]
    with house.database.write() as conn:
        quoting.keep_quote(conn, replace(made, answer=orjson.dumps(answer)))
    hold_option(house, "h-1", HoldAsk(made.id, answer["options"][0]["id"]), now=NOW)
    book(house, "P-1", BookingAsk("h-1", Recipient(), {}, "", "d"), now=NOW)
    assert rows(house) == 0
