"""Hours as they were said, and the half of the day they are in."""

from __future__ import annotations

from dataclasses import dataclass

from delivery.rules.replies.symbols import HALF_OF_PART

#: Minutes of the day, and whether the half of the day is open.
Clock = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Hours:
    """What was said of hours, before it is known which half of the day is meant."""

    kind: str  # at | span | after | before
    first: Clock
    last: Clock | None = None


def settled(hours: Hours, parts: list[str], small: int) -> tuple[int | None, int | None] | None:
    """Earliest and latest in minutes of the day; None where no hours come of it.

    Hours up to `small` are those of the afternoon when nothing else is said.
    """
    half = HALF_OF_PART[parts[-1]] if parts else None
    late = parts[-1:] == ["night"]
    if hours.kind == "span":
        return _settled_span(hours, half, small)
    minutes = _of_half(hours.first, half, small, late=late)
    if hours.kind == "before":
        return None, minutes or 12 * 60  # "in the morning, before twelve"
    return minutes, None


def _of_half(clock: Clock, half: str | None, small: int, *, late: bool = False) -> int:
    minutes, is_open = clock
    if not is_open:
        return minutes
    hour = minutes // 60
    if half == "p" and not (late and (hour == 12 or hour < 5)):
        return minutes + 720 * (hour < 12)
    if half:
        return minutes - 720 * (hour == 12)
    return minutes + 720 * (hour < small + 1 and hour < 12)


def _settled_span(hours: Hours, half: str | None, small: int) -> tuple[int, int] | None:
    (start, start_open), (end, end_open) = hours.first, hours.last or hours.first
    if not end_open and start_open:
        later = start + 720
        start = later if start < 720 and later < end and end > 720 else start
    elif start_open and end_open:
        if half == "p" or (half is None and start // 60 < small and end // 60 <= small + 2
                           and start < end):  # fmt: skip
            start, end = start + 720 * (start < 720), end + 720 * (end < 720)
        elif end <= start:
            end += 720
    elif end_open and end <= start:
        end += 720
    end = 24 * 60 if end == 0 else end
    return (start, end) if 0 <= start < end <= 24 * 60 else None
