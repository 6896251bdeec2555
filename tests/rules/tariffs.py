"""Tariffs and terms for tests, plain ones by hand and any by Hypothesis."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from delivery.rules.money import Money
from delivery.rules.pricing import (
    Parts,
    Terms,
    priced,
    terms_of,
    total,
    window_parts,
)
from delivery.rules.tariffs import Band, Surcharge, Tariff
from tests.times import HELSINKI, NOW

ZONES = ("north", "south")
BASES = ("after_discount", "before_discount")
EVENING = Surcharge(code="evening", amount=100, from_time=time(17))
NARROW = Surcharge(code="two_hours", amount=100, widths=frozenset({120}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def a_tariff(*surcharges: Surcharge, base: int | None = 590, **more: Any) -> Tariff:
    return Tariff(base=None if more.get("bands") else base, surcharges=surcharges, **more)


def terms(tariff: Tariff, weight_g: int = 1000, zone: str = "north", **goods: Money) -> Terms:
    found = terms_of(tariff, weight_g, goods.get("value"), goods.get("discount"), zone)
    assert found is not None
    return found


def price(
    tariff: Tariff, start: datetime = NOW, minutes: int = 120, *, hours_until: float = 48.0,
    **asked: Any,
) -> int:  # fmt: skip
    """The price of one window; `asked` is what `terms` takes."""
    return total(parts(tariff, start, minutes, hours_until=hours_until, **asked))


def parts(
    tariff: Tariff, start: datetime = NOW, minutes: int = 120, *, hours_until: float = 48.0,
    **asked: Any,
) -> Parts:  # fmt: skip
    its = terms(tariff, **asked)
    return priced(its, window_parts(tariff, start, minutes, its.zone), hours_until)


amounts = st.integers(0, 3000)
_limits = st.none() | st.integers(1, 6000)

bands = st.builds(
    Band,
    amount=amounts,
    from_g=st.integers(0, 3000),
    to_g=_limits,
    from_value=st.integers(0, 3000),
    to_value=_limits,
    zones=st.frozensets(st.sampled_from(ZONES), max_size=1),
)


#: Each condition alone and in pairs, drawn at once: many draws make slow tests.
_CONDITIONS: list[dict[str, Any]] = [
    {}, {"widths": frozenset({60})}, {"weekdays": frozenset({5, 6})}, {"from_time": time(17)},
    {"from_time": time(22), "to_time": time(6)}, {"hours_until_below": 24},
    {"hours_until_below": 60}, {"zones": frozenset({"north"})},
    {"widths": frozenset({60, 120}), "hours_until_below": 5, "to_time": time(12)},
]  # fmt: skip


def surcharges(code: str) -> st.SearchStrategy[Surcharge]:
    return st.builds(
        lambda amount, share, conditions: Surcharge(
            code=code, amount=amount, basis_points=share, **conditions
        ),
        st.integers(-1500, 1500),
        st.none() | st.integers(-10_000, 20_000),
        st.sampled_from(_CONDITIONS),
    )


tariffs = st.builds(
    Tariff,
    base=amounts,
    bands=st.lists(bands, max_size=2).map(tuple),
    surcharges=st.tuples(*[surcharges(f"s{number}") for number in range(3)]),
    vat_basis_points=st.none() | st.integers(0, 10_000),
    free_from=st.none() | st.integers(0, 6000),
    free_basis=st.sampled_from(BASES),
)

moneys = st.builds(euros, st.integers(0, 8000))
starts = st.integers(0, 14 * 24 * 4).map(lambda quarters: NOW + timedelta(minutes=15 * quarters))
