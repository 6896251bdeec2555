"""A van's rounds: the windows of a day, one within another, and the plan of a zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from delivery.rules.catalogue import Service
from delivery.rules.leads import working_time_before
from delivery.rules.pricing import Parts, window_parts
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
    parts: Parts


@dataclass(frozen=True)
class ZonePlan:
    """Every planned window by slot, and the same by price, each price earliest end first."""

    by_slot: dict[int, Planned]
    by_price: tuple[tuple[Planned, ...], ...]


def windows_of_day(service: Service, day: date) -> Iterator[Template]:
    """The windows of a day, each after those it lies within; none on a closed day."""
    rounds = service.rounds
    if rounds is None or not service.calendar.is_open(day):
        return
    for start, end in rounds.times:
        last = datetime.combine(day if end > start else day + timedelta(days=1), end)
        around = TimeWindow(
            datetime.combine(day, start, service.zone), last.replace(tzinfo=service.zone)
        )
        yield from _cut(around, tuple(rounds.capacity.items()), ())


def _cut(
    around: TimeWindow, widths: tuple[tuple[int, int], ...], within: tuple[TimeWindow, ...]
) -> Iterator[Template]:
    if not widths:
        return
    (minutes, capacity), narrower = widths[0], widths[1:]
    start = around.start
    while start < around.end:
        # Both on the clock of the wall: a window is what people read, whatever clocks do.
        window = TimeWindow(start, start + timedelta(minutes=minutes))
        yield Template(window, capacity, within)
        yield from _cut(window, narrower, (*within, window))
        start = window.end


def plan_zone(service: Service, zone: str, slots: Iterable[SlotTimes]) -> ZonePlan:
    """The plan of these slots of one zone."""
    del zone  # its own clock and prices come with the tables that say them
    slots = list(slots)
    starts = {each.id: each.start_at for each in slots}
    by_slot = {each.id: _planned(service, each, starts) for each in slots}
    by_price: dict[tuple[int, Parts], list[Planned]] = {}
    for each in sorted(by_slot.values(), key=lambda planned: (planned.end, planned.slot_id)):
        by_price.setdefault((each.minutes, each.parts), []).append(each)
    return ZonePlan(by_slot, tuple(tuple(group) for group in by_price.values()))


def _planned(service: Service, slot: SlotTimes, starts: dict[int, datetime]) -> Planned:
    window = TimeWindow(slot.start_at, slot.end_at).into(service.zone)
    # A van leaves once for the whole round, however narrow the window.
    leaves = starts.get(slot.within[0], slot.start_at) if slot.within else slot.start_at
    cutoff = cutoff_of(service, leaves)
    return Planned(
        slot.id, (slot.id, *slot.within), window, window.minutes, slot.start_at.timestamp(),
        slot.end_at.timestamp(), cutoff, cutoff.timestamp(), window.start.date(),
        window_parts(service.tariff, window.start, window.minutes),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def cutoff_of(service: Service, leaves: datetime) -> datetime:
    """The last moment at which goods still make a round that starts then."""
    return working_time_before(service.origin, leaves, service.handling_minutes)
