"""Which zone an address is in: of all that hold it, the most specific."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, floor, radians
from typing import NamedTuple
from zoneinfo import ZoneInfo

from delivery.rules.geography import METRES_PER_DEGREE, Here, Postcode

# Circles are looked up by tenths of a degree; so many squares are more than a country has.
_SQUARES_PER_DEGREE = 10
_MOST_SQUARES = 20_000
_LAST = "\uffff"


class Circle(NamedTuple):
    """Everything so far from a point as the crow flies."""

    lat: float
    lon: float
    metres: int


@dataclass(frozen=True)
class Zone:
    """A set of postcodes, or a circle, or both, that share services, prices and slots."""

    code: str
    postcodes: frozenset[str] = frozenset()
    #: First and last postcode, both within.
    ranges: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[str, ...] = ()
    #: A postcode of one of these that has one of these beginnings.
    municipalities: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    around: Circle | None = None
    #: The clock there; None is the catalogue's.
    clock: ZoneInfo | None = None


class ZoneMap:
    """The zones of a service, made ready to be asked for every postcode.

    The most specific wins: a single postcode, then a range (the narrower first), a circle (the
    smaller first), a beginning (the longer first), a beginning within municipalities (the longer
    first); of two alike the one whose code comes first. The order of the zones does not matter.
    """

    def __init__(self, zones: Sequence[Zone], postcodes: Mapping[str, Postcode]) -> None:
        self.codes = frozenset(each.code for each in zones)
        self.clocks = {each.code: each.clock for each in zones if each.clock is not None}
        #: The zone by postcode, circles left out.
        self.by_postcode: dict[str, str] = {}
        self._postcodes = postcodes
        order = sorted(postcodes)
        self._paint(zones, order)
        self._circles = sorted(
            (each.around.metres, each.code, each.around) for each in zones if each.around
        )
        self._squares: dict[tuple[int, int], list[tuple[int, str, Circle]]] = {}
        #: Postcodes that a zone names, singly or in a range: no circle is more specific.
        self._firm = (
            frozenset(code for each in zones for code in _named(each, order))
            if self._circles
            else frozenset[str]()
        )

    def at(self, postcode: str, here: Here | None = None) -> str | None:
        """The zone of a postcode; circles are measured from `here`, else from its middle."""
        if not self._circles or postcode in self._firm:
            return self.by_postcode.get(postcode)
        if here is None:
            middle = self._postcodes.get(postcode)
            if middle is None:
                return None
            here = Here.at(middle.lat, middle.lon)
        for metres, code, circle in self._near(here):
            if here.metres_to(circle.lat, circle.lon) <= metres:
                return code
        return self.by_postcode.get(postcode)

    def may_reach(self, postcode: str) -> bool:
        """False where no address of this postcode can be in any of the zones."""
        return bool(self._circles) or postcode in self.by_postcode

    def _near(self, here: Here) -> list[tuple[int, str, Circle]]:
        square = floor(here.lat * _SQUARES_PER_DEGREE), floor(here.lon * _SQUARES_PER_DEGREE)
        found = self._squares.get(square)
        if found is None:
            if len(self._squares) >= _MOST_SQUARES:
                self._squares.clear()
            found = self._squares[square] = [
                each for each in self._circles if _may_reach(each[2], square)
            ]
        return found

    def _paint(self, zones: Sequence[Zone], order: Sequence[str]) -> None:
        """The least specific first, so that what is more specific covers it."""
        claims = sorted(claim for zone in zones for claim in _claims(zone))
        for claim in reversed(claims):
            held = order[bisect_left(order, claim.first) : bisect_right(order, claim.last)]
            if claim.within:
                held = [each for each in held if self._postcodes[each].municipality in claim.within]
            self.by_postcode.update(dict.fromkeys(held, claim.zone))


class _Claim(NamedTuple):
    """What a zone says of the postcodes from `first` to `last`; the most specific sorts first."""

    kind: int
    width: int
    zone: str
    first: str
    last: str
    within: tuple[str, ...] = ()


def _claims(zone: Zone) -> Iterator[_Claim]:
    for each in zone.postcodes:
        yield _Claim(0, 0, zone.code, each, each)
    for first, last in zone.ranges:
        yield _Claim(1, int(last) - int(first), zone.code, first, last)
    for each in zone.prefixes:
        yield _Claim(2, -len(each), zone.code, each, each + _LAST)
    within = tuple(sorted(zone.municipalities))
    for each in zone.beginnings:
        yield _Claim(3, -len(each), zone.code, each, each + _LAST, within)


def _named(zone: Zone, order: Sequence[str]) -> Iterator[str]:
    yield from zone.postcodes
    for first, last in zone.ranges:
        yield from order[bisect_left(order, first) : bisect_right(order, last)]


def _may_reach(circle: Circle, square: tuple[int, int]) -> bool:
    south, west = (side / _SQUARES_PER_DEGREE for side in square)
    side = 1 / _SQUARES_PER_DEGREE
    north_off = max(south - circle.lat, circle.lat - south - side, 0.0)
    # Where degrees are shortest in the square; so no circle is missed.
    east = cos(radians(min(max(abs(south), abs(south + side)), 90.0)))
    east_off = max(west - circle.lon, circle.lon - west - side, 0.0) * east
    return max(north_off, east_off) * METRES_PER_DEGREE <= circle.metres + 1
