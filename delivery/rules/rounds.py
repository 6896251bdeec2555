"""A van's rounds: the windows of a day, one within another, and the plan of a zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.calendars import NeverOpen
from delivery.rules.catalogue import Service
from delivery.rules.leads import is_blacked_out, order_by
from delivery.rules.pricing import WindowParts, window_parts
from delivery.rules.wall_clock import moment_of
from delivery.rules.windows import TimeWindow


class Template(NamedTuple):
    """One window of a day, its places, and the windows it lies within, widest first."""

    window: TimeWindow
    capacity: int
    within: tuple[TimeWindow, ...] = ()


class SlotTimes(NamedTuple):
    """A slot as the database has it, without what changes."""

    id: int
    start_at: datetime
    end_at: datetime
    within: list[int]


class Planned(NamedTuple):
    """A window that can be offered: everything about it but how many places are left."""

    slot_id: int
    #: Itself and the slots it lies within: all must have a place.
    chain: tuple[int, ...]
    window: TimeWindow
    minutes: int
    start: float
    end: float
    cutoff: datetime
    cutoff_stamp: float
    day: date
    #: Its surcharges, whoever asks and when.
    parts: WindowParts


@dataclass(frozen=True)
class ZonePlan:
    """Every planned window by slot, and the same by price, each price earliest end first.

    How soon a window is may still change its price: see `pricing.urgency_of`.
    """

    zone: str
    by_slot: dict[int, Planned]
    by_price: tuple[tuple[Planned, ...], ...]


def windows_of_day(service: Service, day: date, clock: ZoneInfo | None = None) -> list[Template]:
    """The windows of a day on a zone's clock, each after those it lies within.

    None on a closed day, in a blackout, or in an hour that clocks leave out that night.
    """
    return list(_windows(service, day, clock or service.zone))


@lru_cache(maxsize=2048)
def _windows(service: Service, day: date, clock: ZoneInfo) -> tuple[Template, ...]:
    rounds = service.rounds
    if rounds is None or not service.calendar.is_open(day):
        return ()
    widths = tuple(rounds.capacity.items())
    found: list[Template] = []
    for start, end in rounds.on(day):
        until = datetime.combine(day if end > start else day + timedelta(days=1), end)
        found += _cut(datetime.combine(day, start), until, clock, widths, ())
    return tuple(each for each in found if not is_blacked_out(service, each.window))


def _cut(
    start: datetime,
    until: datetime,
    clock: ZoneInfo,
    widths: tuple[tuple[int, int], ...],
    within: tuple[TimeWindow, ...],
) -> Iterator[Template]:
    """Cut on the clock of the wall: a window is what people read, whatever clocks do."""
    if not widths:
        return
    (minutes, capacity), narrower = widths[0], widths[1:]
    while start < until:
        end = start + timedelta(minutes=minutes)
        first, last = moment_of(start, clock), moment_of(end, clock)
        if first.timestamp() < last.timestamp():
            window = TimeWindow(first, last)
            # What clocks cut down to one of its parts is that part.
            around = within if window in within else (*within, window)
            if around is not within:
                yield Template(window, capacity, within)
            yield from _cut(start, end, clock, narrower, around)
        start = end


def plan_zone(service: Service, zone: str, slots: Iterable[SlotTimes]) -> ZonePlan:
    """The plan of these slots of one zone, without those that the catalogue no longer has."""
    slots, clock = list(slots), service.clock(zone)
    starts = {each.id: each.start_at for each in slots}
    by_slot = {
        each.id: planned
        for each in slots
        if (planned := _planned(service, zone, each, starts, clock)) is not None
    }
    by_price: dict[tuple[int, WindowParts], list[Planned]] = {}
    for each in sorted(by_slot.values(), key=lambda planned: (planned.end, planned.slot_id)):
        by_price.setdefault((each.minutes, each.parts), []).append(each)
    return ZonePlan(zone, by_slot, tuple(tuple(group) for group in by_price.values()))


def _planned(
    service: Service, zone: str, slot: SlotTimes, starts: dict[int, datetime], clock: ZoneInfo
) -> Planned | None:
    # A van leaves once for the whole round, however narrow the window.
    leaves = starts.get(slot.within[0], slot.start_at) if slot.within else slot.start_at
    span = slot.start_at.timestamp(), slot.end_at.timestamp()
    # Slots are made two weeks ahead; a closure that came later still closes.
    if span not in _spans(service, leaves.astimezone(clock).date(), clock):
        return None
    try:
        cutoff = cutoff_of(service, leaves)
    except NeverOpen:
        return None
    window = TimeWindow(slot.start_at, slot.end_at).into(clock)
    return Planned(
        slot.id, (slot.id, *slot.within), window, window.minutes, *span, cutoff,
        cutoff.timestamp(), window.start.date(),
        window_parts(service.tariff, window.start, window.minutes, zone),
    )  # fmt: skip


@lru_cache(maxsize=2048)
def _spans(service: Service, day: date, clock: ZoneInfo) -> frozenset[tuple[float, float]]:
    windows = (each.window for each in _windows(service, day, clock))
    return frozenset((each.start.timestamp(), each.end.timestamp()) for each in windows)


@lru_cache(maxsize=4096)
def cutoff_of(service: Service, leaves: datetime) -> datetime:
    """The last moment at which goods still make a round that starts then. Raises `NeverOpen`."""
    return order_by(service, leaves)
