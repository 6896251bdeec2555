"""Quotes are locked; what is offered is free; slots are made once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from delivery.flows import quoted, quoting
from delivery.flows.slots import make_slots
from delivery.house import House
from delivery.rules.options import DeliveryOption
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.seeds import TOWN, seed
from delivery.store.tables import catalogue, slot
from tests.asking import a_request, an_ask
from tests.times import HELSINKI, NOW

DURING_A_TEST = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ask_for(house: House, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    answer = quoting.quote_options(house, an_ask(**changes), now=now)
    quote: dict[str, Any] = orjson.loads(answer)
    return quote


def every_option(house: House, quote_id: str, now: datetime = NOW) -> list[DeliveryOption]:
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        return quoted.all_options(conn, house, quote, now=now)


def again(house: House, quote_id: str, option_id: str) -> DeliveryOption:
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        return quoted.option_of(conn, house, quote, option_id)


def set_taken(house: House, *slot_ids: int, taken: int) -> None:
    with house.database.write() as conn:
        conn.execute(update(slot).where(slot.c.id.in_(slot_ids)).values(taken=taken))


def assert_locked(house: House, quote: dict[str, Any], now: datetime) -> None:
    for shown in quote["options"]:
        assert again(house, quote["id"], shown["id"]).as_json() == shown
    for folded in quote["folded"]:
        assert again(house, quote["id"], folded["option"]["id"]).as_json() == folded["option"]
    plain = {"labels": (), "gives": (), "capacity": "open"}
    for option in every_option(house, quote["id"], now):
        locked = again(house, quote["id"], option.id)
        assert replace(locked, **plain) == replace(option, **plain)  # type: ignore[arg-type]


def test_every_option_is_locked_as_it_was_shown(house: House) -> None:
    @DURING_A_TEST
    @given(
        postcode=st.sampled_from(["00530", "02100", "01300", "04200", "00890"]),
        hours=st.integers(0, 24 * 9),
        locale=st.sampled_from(["en", "fi"]),
        amount=st.sampled_from([0, 6999, 7000]),
    )
    def check(postcode: str, hours: int, locale: str, amount: int) -> None:
        now = NOW + timedelta(hours=hours)
        value = {"amount": amount, "currency": "EUR"}
        quote = ask_for(house, now, postcode=postcode, locale=locale, value=value)
        assert quote["options"]
        assert_locked(house, quote, now)

    check()


def test_a_later_catalogue_leaves_a_quote_unmoved(house: House) -> None:
    quote = ask_for(house)
    before = every_option(house, quote["id"])
    dearer = TOWN.read_text("utf-8").replace("base = 590", "base = 790").replace(
        "240 = 590, 120 = 690", "240 = 790, 120 = 890"
    )  # fmt: skip
    with house.database.write() as conn:
        assert house.catalogues.load(conn, dearer, NOW) == 2
    assert every_option(house, quote["id"]) == before
    assert_locked(house, quote, NOW)
    prices = {option.price.amount for option in every_option(house, ask_for(house)["id"])}
    assert 790 in prices
    assert 590 not in prices


def test_what_a_quote_could_not_offer_is_unknown(house: House) -> None:
    quote = ask_for(house)
    elsewhere = ask_for(house, postcode="02100")
    other_zone = next(o for o in every_option(house, elsewhere["id"]) if o.slot_id)
    for option_id in (
        other_zone.id, "", "opt_", "opt_home", "opt_home.s", "opt_home.s-1", "opt_home.s٣",
        "opt_home.s99999999", "opt_home.s" + "9" * 30, "opt_home.d20260312", "opt_sleigh.s1",
        "opt_parcel.d20260314", "opt_locker.d20260311", "opt_locker.d20260311.nowhere",
        "opt_locker.d20260312.viikki", "\0", "opt_home.s1 OR 1=1",
    ):  # fmt: skip
        with pytest.raises(quoted.OptionUnknown):
            again(house, quote["id"], option_id)


def test_a_full_round_has_no_free_hour_and_a_full_hour_leaves_its_round(house: House) -> None:
    quote = ask_for(house)
    vans = [option for option in every_option(house, quote["id"]) if option.slot_id]
    first = next(option for option in vans if option.window.minutes == 240)
    inside = [o for o in vans if first.window.start <= o.window.start < first.window.end]
    assert len(inside) == 7
    hour = next(option for option in inside if option.window.minutes == 60)
    set_taken(house, hour.slot_id or 0, taken=8)
    left = {option.id for option in every_option(house, quote["id"])}
    assert {o.id for o in inside} - left == {hour.id}
    set_taken(house, first.slot_id or 0, taken=32)
    left = {option.id for option in every_option(house, quote["id"])}
    assert not {o.id for o in inside} & left
    assert not {o["id"] for o in ask_for(house)["options"]} & {o.id for o in inside}


def test_few_are_few_and_only_then(house: House) -> None:
    quote = ask_for(house)
    van = next(o for o in every_option(house, quote["id"]) if o.window.minutes == 240 and o.slot_id)
    for taken, capacity in ((28, "open"), (29, "few"), (31, "few")):
        set_taken(house, van.slot_id or 0, taken=taken)
        found = {o.id: o.capacity for o in every_option(house, quote["id"])}
        assert found[van.id] == capacity


def test_vans_that_are_all_full_are_left_out_with_the_reason(house: House) -> None:
    with house.database.write() as conn:
        conn.execute(update(slot).values(taken=slot.c.capacity))
    quote = ask_for(house)
    assert [each["code"] for each in quote["exclusions"]] == ["no_slot_free"]
    assert all(option["service"] != "home" for option in quote["options"])


def test_a_window_past_its_last_moment_is_gone_from_the_list(house: House) -> None:
    quote = ask_for(house)
    tonight = [o for o in every_option(house, quote["id"]) if o.slot_id and o.window.start < NOW
               + timedelta(hours=12)]  # fmt: skip
    assert {option.cutoff_at for option in tonight} == {"2026-03-10T14:00:00+02:00"}
    later = every_option(house, quote["id"], datetime(2026, 3, 10, 14, tzinfo=HELSINKI))
    assert not {option.id for option in tonight} & {option.id for option in later}


def test_goods_that_are_ready_later_are_promised_later(house: House) -> None:
    ready = NOW + timedelta(days=2)
    quote = ask_for(house, ready_at=ready.isoformat())
    for option in every_option(house, quote["id"]):
        assert option.window.start > ready
    far = ask_for(house, ready_at=(NOW + timedelta(days=300)).isoformat())
    assert far["options"] == [] or all(o["service"] == "parcel" for o in far["options"])
    assert {each["code"] for each in far["exclusions"]} == {"later_than_shown"}


def test_free_options_cost_nothing_to_move_to(house: House) -> None:
    with house.database.read() as conn:
        found = quoted.free_options(conn, house, a_request(), now=NOW, service="home", locale="fi")
    assert {option.service for option in found} == {"home"}
    assert {option.fee.amount for option in found if option.fee} == {0}
    assert found == sorted(found, key=lambda o: (o.window.start, o.window.end))
    assert found[0].title == "ti 10.3. klo 17–18 kotiovelle"


def test_reasons_are_short_in_both_languages(house: House) -> None:
    hostile = [{"weight_g": 1_000_000, "length_mm": 9_999}] * 100
    for locale in ("en", "fi"):
        for change in ({}, {"postcode": "99980"}, {"parcels": hostile}, {"tags": ["hazardous"]}):
            quote = ask_for(house, locale=locale, **change)  # type: ignore[arg-type]
            reasons = [each["reason"] for each in quote["exclusions"] + quote["folded"]]
            assert all(0 < len(reason) <= 60 for reason in reasons), reasons


def test_slots_are_made_once_and_two_weeks_ahead(house: House) -> None:
    def count() -> int:
        with house.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(slot)).scalar_one())

    before = count()
    assert make_slots(house.database, house.catalogues, now=NOW) == 0
    assert make_slots(house.database, house.catalogues, now=NOW + timedelta(days=1)) == 9 * 21
    seed(house.database, now=NOW + timedelta(days=1))
    assert count() == before + 9 * 21
    with house.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(catalogue)).scalar_one() == 1
        latest = conn.execute(select(func.max(slot.c.start_at))).scalar_one()
    assert latest.astimezone(HELSINKI).date() == NOW.date() + timedelta(days=15)


def test_another_process_sees_a_new_catalogue(house: House) -> None:
    other = Catalogues(house.database)
    assert other.current().version == 1
    with house.database.write() as conn:
        text = TOWN.read_text("utf-8").replace("base = 490", "base = 480")
        assert house.catalogues.load(conn, text, NOW) == 2
    assert house.catalogues.current().version == 2
    assert other.version(2).version == 2
