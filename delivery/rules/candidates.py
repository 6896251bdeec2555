"""What each service can promise this customer: the windows, the days and the places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from delivery.rules.asks import QuoteAsk
from delivery.rules.catalogue import PickupPoint, Service
from delivery.rules.fitting import Exclusion
from delivery.rules.geography import Here
from delivery.rules.leads import arrives_on, cut_off_on, leaves_on, working_time_after
from delivery.rules.pricing import Parts, total, with_basket
from delivery.rules.rounds import Planned, ZonePlan
from delivery.rules.windows import TimeWindow

#: More places than anybody counts: a slot that is not among the scarce ones.
PLENTY = 1_000_000
#: Effort of a delivery to the door; a place costs its metres.
AT_HOME = -1
# Nobody hurries to a shop for its last minutes.
_SHORTEST_OPENING = timedelta(minutes=30)
_HALF_HOUR = 30 * 60


class Candidate(NamedTuple):
    """A possible option before it is put into words."""

    id: str
    service: Service
    window: TimeWindow
    amount: int
    parts: Parts
    end: float
    minutes: int
    effort: int = AT_HOME
    cutoff: datetime | None = None
    slot_id: int | None = None
    #: Places left, as far as they matter.
    left: int = PLENTY
    point: PickupPoint | None = None
    until: datetime | None = None


class Moment(NamedTuple):
    """When somebody asks, and from when on the goods can leave."""

    now: datetime
    ready: datetime

    @classmethod
    def of(cls, ask: QuoteAsk, now: datetime) -> Moment:
        return cls(now, ask.ready_at if ask.ready_at and ask.ready_at > now else now)


def window_candidates(
    service: Service,
    plan: ZonePlan,
    scarce: Mapping[int, int],
    ask: QuoteAsk,
    moment: Moment,
    *,
    each_price: int = 0,
) -> list[Candidate]:
    """Free windows; with `each_price` only so many, the earliest, of each width and price."""
    last_day = _last_day(service, moment)
    ready = moment.ready.timestamp()
    found: list[Candidate] = []
    for group in plan.by_price:
        parts = with_basket(service.tariff, group[0].parts, ask.value)
        amount, enough = total(parts), len(found) + (each_price or PLENTY)
        for planned in group:
            if ready >= planned.cutoff_stamp or planned.day > last_day:
                continue
            left = places_left(planned, scarce)
            if left > 0:
                found.append(_window(service, planned, parts, amount, left))
                if len(found) == enough:
                    break
    return found


def places_left(planned: Planned, scarce: Mapping[int, int]) -> int:
    """The fewest of the window and all it lies within."""
    return min([scarce.get(slot_id, PLENTY) for slot_id in planned.chain]) if scarce else PLENTY


def window_candidate(
    service: Service, planned: Planned, ask: QuoteAsk, moment: Moment
) -> Candidate | None:
    """One window as it was offered then, whatever became of its places."""
    if moment.ready >= planned.cutoff or planned.day > _last_day(service, moment):
        return None
    parts = with_basket(service.tariff, planned.parts, ask.value)
    return _window(service, planned, parts, total(parts), PLENTY)


def _last_day(service: Service, moment: Moment) -> date:
    return moment.now.astimezone(service.zone).date() + timedelta(days=service.days_ahead - 1)


def _window(service: Service, planned: Planned, parts: Parts, amount: int, left: int) -> Candidate:
    return Candidate(
        f"opt_{service.code}.s{planned.slot_id}", service, planned.window, amount, parts,
        planned.end, planned.minutes, AT_HOME, planned.cutoff, planned.slot_id, left,
    )  # fmt: skip


def day_candidates(service: Service, ask: QuoteAsk, moment: Moment) -> list[Candidate]:
    """Days on which a carrier comes to the door."""
    parts = with_basket(service.tariff, (("base", service.tariff.base),), ask.value)
    amount = total(parts)
    leaves = leaves_on(service, moment.ready)
    return [
        Candidate(
            f"opt_{service.code}.d{window.start:%Y%m%d}", service, window, amount, parts,
            window.end.timestamp(), window.minutes, AT_HOME, cutoff,
        )
        for window, cutoff in _days(service, leaves)
    ]  # fmt: skip


@lru_cache(maxsize=256)
def _days(service: Service, leaves: date) -> tuple[tuple[TimeWindow, datetime], ...]:
    assert service.window is not None
    start, end = service.window
    found: dict[date, tuple[TimeWindow, datetime]] = {}
    for day in service.calendar.open_days(leaves):
        arrives = arrives_on(service, day)
        window = TimeWindow(
            datetime.combine(arrives, start, service.zone),
            datetime.combine(arrives, end, service.zone),
        )
        found[arrives] = (window, cut_off_on(service, day))
        if len(found) == service.days_ahead:
            break
    return tuple(found.values())


def place_candidates(
    service: Service, ask: QuoteAsk, moment: Moment, here: Here, *, each_hours: int = 0
) -> list[Candidate]:
    """Places near enough, each from when the parcel is there to fetch.

    With `each_hours` only so many, the nearest, of those that open and close alike.
    """
    parts = with_basket(service.tariff, (("base", service.tariff.base),), ask.value)
    amount, last_day = total(parts), _last_day(service, moment)
    found: list[Candidate] = []
    for stays in _stays_from(service, moment.ready):
        if stays[0].window.start.date() > last_day:
            continue
        near = sorted((here.metres_to(stay.lat, stay.lon), stay) for stay in stays)
        for metres, stay in near[:each_hours] if each_hours else near:
            if metres <= service.within_m:
                found.append(
                    Candidate(
                        stay.id, service, stay.window, amount, parts, stay.end, stay.minutes,
                        metres, stay.cutoff, point=stay.point, until=stay.until,
                    )
                )  # fmt: skip
    return found


class _Stay(NamedTuple):
    """A parcel at a point: the hours of its first day there, and until when it is kept."""

    id: str
    lat: float
    lon: float
    end: float
    minutes: int
    window: TimeWindow
    point: PickupPoint
    until: datetime
    cutoff: datetime | None


#: Stays with the same hours stand together: of those only the distance tells.
_Alike = tuple[tuple[_Stay, ...], ...]


def _stays_from(service: Service, ready: datetime) -> _Alike:
    if service.cut_off is None:
        # On the half hour: nobody promises 14:07, and the answer can be kept for others.
        return _stays_packed(service, -(-ready.timestamp() // _HALF_HOUR) * _HALF_HOUR)
    return _stays_sent(service, leaves_on(service, ready))


@lru_cache(maxsize=256)
def _stays_packed(service: Service, ready: float) -> _Alike:
    since = datetime.fromtimestamp(ready, service.origin.zone)
    packed = working_time_after(service.origin, since, service.handling_minutes)
    return _alike(_stays(service, packed.astimezone(service.zone), None))


@lru_cache(maxsize=256)
def _stays_sent(service: Service, leaves: date) -> _Alike:
    opens = service.window[0] if service.window else time()
    there = datetime.combine(arrives_on(service, leaves), opens, service.zone)
    return _alike(_stays(service, there, cut_off_on(service, leaves)))


def _alike(stays: Iterable[_Stay]) -> _Alike:
    groups: dict[TimeWindow, list[_Stay]] = {}
    for stay in stays:
        groups.setdefault(stay.window, []).append(stay)
    return tuple(map(tuple, groups.values()))


def _stays(service: Service, there: datetime, cutoff: datetime | None) -> Iterator[_Stay]:
    for point in service.points:
        hours = point.hours.open_from(there)
        if hours is not None and hours[1] - hours[0] < _SHORTEST_OPENING:
            hours = point.hours.open_from(hours[1])
        if hours is not None:
            window = TimeWindow(*hours)
            until = _kept_until(service, point, window.start.date())
            yield _Stay(
                f"opt_{service.code}.d{window.start:%Y%m%d}.{point.id}", point.lat, point.lon,
                window.end.timestamp(), window.minutes, window, point, until, cutoff,
            )  # fmt: skip


def _kept_until(service: Service, point: PickupPoint, since: date) -> datetime:
    """The last closing within the days a parcel is kept."""
    for kept in range(service.kept_days, -1, -1):
        span = point.hours.on(since + timedelta(days=kept))
        if span is not None:
            day = datetime.combine(since + timedelta(days=kept), time(), service.zone)
            return point.hours.window_on(day).end
    raise AssertionError("a stay begins on an open day")


def nothing_there(service: Service) -> Exclusion:
    """Why a service that could carry the basket has no candidate."""
    code = {"slot": "no_slot_free", "day": "not_in_time", "place": "no_place_near"}
    return Exclusion(service.code, code[service.promise])
