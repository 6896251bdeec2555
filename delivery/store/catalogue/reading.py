"""From a catalogue's document to the values that the rules work with, part by part.

What `town/town.toml` does not show, but for prices and limits (`catalogue_prices`):

    [calendars.X]
    closed = ["2026-08-03", "2026-07-06/2026-07-12"]  # ours, besides public holidays
    open = ["2026-12-06"]                             # whatever else is said
    [origins.X]                                       # what a service has that says nothing else
    handling_minutes = 60                             # of its own working time
    cut_off = { mon = "14:00", fri = "12:00" }        # on other days nothing leaves
    [zones.X]                                         # any of these; the most specific zone wins
    postcodes = ["00530", "005*", "00500-00599"]
    around = { lat = 60.18, lon = 24.95, km = 5 }     # from the address, if the shop knows it
    municipalities = ["Helsinki"]                     # and one of these beginnings
    beginnings = ["005"]
    time_zone = "Europe/Stockholm"
    [services.X]
    cut_off = false                                   # none, though its origin has one
    order_by = { day_before = "18:00" }               # slots, or minutes_before = 120
    transit_days_by_zone = { north = 4 }              # working days of its calendar
    transit_hours_by_zone = { vantaa = 3 }            # express: the width of its window
    blackouts = ["2026-12-23T17:00/2026-12-23T21:00", "2026-12-24/2026-12-26"]
    narrowing = false                                 # no narrower windows on the day
    move_fee = 200                                    # slots: who moves by themselves; 0 = free
    [services.X.rounds]
    times_by_weekday = { sun = [["12:00", "16:00"]] } # instead of times
    load = { 240 = 64 }                               # units, a parcel one a begun
    unit_g = 10000                                    # so many grams
    unit_cm3 = 50000                                  # or cubic centimetres
    [[points]]
    closed = ["2026-12-24"]
    max_sides_mm = [600, 400, 350]
    capacity = 40                                     # parcels a day
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from zoneinfo import ZoneInfo

from delivery.rules.calendars import Calendar
from delivery.rules.catalogue import (
    Blackout,
    CutOffs,
    OrderBy,
    Origin,
    PickupPoint,
    Points,
    Rounds,
    Service,
)
from delivery.rules.zones import Circle, Zone, ZoneMap
from delivery.store.catalogue import document as parts
from delivery.store.catalogue.document import (
    CalendarPart,
    OriginPart,
    PointPart,
    RoundsPart,
    ServicePart,
    ZonePart,
)
from delivery.store.catalogue.prices import read_limits, read_tariff
from delivery.store.catalogue.shapes import (
    MINUTES_OF_AN_HOUR,
    WEEK,
    Weekday,
    clock_face,
    dates_of,
    read_said,
    span_of,
)


def read_calendar(part: CalendarPart) -> Calendar:
    """The calendar as the rules use it."""
    return Calendar(
        frozenset(WEEK.index(day) for day in part.weekdays),
        part.holidays_of,
        frozenset((int(day[:2]), int(day[3:])) for day in part.also_closed),
        frozenset(day for text in part.closed for day in dates_of(text)),
        frozenset(day for text in part.open for day in dates_of(text)),
    )


def read_origin(code: str, part: OriginPart, calendars: Mapping[str, Calendar]) -> Origin:
    """The origin as the rules use it; its calendar is among `calendars`."""
    return Origin(
        code=code,
        zone=ZoneInfo(part.time_zone),
        calendar=calendars[part.calendar],
        opens=clock_face(part.opens),
        closes=clock_face(part.closes),
        handling_minutes=part.handling_minutes,
        cut_offs=_cut_offs(part.cut_off) if part.cut_off else None,
        street=part.street or "",
        postcode=part.postcode or "",
        city=part.city or "",
        country=part.country or "",
        lat=part.lat,
        lon=part.lon,
    )


def read_zone(code: str, part: ZonePart) -> Zone:
    """The zone as the rules use it; equal parts give equal zones."""
    around = part.around
    return Zone(
        code=code,
        postcodes=frozenset(text for text in part.postcodes if text.isdigit()),
        ranges=tuple(sorted((text[:5], text[6:]) for text in part.postcodes if "-" in text)),
        prefixes=tuple(sorted(text[:-1] for text in part.postcodes if text.endswith("*"))),
        municipalities=frozenset(part.municipalities),
        beginnings=tuple(sorted(part.beginnings)),
        around=Circle(around.lat, around.lon, round(around.km * 1000)) if around else None,
        clock=ZoneInfo(part.time_zone) if part.time_zone else None,
    )


def read_point(part: PointPart) -> PickupPoint:
    """The place as the rules use it."""
    return PickupPoint(
        part.id, part.service, part.name, part.street, part.postcode, part.city, part.lat,
        part.lon, parts.opening_hours(part.opening_hours),
        frozenset(day for text in part.closed for day in dates_of(text)),
        tuple(sorted(part.max_sides_mm, reverse=True)), part.capacity,
    )  # fmt: skip


def read_service(
    code: str,
    part: ServicePart,
    *,
    origin: Origin,
    calendar: Calendar,
    zone_map: ZoneMap,
    points: Points,
    clock: ZoneInfo,
) -> Service:
    """The service as the rules use it; `clock` is that of zones without their own."""
    return Service(
        code=code,
        carrier=part.carrier,
        kind=part.kind,
        promise=part.promise,
        origin=origin,
        calendar=calendar,
        zone_map=zone_map,
        zone=clock,
        limits=read_limits(part.limits),
        tariff=read_tariff(part.price),
        name=read_said(part.name) if part.name else None,
        description=read_said(part.description),
        days_ahead=part.days_ahead,
        handling_minutes=_handling(part, origin),
        cut_offs=_its_cut_offs(part, origin),
        order_by=_order_by(part),
        transit_days=part.transit_days,
        transit_days_by_zone=part.transit_days_by_zone,
        transit_minutes=_minutes(part.transit_hours or 0),
        transit_minutes_by_zone={
            zone: _minutes(hours) for zone, hours in part.transit_hours_by_zone.items()
        },
        window=(clock_face(part.window[0]), clock_face(part.window[1])) if part.window else None,
        rounds=_rounds(part.rounds) if part.rounds else None,
        blackouts=tuple(sorted(Blackout(*span_of(text)) for text in part.blackouts)),
        points=points,
        within_m=part.within_m,
        kept_days=part.kept_days,
        narrowing=part.narrowing,
        move_fee=part.move_fee,
    )


def _handling(part: ServicePart, origin: Origin) -> int:
    own = part.handling_minutes
    return origin.handling_minutes if own is None else own


def _its_cut_offs(part: ServicePart, origin: Origin) -> CutOffs | None:
    if part.promise in ("slot", "express") or part.cut_off is False:
        return None
    return origin.cut_offs if part.cut_off is None else _cut_offs(part.cut_off)


def _cut_offs(said: str | bool | Mapping[Weekday, str]) -> CutOffs:
    if isinstance(said, str):
        return dict.fromkeys(range(len(WEEK)), clock_face(said))
    assert isinstance(said, Mapping)
    return {WEEK.index(day): clock_face(at) for day, at in said.items()}


def _order_by(part: ServicePart) -> OrderBy | None:
    said = part.order_by
    if said is None:
        return None
    return OrderBy(clock_face(said.day_before) if said.day_before else None, said.minutes_before)


def _minutes(hours: float) -> int:
    return round(hours * MINUTES_OF_AN_HOUR)


def _rounds(part: RoundsPart) -> Rounds:
    return Rounds(
        times=_times(part.times),
        capacity=dict(sorted(part.capacity.items(), reverse=True)),
        load=dict(sorted(part.load.items(), reverse=True)),
        unit_g=part.unit_g,
        unit_cm3=part.unit_cm3,
        times_by_weekday={
            WEEK.index(day): _times(times) for day, times in part.times_by_weekday.items()
        },
    )


def _times(said: Iterable[tuple[str, str]]) -> tuple[tuple[time, time], ...]:
    return tuple((clock_face(start), clock_face(end)) for start, end in said)
