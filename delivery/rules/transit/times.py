"""How long a carrier's parcels are on their way: the distribution a group of them has.

The base is working time (`clock`). Of each parcel the service, the area, the weekday and the hour
it was shipped make a shrunk shift; what is left over has a distribution per service and area,
shrunk to that of the service and of all, as if the parent were `PARENT` parcels of the group.
Parcels that are still on their way count as such (Kaplan and Meier, 1958): to leave them out would
make the carrier look fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from delivery.rules.transit.clock import Floats, Ints, PlainClock, WorkingClock, weekday

Mask = NDArray[np.bool_]

#: How many parcels the parent of a group stands for: at 50 of its own a group has 70 % of the say.
PARENT = 20.0
#: The same for the mean shift of a group.
_PARENT_OF_SHIFT = 10.0
#: Of fewer in a service and area nothing is learnt but their mean.
_FEWEST = 5
_STEPS = 300
#: What promises count: working days from the day of shipping, or time as it passes.
Base = Literal["working", "plain"]
BASES: tuple[Base, ...] = ("working", "plain")
_HOURS_OF_SHIPPING = (10.0, 13.0, 16.0)


@dataclass(frozen=True, eq=False)
class Shipments:
    """Parcels in the order in which they were shipped. Areas and services are numbered.

    `shipped` and `delivered` are on the clock on the wall, `left_at` and `known_at` the same as
    instants; all in days. What is not known is NaN.
    """

    service: Ints
    area: Ints
    shipped: Floats
    delivered: Floats
    left_at: Floats
    known_at: Floats

    def __len__(self) -> int:
        return len(self.service)

    def __getitem__(self, part: slice | Ints | Mask) -> Shipments:
        return Shipments(*(each[part] for each in vars(self).values()))

    @property
    def code(self) -> Ints:
        """A number for each service in an area."""
        return self.service * (int(self.area.max(initial=0)) + 1) + self.area

    @property
    def sizes(self) -> tuple[int, int]:
        """How many services and areas there are."""
        return int(self.service.max()) + 1, int(self.area.max()) + 1

    def seen(self, count: int, at: float) -> Shipments:
        """The first `count` as they were known at an instant: later arrivals are not."""
        first = self[:count]
        known = first.known_at < at
        hidden = [np.where(known, each, np.nan) for each in (first.delivered, first.known_at)]
        return Shipments(
            first.service, first.area, first.shipped, hidden[0], first.left_at, hidden[1]
        )


class TransitTimes:
    """What shipments say at a moment of those shipped then.

    `now` is on the clock on the wall; `sizes` say how many services and areas there may be.
    """

    def __init__(
        self, past: Shipments, now: float, last_day: int, sizes: tuple[int, int], *,
        base: Base,
    ) -> None:  # fmt: skip
        self.past, self.now, self._base = past, now, base
        self._services, self._areas = sizes
        self._known = ~np.isnan(past.delivered)
        first_day = int(np.floor(past.shipped.min())) - 1
        arrived = past.delivered[self._known]
        self._clock: WorkingClock | PlainClock = (
            PlainClock() if base == "plain" else WorkingClock(arrived, now, first_day, last_day)
        )
        self._leaves, self._leaf = np.unique(self._code(past), return_inverse=True)
        worked = self.worked(past, np.where(self._known, past.delivered, now))
        self._mean, self._shifts = 0.0, dict[str, Floats]()
        self._learn_shifts(worked)
        over = worked - self.shift(past)
        self._steps = _steps(over[self._known])
        self._learn_curves(np.clip(np.searchsorted(self._steps, over), 0, len(self._steps) - 1))

    def worked(self, parcels: Shipments, moments: Floats) -> Floats:
        """How many working days each was on its way at a moment."""
        return np.maximum(self._clock.at(moments) - self._start(parcels), 0)

    def moments(self, parcels: Shipments, worked: Floats) -> Floats:
        """When each has been on its way so long."""
        found = self._clock.moments(self._start(parcels) + np.maximum(worked, 0))
        return np.maximum(found, self._clock.soonest(parcels.shipped))

    def quantile(self, parcels: Shipments, level: float) -> Floats:
        """The working days that a share `level` of such parcels does not exceed."""
        own = self._own_of_leaf[self._leaf_of(parcels)]
        left = self._curves[np.where(own > 0, own, self._own_of_service[parcels.service])]
        return self._value_at(left, level) + self.shift(parcels)

    def apart(self, levels: Floats) -> Floats:
        """Quantiles of what shifts leave over, of all parcels together."""
        return self._value_at(self._curves[:1], levels[:, None])

    def _value_at(self, left: Floats, level: float | Floats) -> Floats:
        place: Ints = (left > 1 - level + 1e-12).sum(1)
        return self._steps[np.clip(place, 0, len(self._steps) - 1)]

    def shift(self, parcels: Shipments) -> Floats:
        """The working days that such parcels take on average."""
        found = np.full(len(parcels), self._mean)
        for name, group in self._groups(parcels).items():
            if name in self._shifts:
                found += self._shifts[name][group]
        return found

    def _start(self, parcels: Shipments) -> Floats:
        return self._clock.at(
            np.floor(parcels.shipped) if self._base == "working" else parcels.shipped
        )

    def _code(self, parcels: Shipments) -> Ints:
        return parcels.service * self._areas + parcels.area

    def _leaf_of(self, parcels: Shipments) -> Ints:
        """Which service in an area; one more than there are for one not seen."""
        code = self._code(parcels)
        place = np.minimum(np.searchsorted(self._leaves, code), len(self._leaves) - 1)
        return np.where(self._leaves[place] == code, place, len(self._leaves))

    def _groups(self, parcels: Shipments) -> dict[str, Ints]:
        service, days = parcels.service, np.floor(parcels.shipped)
        hour = np.digitize((parcels.shipped - days) * 24, _HOURS_OF_SHIPPING)
        return {
            "service": service, "area": parcels.area, "both": self._leaf_of(parcels),
            "weekday": service * 7 + weekday(days.astype(np.int64)), "hour": service * 4 + hour,
        }  # fmt: skip

    def _learn_shifts(self, worked: Floats) -> None:
        """Means of what each group is apart from the others, shrunk; none where few are known."""
        past, known = self.past, self._known
        # Of those shipped lately only the fast ones have arrived.
        age = self.now - past.shipped
        old = known & (age > np.quantile((past.delivered - past.shipped)[known], 0.97))
        old = old if old.sum() >= PARENT else known
        if old.sum() < PARENT:
            return
        aim = np.minimum(worked[old], np.quantile(worked[old], 0.98))
        self._mean = float(aim.mean())
        sizes = (self._services, self._areas, len(self._leaves) + 1,
                 self._services * 7, self._services * 4)  # fmt: skip
        groups = {name: each[old] for name, each in self._groups(past).items()}
        self._shifts = {name: np.zeros(size) for name, size in zip(groups, sizes, strict=True)}
        rest = aim - self._mean
        for _ in range(3):
            for name, group in groups.items():
                rest += self._shifts[name][group]
                size = len(self._shifts[name])
                count = np.bincount(group, minlength=size)
                self._shifts[name] = np.bincount(group, rest, size) / (count + _PARENT_OF_SHIFT)
                rest -= self._shifts[name][group]

    def _learn_curves(self, place: Ints) -> None:
        """The distribution of all, then of services, then of those in an area, by number."""
        past, known = self.past, self._known
        of_all = _left(place, np.zeros_like(place), known, np.ones((1, len(self._steps))), 0.0)
        services = _often(past.service, self._services)
        mine = services[past.service] >= 0
        parent = np.repeat(of_all, services.max() + 1, 0)
        of_service = _left(place[mine], services[past.service[mine]], known[mine], parent)
        leaves = _often(self._leaf, len(self._leaves) + 1)
        mine = leaves[self._leaf] >= 0
        parent = of_service[services[self._leaves[leaves[:-1] >= 0] // self._areas]]
        of_leaf = _left(place[mine], leaves[self._leaf[mine]], known[mine], parent)
        self._curves = np.concatenate([of_all, of_service, of_leaf])
        self._own_of_service = services + 1
        self._own_of_leaf = np.where(leaves >= 0, leaves + 1 + len(of_service), 0)


def _often(group: Ints, groups: int) -> Ints:
    """A number of its own for each group of at least `_FEWEST`, -1 for the others."""
    often = np.bincount(group, minlength=groups) >= _FEWEST
    return np.where(often, np.cumsum(often) - 1, -1)


def _left(place: Ints, group: Ints, known: Mask, parent: Floats, say: float = PARENT) -> Floats:
    """Of each group the share still on its way after each step (Kaplan and Meier's curve).

    Its parent's counts as `say` parcels.
    """
    groups, wide = parent.shape
    cell = group * wide + place
    came = np.bincount(cell[known], minlength=groups * wide).reshape(groups, wide)
    still = np.bincount(cell[~known], minlength=groups * wide).reshape(groups, wide)
    at_risk = np.cumsum((came + still)[:, ::-1], axis=1)[:, ::-1]
    before = np.concatenate([np.ones((groups, 1)), parent], axis=1)
    came_too = came - say * np.diff(before, axis=1)
    at_risk = at_risk + say * before[:, :-1]
    chance = np.divide(came_too, at_risk, out=np.zeros((groups, wide)), where=at_risk > 1e-9)
    left: Floats = np.cumprod(1 - np.clip(chance, 0, 1), axis=1)
    return left


def _steps(over: Floats) -> Floats:
    """Values at which distributions are kept: close together in the upper tail."""
    ordered = np.sort(over)
    low = np.linspace(0, 0.8, _STEPS // 3, endpoint=False)
    high = 1 - 0.2 * np.linspace(1, 0, _STEPS - len(low)) ** 2
    place = (np.concatenate([low, high]) * len(ordered)).astype(np.int64)
    found: Floats = np.unique(ordered[np.clip(place, 0, len(ordered) - 1)])
    return found
