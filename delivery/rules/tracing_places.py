"""What is free: the windows and places a service has here, and why some of them are not offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from delivery.rules import phrases
from delivery.rules.candidates import FEW_PLACES, last_day
from delivery.rules.rounds import Planned
from delivery.rules.slot_candidates import places_left
from delivery.rules.tracing import LANGUAGE, Looked, Step

#: Windows or points that are named in a sentence; programs get all of them.
_MOST_NAMED = 4
_WHY = {
    "full": "full",
    "round_full": "full because the wider window around them is",
    "too_late": "too late to order",
    "too_far": "beyond the days it offers",
}


def free_steps(looked: Looked) -> Iterator[Step]:
    """The windows, days or places looked at: free, few, full, and what was left out and why."""
    if looked.plan is not None:
        yield _windows(looked)
    elif looked.service.promise == "place":
        yield _points(looked)
    else:
        count = len(looked.candidates)
        said = f"{count} to choose from"
        if count:
            said += f", the first {phrases.when(looked.candidates[0].window, LANGUAGE)}"
        yield Step("free", count > 0, said, {"offered": count})


def _windows(looked: Looked) -> Step:
    assert looked.plan is not None
    windows = sorted(looked.plan.by_slot.values(), key=lambda each: (each.start, each.minutes))
    left_out: list[dict[str, Any]] = []
    named: dict[str, list[Planned]] = {}
    free = few = 0
    for each in windows:
        left = places_left(each, looked.facts.left)
        why = _why_left_out(looked, each, left)
        if why is not None:
            named.setdefault(why, []).append(each)
            left_out.append({"slot": each.slot_id, "window": each.window.as_json(), "why": why})
        else:
            free += 1
            few += left <= FEW_PLACES
    said = f"{len(windows)} windows planned, {free} free"
    said += f", {few} of them with {FEW_PLACES} places or fewer" if few else ""
    for why, dropped in named.items():
        said += f"; {len(dropped)} {_WHY[why]}{_which(dropped) if why.endswith('full') else ''}"
    fields = {
        "planned": len(windows), "free": free, "few": few,
        "left_out": left_out, "counts": dict(Counter(each["why"] for each in left_out)),
    }  # fmt: skip
    return Step("free", free > 0, said, fields)


def _why_left_out(looked: Looked, planned: Planned, left: int) -> str | None:
    if looked.moment.ready.timestamp() >= planned.cutoff_stamp:
        return "too_late"
    if planned.day > last_day(looked.service, looked.moment):
        return "too_far"
    if left > 0:
        return None
    own = looked.facts.left.get(planned.slot_id, 1)
    return "full" if own <= 0 else "round_full"


def _which(windows: list[Planned]) -> str:
    some = ", ".join(phrases.when(each.window, LANGUAGE) for each in windows[:_MOST_NAMED])
    more = len(windows) - _MOST_NAMED
    return f" ({some}{f' and {more} more' if more > 0 else ''})"


def _points(looked: Looked) -> Step:
    service = looked.service
    near = sorted(
        (round(looked.here.metres_to(point.lat, point.lon)), point.name) for point in service.points
    )
    within = [each for each in near if each[0] <= service.within_m]
    own = {point.id: point.name for point in service.points}
    full = sorted((day, own[point]) for point, day in looked.facts.full if point in own)
    offered = len({each.point.id for each in looked.candidates if each.point})
    said = f"{len(near)} places, {len(within)} within {service.within_m / 1000:g} km"
    if near:
        said += f", the nearest {near[0][1]} at {near[0][0]} m"
    said += f"; {offered} of them can take it in time"
    if full:
        named = ", ".join(f"{name} on {day}" for day, name in full[:_MOST_NAMED])
        said += f"; full: {named}"
    fields = {
        "points": len(near), "within": len(within), "offered": offered,
        "full": [list(each) for each in full],
    }  # fmt: skip
    return Step("free", offered > 0, said, fields)
