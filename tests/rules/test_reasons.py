"""A service with nothing to offer says why, and it is true."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from delivery.assets import asset
from delivery.rules.calendars import Calendar
from delivery.rules.candidates import Moment
from delivery.rules.catalogue import OrderBy, Rounds, Service
from delivery.rules.fitting import Exclusion
from delivery.rules.geography import Here
from delivery.rules.place_candidates import place_candidates
from delivery.rules.reasons import why_nothing
from delivery.rules.rounds import SlotTimes, ZonePlan, plan_zone, windows_of_day
from delivery.words import Words
from tests.asking import an_ask
from tests.rules.places import a_place_service, a_point, a_service, days, helsinki

KALLIO = Here.at(60.1826, 24.9505)
NOON = helsinki("2026-03-10T12:00")
WORDS = Words(asset("templates/words"))


def reason(
    service: Service, *, days_later: int = 0, plan: ZonePlan | None = None, **ask: Any
) -> str:
    return said(service, days_later, plan, **ask).code


def said(
    service: Service, days_later: int = 0, plan: ZonePlan | None = None, **ask: Any
) -> Exclusion:
    moment = Moment(NOON, NOON + timedelta(days=days_later))
    return why_nothing(service, an_ask(**ask), moment, KALLIO, plan)


def a_van(**changes: Any) -> Service:
    rounds = Rounds(times=((time(14), time(18)),), capacity={240: 8, 120: 4})
    return a_service(**{
        "promise": "slot", "rounds": rounds, "window": None, "cut_offs": None, "days_ahead": 3,
        **changes,
    })  # fmt: skip


def plan_of(service: Service, days_ahead: int = 3) -> ZonePlan:
    windows = [
        each.window
        for ahead in range(days_ahead)
        for each in windows_of_day(service, NOON.date() + timedelta(days=ahead))
        if not each.within
    ]
    slots = [SlotTimes(at, each.start, each.end, []) for at, each in enumerate(windows, 1)]
    return plan_zone(service, "everywhere", slots)


def test_vans_that_are_full_say_so_and_no_others() -> None:
    van = a_van()
    assert reason(van, plan=plan_of(van)) == "no_slot_free"
    assert reason(van, plan=plan_of(van), days_later=3) == "later_than_shown"
    late = a_van(days_ahead=1, handling_minutes=180)
    assert reason(late, plan=plan_of(late, 1)) == "past_cut_off"
    said_late = a_van(days_ahead=1, order_by=OrderBy(day_before=time(18)))
    assert reason(said_late, plan=plan_of(said_late, 1)) == "past_cut_off"
    shut = a_van(calendar=Calendar(frozenset(range(7)), closed=days("2026-03-10", "2026-03-11",
                                                                    "2026-03-12")))  # fmt: skip
    assert reason(shut, plan=plan_of(shut)) == "closed"


def test_days_that_never_come() -> None:
    apart = a_service(calendar=Calendar(frozenset({5})), cut_offs={0: time(14)})
    assert reason(apart) == "closed"
    over = a_service(transit_days=0, cut_offs=dict.fromkeys(range(7), time(20)))
    assert reason(over) == "not_in_time"


def test_a_courier_that_has_gone_home() -> None:
    courier = a_service(
        promise="express", transit_minutes=120, cut_offs=None, window=(time(9), time(13)),
        handling_minutes=30, days_ahead=1,
    )  # fmt: skip
    assert reason(courier) == "past_cut_off"
    assert reason(courier, days_later=1) == "later_than_shown"


def test_places_are_too_far_too_small_too_late_or_full() -> None:
    near, far = a_point(1, 60.18, 24.95), a_point(2, 60.45, 22.27)
    too_far = said(a_place_service(far))
    assert too_far.code == "no_place_near"
    assert too_far.fields["most"] == "10 km"
    assert too_far.fields["nearest"] == f"{KALLIO.metres_to(far.lat, far.lon) / 1000:.0f} km"
    assert reason(a_place_service()) == "no_places"
    small = a_place_service(a_point(1, 60.18, 24.95, max_sides_mm=(100, 100, 100)))
    assert said(small).fields == {"sides": "10×10×10"}
    assert reason(a_place_service(near), days_later=30) == "later_than_shown"
    assert reason(a_place_service(near)) == "places_full"
    summer = a_place_service(a_point(1, 60.18, 24.95, "Jun-Aug Mo-Su 10:00-18:00"))
    assert reason(summer) == "not_in_time"


def test_a_reason_is_given_exactly_when_there_is_nothing() -> None:
    service = a_place_service(a_point(1, 60.18, 24.95))
    moment = Moment(NOON, NOON)
    (only,) = place_candidates(service, an_ask(), moment, KALLIO)
    full = {("p00001", f"{only.window.start:%Y-%m-%d}")}
    assert place_candidates(service, an_ask(), moment, KALLIO, full=full) == []
    assert reason(service) == "places_full"


@pytest.mark.parametrize("locale", WORDS.locales)
@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("past_cut_off", {"days": 14}),
        ("closed", {"days": 14}),
        ("later_than_shown", {"days": 14}),
        ("not_in_time", {}),
        ("no_slot_free", {}),
        ("no_place_near", {"most": "100 km", "nearest": "1000 km", "nearest_m": 1_000_000}),
        ("no_places", {}),
        ("places_full", {}),
    ],
)
def test_reasons_have_a_sentence(locale: str, code: str, fields: dict[str, Any]) -> None:
    assert 5 < len(WORDS.say(locale, f"options.{code}", **fields)) <= 60
