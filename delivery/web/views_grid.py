"""A week as a grid: days across, windows of one width down, each cell a price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time

from delivery.rules import phrases
from delivery.rules.windows import TimeWindow
from delivery.web.views import Choice
from delivery.web.views_options import Shelf


@dataclass(frozen=True)
class Chip:
    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class Cell:
    """A price to choose, `full`, or nothing on that day."""

    value: str
    price: str
    #: Said to those who cannot see in which column and row it stands.
    when: str
    low: bool
    full: bool


@dataclass(frozen=True)
class GridRow:
    hours: str
    cells: tuple[Cell, ...]


_Times = tuple[time, time]


def width_chips(
    shelf: Shelf, widths: Sequence[int], width: int, address: Callable[[int], str]
) -> tuple[Chip, ...]:
    """One for each length of window there is, widest first."""
    return tuple(
        Chip(
            str(shelf.say("width", hours=phrases.number(f"{each / 60:g}", shelf.lang))),
            address(each), each == width,
        )
        for each in widths
    )  # fmt: skip


def grid_rows(
    shelf: Shelf, full: Sequence[TimeWindow], days: Sequence[date], width: int,
    value: Callable[[str], str],
) -> tuple[GridRow, ...]:  # fmt: skip
    """The windows of this width in these days, by their hours."""
    free: dict[tuple[_Times, date], Choice] = {}
    for each in shelf.choices:
        if each.window.minutes == width and each.window.start.date() in days:
            known = free.setdefault(_place(each.window), each)
            if _amount(each) < _amount(known):
                free[_place(each.window)] = each
    gone = {_place(each): each for each in full if each.minutes == width}
    lowest = min(map(_amount, free.values()), default=0)
    dearest = max(map(_amount, free.values()), default=0)
    windows = {place[0]: each.window for place, each in free.items()}
    windows |= {place[0]: each for place, each in gone.items() if place[1] in days}
    return tuple(
        GridRow(
            phrases.hours(windows[times], shelf.lang),
            tuple(
                _cell(shelf, free.get((times, day)), (times, day) in gone, value,
                      lowest if lowest < dearest else -1)
                for day in days
            ),
        )
        for times in sorted(windows)
    )  # fmt: skip


def _place(window: TimeWindow) -> tuple[_Times, date]:
    return (window.start.time(), window.end.time()), window.start.date()


def _amount(choice: Choice) -> int:
    return (choice.fee or choice.price).amount


def _cell(
    shelf: Shelf, choice: Choice | None, full: bool, value: Callable[[str], str], lowest: int
) -> Cell:
    if choice is None:
        return Cell("", "", "", low=False, full=full)
    return Cell(
        value=value(choice.id),
        price=shelf.priced(choice.fee or choice.price),
        when=phrases.when(choice.window, shelf.lang),
        low=_amount(choice) == lowest,
        full=False,
    )
