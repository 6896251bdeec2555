"""The nearest of many spots, without looking at all of them.

Spots stand in squares of a tenth of a degree. What may be among the nearest few of its kind for
somebody in a square is found once for the square and kept; squares with too many are cut in four,
so that a crowded street costs little more than a village.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, floor, hypot, radians
from typing import NamedTuple

from delivery.rules.geography import METRES_PER_DEGREE, Here

_SIDES_PER_DEGREE = 10
# The deepest cut leaves squares about 170 m high, 64 by 64 in one of the first.
_DEEPEST = 6
_FINEST_PER_DEGREE = _SIDES_PER_DEGREE << _DEEPEST
#: Spots more than are asked for that a square may hold before it is cut.
_SPARE = 8
_FIRST_LOOK_M = 1000
_MOST_SQUARES = 20_000
#: In degrees to the north; what is measured in whole metres may be so much off.
A_METRE = 1 / METRES_PER_DEGREE
Held = tuple[float, float, int, int]  # latitude, longitude, number, kind
Bounds = tuple[float, float, Held]  # least and greatest distance, in degrees to the north


class Spot(NamedTuple):
    """Where something is, and of what kind: spots of one kind differ in their place alone."""

    lat: float
    lon: float
    kind: int


class _Box:
    """All between two latitudes and two longitudes."""

    __slots__ = ("east", "high", "low", "north", "side", "south", "west")

    def __init__(self, south: float, west: float, side: float) -> None:
        self.south, self.west, self.side = south, west, side
        self.north, self.east = south + side, west + side
        poleward = min(max(abs(south), abs(self.north)), 90.0)
        inward = 0.0 if south <= 0 <= self.north else min(abs(south), abs(self.north))
        #: The least and the greatest length of a degree to the east, in degrees to the north.
        self.low, self.high = cos(radians(poleward)), cos(radians(inward))

    def quarter(self, north: int, east: int) -> _Box:
        half = self.side / 2
        return _Box(self.south + half * north, self.west + half * east, half)

    def distances(self, lat: float, lon: float) -> tuple[float, float]:
        """The least and the greatest from somewhere in the box, in degrees to the north."""
        up, aside = (
            max(self.south - lat, lat - self.north, 0.0),
            max(self.west - lon, lon - self.east, 0.0),
        )
        least = hypot(up, aside * self.low)
        up, aside = max(lat - self.south, self.north - lat), max(lon - self.west, self.east - lon)
        return least, hypot(up, aside * self.high)


class Square:
    """The spots that may count in a box; cut in four once it is asked and has too many."""

    __slots__ = ("box", "quarters", "spare", "spots")

    def __init__(self, box: _Box, spots: list[Held], spare: int) -> None:
        self.box = box
        self.spots = spots
        #: How many there are more than were asked for.
        self.spare = spare
        self.quarters: dict[tuple[int, int], Square] = {}

    def bounds(self) -> list[Bounds]:
        """Between which distances each spot is from everywhere in the box."""
        return [(*self.box.distances(held[0], held[1]), held) for held in self.spots]


class Nearest:
    """Spots, ready to be asked which are near; a spot is named by its place in `spots`."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        self.spots = spots
        self._buckets: dict[tuple[int, int], list[int]] = {}
        for number, spot in enumerate(spots):
            self._buckets.setdefault(_bucket(spot.lat, spot.lon), []).append(number)
        self._squares: dict[tuple[int, int, int, int], Square] = {}
        #: By the finest square, whatever it is cut to.
        self._known: dict[tuple[int, int, int, int], Square] = {}

    def within(self, here: Here, metres: int) -> list[tuple[int, int]]:
        """Every spot so near, as (metres, number), the nearest first."""
        box = _Box(here.lat, here.lon, 0.0)
        measured = (
            (here.metres_to(self.spots[number].lat, self.spots[number].lon), number)
            for number in self._reachable(box, metres)
        )
        return sorted(each for each in measured if each[0] <= metres)

    def distance(self, here: Here, beyond: int) -> int | None:
        """Metres to the nearest spot, looked for from `beyond` on; None if there are no spots."""
        metres = max(beyond, _FIRST_LOOK_M)
        while self.spots:
            found = self.within(here, metres)
            if found:
                return found[0][0]
            metres *= 2
        return None

    def square(self, here: Here, metres: int, count: int) -> Square:
        """Where `here` is, with the nearest `count` of each kind for everybody in it, or more."""
        row, column = floor(here.lat * _FINEST_PER_DEGREE), floor(here.lon * _FINEST_PER_DEGREE)
        square = self._known.get((row, column, metres, count))
        if square is None:
            if len(self._known) >= _MOST_SQUARES:
                self._known.clear()
                self._squares.clear()
            square = self._cut(row, column, metres, count)
            self._known[row, column, metres, count] = square
        return square

    def _cut(self, row: int, column: int, metres: int, count: int) -> Square:
        first = row >> _DEEPEST, column >> _DEEPEST
        square = self._squares.get((*first, metres, count))
        if square is None:
            side = 1 / _SIDES_PER_DEGREE
            box = _Box(first[0] * side, first[1] * side, side)
            near = ((*self.spots[number], number) for number in self._reachable(box, metres))
            held = ((lat, lon, number, kind) for lat, lon, kind, number in near)
            square = self._squares[(*first, metres, count)] = _held(held, box, metres, count)
        for depth in range(_DEEPEST - 1, -1, -1):
            if square.spare <= _SPARE:
                break
            at = row >> depth & 1, column >> depth & 1
            if at not in square.quarters:
                box = square.box.quarter(*at)
                square.quarters[at] = _held(square.spots, box, metres, count)
            square = square.quarters[at]
        return square

    def _reachable(self, box: _Box, metres: int) -> Iterable[int]:
        """Every spot that may be so near to somewhere in the box, and some more."""
        up = metres * A_METRE
        aside = min(up / max(box.low, 1e-9), 360.0)
        first = _bucket(box.south - up, box.west - aside)
        last = _bucket(box.south + box.side + up, box.west + box.side + aside)
        rows, columns = (range(first[axis], last[axis] + 1) for axis in (0, 1))
        if len(rows) * len(columns) > len(self._buckets):
            keys = [key for key in self._buckets if key[0] in rows and key[1] in columns]
        else:
            keys = [(row, column) for row in rows for column in columns]
        return [number for key in keys for number in self._buckets.get(key, ())]


