"""perille explain --postcode 00530 --basket 59.90EUR,1.2kg,30x20x10"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from delivery.app import build_house
from delivery.clock import system_clock
from delivery.flows import explaining
from delivery.flows.explaining import Explanation, Replay, ServiceTrace
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.refusals import Refusal
from delivery.rules.tracing import NO_LIMIT
from delivery.settings import load_settings
from delivery.store.catalogue.catalogues import NoCatalogue
from delivery.web.quote_shapes import QuoteRequest

_VALUE = re.compile(r"(\d+)(?:\.(\d{1,2}))?([A-Z]{3})")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)(kg|g)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(cm|mm)?")
_MARKS = {True: "ok", False: "NO", None: ""}
_ABOUT = {
    "cut_off": "cut-off", "on_the_way": "on the way", "ready": "goods", "handling": "packing",
    "free": "capacity", "learnt": "carrier",
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quote", metavar="q_…", help="a quote that was given, replayed")
    parser.add_argument("--postcode", help="where to, for options as they would be now")
    parser.add_argument(
        "--basket", metavar="59.90EUR,1.2kg,30x20x10",
        help="value, then weight and size (cm) of each parcel",
    )  # fmt: skip
    parser.add_argument("--tags", default="", help="fragile,frozen,…")
    parser.add_argument("--country", default="FI")
    parser.add_argument("--lat", type=float)
    parser.add_argument("--lon", type=float)
    parser.add_argument("--customer", metavar="ID", help="whose habits count")
    parser.add_argument("--at", type=_moment, help="as if it were asked then")
    parser.add_argument("--ready-at", type=_moment, help="when the goods can leave")
    parser.add_argument("--locale", default="", help="the shopper's language")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(asked: argparse.Namespace) -> int:
    """0 when all is said and a replay is the same; 1 when it is not; 2 for a bad request."""
    if asked.quote is None and (asked.postcode is None or asked.basket is None):
        print("Say which quote (--quote), or where to and what (--postcode and --basket).")
        return 2
    house = build_house(load_settings())
    try:
        explained = _explained(house, asked)
    except (_BadRequest, Refusal, NoCatalogue) as why:
        print(why)
        return 2
    finally:
        house.database.close()
    if asked.json:
        print(orjson.dumps(explained.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        print("\n".join(_lines(explained)))
    return 0 if explained.replay is None or explained.replay.same else 1


class _BadRequest(Exception):
    """What was asked for on the command line cannot be read."""


def _explained(house: House, asked: argparse.Namespace) -> Explanation:
    if asked.quote is not None:
        return explaining.explain_quote(house, asked.quote)
    try:
        request = QuoteRequest.model_validate(_request(asked))
    except ValidationError as faults:
        said = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults.errors()]
        raise _BadRequest("\n".join(said)) from None
    return explaining.explain(house, request.as_ask(), now=system_clock(), at=asked.at)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a time needs its offset: 2026-03-10T14:05+02:00")
    return moment


def _request(asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "basket": _basket(asked.basket) | {"tags": asked.tags.split(",") if asked.tags else []},
        "destination": {
            "postcode": asked.postcode, "country": asked.country, "lat": asked.lat,
            "lon": asked.lon,
        },
        "customer": {"id": asked.customer, "locale": asked.locale},
        "ready_at": asked.ready_at,
    }  # fmt: skip


def _basket(text: str) -> dict[str, Any]:
    """Read `59.90EUR,1.2kg,30x20x10`; a size belongs to the weight before it."""
    value: dict[str, Any] | None = None
    parcels: list[dict[str, int]] = []
    for part in text.replace(" ", "").split(","):
        if found := _VALUE.fullmatch(part):
            cents = int((found[2] or "0").ljust(2, "0"))
            value = {"amount": int(found[1]) * 100 + cents, "currency": found[3]}
        elif found := _WEIGHT.fullmatch(part):
            parcels.append({"weight_g": round(float(found[1]) * (1000 if found[2] == "kg" else 1))})
        elif (found := _SIZE.fullmatch(part)) and parcels:
            per = 1 if found[4] == "mm" else 10
            sides = (round(float(found[number]) * per) for number in (1, 2, 3))
            parcels[-1] |= zip(("length_mm", "width_mm", "height_mm"), sides, strict=True)
        else:
            raise _BadRequest(f"--basket: cannot read {part!r} in {text!r}")
    return {"value": value, "parcels": parcels}


def _lines(explained: Explanation) -> Iterator[str]:
    yield from _head(explained)
    if explained.replay is not None:
        yield from _replay(explained.replay)
    for trace in sorted(explained.services, key=lambda each: _ORDER.index(each.verdict)):
        yield ""
        yield from _service(trace)


_ORDER = ("shown", "folded", "in_calendar", "absent", "not_answered")


def _head(explained: Explanation) -> Iterator[str]:
    basket, to = explained.ask["basket"], explained.ask["destination"]
    parcels = ", ".join(_parcel(each) for each in basket["parcels"])
    value = f", worth {_money(basket['value'])}" if basket.get("value") else ""
    tags = f", {', '.join(basket['tags'])}" if basket.get("tags") else ""
    yield f"To {to['postcode']} {to['country']}: {parcels}{value}{tags}"
    yield (
        f"Asked {phrases.day(explained.at.date(), 'en')} {explained.at:%H:%M %Z}, "
        f"by version {explained.catalogue_version} of the catalogue"
    )
    suggested = explained.recommended
    yield f"Suggested: {suggested['why']}" if suggested else "Suggested: nothing, we are not sure"


def _parcel(parcel: dict[str, Any]) -> str:
    sides = [parcel.get(f"{side}_mm") or 0 for side in ("length", "width", "height")]
    size = f" {'×'.join(f'{side / 10:g}' for side in sides)} cm" if any(sides) else ""
    return f"{parcel['weight_g'] / 1000:g} kg{size}"


def _money(money: dict[str, Any]) -> str:
    return phrases.price(Money(money["amount"], money["currency"]), "en")


def _replay(replay: Replay) -> Iterator[str]:
    if replay.same:
        yield f"Made again: the same, {replay.bytes} bytes"
    elif replay.failed:
        yield f"Made again: impossible, what it kept cannot be read ({replay.failed})"
    else:
        yield (
            f"Made again: NOT the same, from byte {replay.first_difference_at} on "
            f"({replay.bytes} bytes were answered, {replay.replayed_bytes} came now)"
        )
        for each in replay.differences:
            yield f"  {each['pointer']}: answered {each['answered']!r}, now {each['replayed']!r}"


def _service(trace: ServiceTrace) -> Iterator[str]:
    yield f"{trace.name} ({trace.service}): {_verdict(trace)}"
    for each in trace.shown:
        labels = f" [{', '.join(each['labels'])}]" if each["labels"] else ""
        yield f"    shown      {each['title']}, {_money(each['price'])}{labels}"
    for each in trace.folded:
        beside = f" (beside: {each['beside']})" if each["beside"] else ""
        yield f"    hidden     {each['title']}, {_money(each['price'])}: {each['reason']}{beside}"
    for step in trace.steps:
        if step.said == NO_LIMIT:
            continue  # For programs; people ask for what there is.
        about = _ABOUT.get(step.about, step.about)
        yield f"  {_MARKS[step.passed]:2} {about:10} {step.said}"


def _verdict(trace: ServiceTrace) -> str:
    if trace.verdict == "absent" and trace.exclusion:
        return f"NOT OFFERED: {trace.exclusion['reason']}"
    said = {
        "shown": f"offered, {len(trace.shown)} shown",
        "folded": "can be had, but others on the list are better",
        "in_calendar": "can be had, seen only among all options",
    }.get(trace.verdict, "not a part of the answer")
    return f"{said}, {trace.offered} in all"
