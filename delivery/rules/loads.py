"""How much of a van's load a basket takes, and how much a window has."""

from __future__ import annotations

from collections.abc import Sequence

from delivery.rules.asks import Parcel, QuoteAsk
from delivery.rules.catalogue import Rounds, Service
from delivery.rules.windows import TimeWindow

_MM3_IN_CM3 = 1000


def load_of(service: Service, ask: QuoteAsk) -> int:
    """The load units this basket takes in a window of this service; 0 where load has no limit.

    One for each parcel at least; more where the weight together fills more units of `unit_g`, or
    the room together more of `unit_cm3`: the greater counts. A parcel without sizes is believed
    to take no room, as it is believed to fit.
    """
    rounds = service.rounds
    if rounds is None or not rounds.load:
        return 0
    return _units(ask.parcels, rounds.unit_g, rounds.unit_cm3)


def _units(parcels: Sequence[Parcel], unit_g: int, unit_cm3: int) -> int:
    units = len(parcels)
    if unit_g:
        units = max(units, _begun(sum(each.weight_g for each in parcels), unit_g))
    if unit_cm3:
        room = sum(each.length_mm * each.width_mm * each.height_mm for each in parcels)
        units = max(units, _begun(room, unit_cm3 * _MM3_IN_CM3))
    return units


def _begun(whole: int, unit: int) -> int:
    return -(-whole // unit)


def window_load(rounds: Rounds | None, window: TimeWindow) -> int | None:
    """The load units a window has, by its width on the wall's clock; None where none are stated.

    A window that a night's change of clocks has cut short has those of the width it was cut from.
    """
    if rounds is None or not rounds.load:
        return None
    shown = window.end.replace(tzinfo=None) - window.start.replace(tzinfo=None)
    minutes = shown.total_seconds() / 60
    width = min((each for each in rounds.capacity if each >= minutes), default=None)
    return rounds.load.get(width) if width is not None else None