def in_order(here: Here, metres: int, spots: Iterable[Held]) -> list[tuple[int, int, int]]:
    """Those so near, as (metres, number, kind), the nearest first, measured as by `metres_to`."""
    lat, lon, east = here
    measured = [
        (round(hypot(its_lat - lat, (its_lon - lon) * east) * METRES_PER_DEGREE), number, kind)
        for its_lat, its_lon, number, kind in spots
    ]
    measured.sort()
    return [each for each in measured if each[0] <= metres]


def _held(spots: Iterable[Held], box: _Box, metres: int, count: int) -> Square:
    """Those that may be among the `count` nearest of their kind for somebody in the box."""
    reach = metres * A_METRE + A_METRE
    kinds: dict[int, list[tuple[float, float, Held]]] = {}
    for each in spots:
        least, most = box.distances(each[0], each[1])
        if least <= reach:
            kinds.setdefault(each[3], []).append((most, least, each))
    held, spare = [], 0
    for its in kinds.values():
        its.sort()
        farthest = its[count - 1][0] + A_METRE if len(its) > count else 360.0
        few = [each for _most, least, each in its if least <= farthest]
        spare += max(len(few) - count, 0)
        held += few
    return Square(box, held, spare)


def _bucket(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat * _SIDES_PER_DEGREE), floor(lon * _SIDES_PER_DEGREE)
