"""A catalogue as big as a country, made up but always the same: for measuring, not for reading.

3,576 postcodes in 200 zones, 40 services, any number of pickup points where people live.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from delivery.rules.geography import Postcode
from delivery.store.postcodes import known_postcodes

ZONES = 200
VANS, CARRIERS, EXPRESSES = 25, 3, 2
#: Of the networks of points four are all over the country, the others in a part of it.
NETWORKS, EVERYWHERE = 10, 4
POINTS = 4194

_HEAD = """
format = 2
currency = "EUR"
countries = ["FI"]
time_zone = "Europe/Helsinki"
postcodes = "postcodes.csv"

[carriers.van]
en = "Van"
fi = "Auto"

[calendars.every_day]
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
holidays_of = "FI"

[calendars.working_days]
weekdays = ["mon", "tue", "wed", "thu", "fri"]
holidays_of = "FI"

[origins.here]
time_zone = "Europe/Helsinki"
calendar = "every_day"
opens = "07:00"
closes = "21:00"
cut_off = "14:00"
"""
_LIMITS = """
[services.{code}.limits]
max_weight_g = 30000
max_sides_mm = [1500, 800, 600]
refuses = ["hazardous"]

[services.{code}.price]
base = {base}
free_from = 9000
vat_percent = 25.5
"""
_COMMON = """
[services.{code}]
carrier = "van"
kind = "{kind}"
promise = "{promise}"
origin = "here"
calendar = "{calendar}"
zones = [{zones}]
description.en = "Brought to you."
description.fi = "Tuodaan sinulle."
"""
_SURCHARGE = """
[[services.{code}.price.surcharges]]
code = "{name}"
name = {{ en = "{name}", fi = "{name}" }}
amount = {amount}
{condition}
"""
_HOURS = (
    "Mo-Fr 07:00-21:00; Sa 09:00-18:00; Su 12:00-18:00; PH off", "24/7", "Mo-Su 06:00-23:00",
    "Mo-Fr 10:00-18:00; Sa 10:00-15:00; PH off", "Mo-Sa 07:00-22:00; Su 10:00-20:00",
)  # fmt: skip


def document(*, points: int = POINTS, edit: int = 0) -> str:
    """The catalogue in TOML. Each `edit` gives one service another price."""
    chance = random.Random(20261122)
    postcodes = sorted(known_postcodes().values(), key=lambda each: each.code)
    size = -(-len(postcodes) // ZONES)
    parts = [postcodes[at : at + size] for at in range(0, len(postcodes), size)]
    zones = [
        f'[zones.z{number}]\npostcodes = ["{part[0].code}-{part[-1].code}"]\n'
        for number, part in enumerate(parts)
    ]
    services = list(_services(len(parts), edit))
    return "\n".join([_HEAD, *zones, *services, *_points(chance, postcodes, points)])


def _services(zones: int, edit: int) -> Iterator[str]:
    everywhere = range(zones)
    for number in range(VANS):
        yield _van(f"van{number}", range(number, zones, VANS), 590 + number)
    for number in range(CARRIERS):
        yield _by_day(f"carrier{number}", everywhere, 450 + 40 * number + edit % 7)
    for number in range(EXPRESSES):
        yield _express(f"express{number}", range(number, zones, 5), 1490)
    for number in range(NETWORKS):
        where = everywhere if number < EVERYWHERE else range(number, zones, NETWORKS)
        yield _network(f"network{number}", where, 290 + 10 * number)


def _named(zones: range) -> str:
    return ", ".join(f'"z{number}"' for number in zones)


def _start(code: str, kind: str, promise: str, calendar: str, zones: range) -> str:
    return _COMMON.format(
        code=code, kind=kind, promise=promise, calendar=calendar, zones=_named(zones)
    )


def _van(code: str, zones: range, base: int) -> str:
    return (
        _start(code, "to_door", "slot", "every_day", zones)
        + "handling_minutes = 180\ndays_ahead = 14\n"
        + _LIMITS.format(code=code, base=base)
        + _SURCHARGE.format(code=code, name="two_hours", amount=100, condition="widths = [120]")
        + _SURCHARGE.format(code=code, name="one_hour", amount=400, condition="widths = [60]")
        + _SURCHARGE.format(code=code, name="evening", amount=100, condition='from = "17:00"')
        + f"\n[services.{code}.rounds]\n"
        'times = [["08:00", "12:00"], ["12:00", "16:00"], ["17:00", "21:00"]]\n'
        "capacity = { 240 = 32, 120 = 16, 60 = 8 }\n"
    )


def _by_day(code: str, zones: range, base: int) -> str:
    return (
        _start(code, "to_door", "day", "working_days", zones)
        + 'transit_days = 2\nwindow = ["08:00", "16:00"]\ndays_ahead = 5\n'
        + _LIMITS.format(code=code, base=base)
    )


def _express(code: str, zones: range, base: int) -> str:
    return (
        _start(code, "to_door", "express", "every_day", zones)
        + 'handling_minutes = 30\ntransit_hours = 2\nwindow = ["09:00", "21:00"]\ndays_ahead = 3\n'
        + _LIMITS.format(code=code, base=base)
    )


def _network(code: str, zones: range, base: int) -> str:
    kind = ("locker", "pickup_point", "store")[int(code[-1]) % 3]
    return (
        _start(code, kind, "place", "working_days", zones)
        + 'transit_days = 1\nwindow = ["10:00", "24:00"]\nwithin_m = 20000\nkept_days = 7\n'
        "days_ahead = 14\n" + _LIMITS.format(code=code, base=base)
    )


def _points(chance: random.Random, postcodes: list[Postcode], count: int) -> Iterator[str]:
    # Towns have many postcodes, so points at postcodes stand where people live.
    for number in range(count):
        home = chance.choice(postcodes)
        lat, lon = home.lat + chance.gauss(0, 0.01), home.lon + chance.gauss(0, 0.02)
        yield (
            f'[[points]]\nid = "p{number}"\nservice = "network{number % NETWORKS}"\n'
            f'name = "{home.name} {number}"\nstreet = "Katu {number}"\n'
            f'postcode = "{home.code}"\ncity = "{home.municipality}"\n'
            f"lat = {lat:.5f}\nlon = {lon:.5f}\n"
            f'opening_hours = "{_HOURS[number % len(_HOURS)]}"\n'
        )
