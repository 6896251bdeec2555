"""Which of the slots on offer fit a wish, best first. Nothing else can ever be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from delivery.rules.replies.understanding import Slotted
from delivery.rules.replies.wish import Wish

_DAY = 24 * 60


def fitting(slots: Sequence[Slotted], wish: Wish, zone: tzinfo | None) -> list[str]:
    """Ids of the slots that lie within the wish and touch nothing refused."""
    if not wish.wants:
        return []
    found = []
    for each in slots:
        start, end = each.start.astimezone(zone), each.end.astimezone(zone)
        began = start.hour * 60 + start.minute
        ended = began + round((each.end.timestamp() - each.start.timestamp()) / 60)
        if start.date() in wish.refused_days or (wish.days and start.date() not in wish.days):
            continue
        if _within(began, ended, wish) and not _refused(began, ended, wish):
            found.append((_rank(began, ended, wish), start, end, each.id))
    return [each[-1] for each in sorted(found, key=lambda one: one[:3])]


def _within(began: int, ended: int, wish: Wish) -> bool:
    if wish.at:
        return began <= (wish.earliest or 0) < ended
    return began >= (wish.earliest or 0) and ended <= (wish.latest or _DAY)


def _refused(began: int, ended: int, wish: Wish) -> bool:
    return any(
        began < (_DAY if each.latest is None else each.latest) and (each.earliest or 0) < ended
        for each in wish.refused_spans
    )


def _rank(began: int, ended: int, wish: Wish) -> tuple[bool, int]:
    exact = began == wish.earliest and (wish.at or ended == wish.latest)
    return not exact, abs(began - (wish.earliest if wish.earliest is not None else began))
