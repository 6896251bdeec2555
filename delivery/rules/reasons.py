"""Why a service that could carry the basket has nothing to offer: the true reason, not a guess."""

from __future__ import annotations

from datetime import date, timedelta
from operator import gt
from typing import Any

from delivery.rules.asks import QuoteAsk
from delivery.rules.calendars import NeverOpen
from delivery.rules.candidates import Moment, last_day
from delivery.rules.catalogue import Service
from delivery.rules.fitting import Exclusion
from delivery.rules.geography import Here
from delivery.rules.leads import leaves_on
from delivery.rules.place_stays import Places, Stays, places_of, stays_from
from delivery.rules.rounds import ZonePlan

_KILOMETRE = 1000


def why_nothing(
    service: Service, ask: QuoteAsk, moment: Moment, here: Here, plan: ZonePlan | None = None
) -> Exclusion:
    """The reason for which a service that fits (`why_not` is None) has no candidate.

    `plan` are a van's windows in the customer's zone. Codes: `closed` (no open day among those
    shown), `later_than_shown` (the goods are ready after them), `past_cut_off` (too late for the
    last of them), `not_in_time`, `no_place_near`, `no_places` (the service has none),
    `too_big` (for every place near); and where all there is is taken `no_slot_free`, `places_full`.
    """
    if service.promise == "place":
        code, fields = _no_place(service, ask, moment, here)
    elif service.promise == "day":
        code, fields = _no_day(service, moment)
    else:
        code, fields = _no_window(service, moment, plan)
    return Exclusion(service.code, code, fields)


_Reason = tuple[str, dict[str, Any]]


def _no_window(service: Service, moment: Moment, plan: ZonePlan | None) -> _Reason:
    until_day, ready = last_day(service, moment), moment.ready.timestamp()
    planned = plan.by_slot.values() if plan else ()
    if any(ready < each.cutoff_stamp and each.day <= until_day for each in planned):
        return "no_slot_free", {}
    return _too_late(service, moment) or ("past_cut_off", {"days": service.days_ahead})


def _no_day(service: Service, moment: Moment) -> _Reason:
    try:
        leaves_on(service, moment.ready)
    except NeverOpen:
        return "closed", {"days": service.days_ahead}
    return "not_in_time", {}


def _too_late(service: Service, moment: Moment) -> _Reason | None:
    today, last = moment.now.astimezone(service.zone).date(), last_day(service, moment)
    days = {"days": service.days_ahead}
    if moment.ready.astimezone(service.zone).date() > last:
        return "later_than_shown", days
    if not any(service.calendar.is_open(day) for day in _days(today, last)):
        return "closed", days
    return None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _no_place(service: Service, ask: QuoteAsk, moment: Moment, here: Here) -> _Reason:
    places = places_of(service)
    near = places.nearest.within(here, service.within_m)
    if not near:
        return _none_near(service, places, here)
    kinds = {places.nearest.spots[number].kind for _metres, number in near}
    most = [places.kinds[kind].point.max_sides_mm for kind in sorted(kinds)]
    if all(its and any(map(gt, ask.measures.sides_mm, its)) for its in most):
        sides = "×".join(f"{side / 10:g}" for side in max(most))
        return "too_big", {"sides": sides}
    try:
        stays = stays_from(service, moment.ready)
    except NeverOpen:
        return "closed", {"days": service.days_ahead}
    if not _opens(stays, kinds, last_day(service, moment)):
        return _too_late(service, moment) or ("not_in_time", {})
    return "places_full", {}


def _opens(stays: Stays, kinds: set[int], until_day: date) -> bool:
    """Whether any of them is open in time; so those that are must be full."""
    found = (stays[kind] for kind in kinds)
    return any(stay is not None and stay.day <= until_day for stay in found)


def _none_near(service: Service, places: Places, here: Here) -> _Reason:
    far = places.nearest.distance(here, service.within_m)
    if far is None:
        return "no_places", {}
    fields = {"most": _said(service.within_m), "nearest": _said(far), "nearest_m": far}
    return "no_place_near", fields


def _said(metres: int) -> str:
    """Whole kilometres, or metres below one: the same in every language of ours."""
    return f"{round(metres / _KILOMETRE)} km" if metres >= _KILOMETRE else f"{metres} m"
