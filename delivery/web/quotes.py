"""Quotes over HTTP: ask for options, see the answer again, see every option."""

from __future__ import annotations

from datetime import date

import orjson
from fastapi import APIRouter, Response
from sqlalchemy import Connection

from delivery.flows import quoting
from delivery.rules.options import DeliveryOption
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import ShopKey
from delivery.web.once import IdempotencyKey, digest_of, once
from delivery.web.quote_shapes import CalendarShape, QuoteRequest, QuoteShape
from delivery.web.shapes import PathId

router = APIRouter(prefix="/v1/quotes", tags=["quotes"])


class _Json(Response):
    media_type = "application/json"


@router.post("", status_code=201, response_class=_Json, responses={201: {"model": QuoteShape}})
def post_quote(
    ask: QuoteRequest, house: TheHouse, now: Now, caller: ShopKey, key: IdempotencyKey = None
) -> Response:
    """A few clearly different options for this basket, and why others were left out."""
    if key is None:
        return _Json(quoting.quote_options(house, ask.as_ask(), now=now), 201)

    def keep(conn: Connection) -> orjson.Fragment:
        quote = quoting.make_quote(house, ask.as_ask(), now=now)
        quoting.keep_quote(conn, quote)
        return orjson.Fragment(quote.answer)

    answer = once(house, caller, key, digest_of("POST /v1/quotes", ask), keep, now=now)
    answer.status_code = 201
    return answer


@router.get("/{quote_id}", response_class=_Json, responses={200: {"model": QuoteShape}})
def get_quote(quote_id: PathId, house: TheHouse, _key: ShopKey) -> Response:
    """The same answer again, unchanged."""
    with house.database.read() as conn:
        return _Json(quoting.get_answer(conn, quote_id))


@router.get("/{quote_id}/all", response_class=_Json, responses={200: {"model": CalendarShape}})
def get_all(quote_id: PathId, house: TheHouse, now: Now, _key: ShopKey) -> Response:
    """Every option that can be held, by day."""
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        options = quoting.all_options(conn, house, quote, now=now)
    return _Json(orjson.dumps({"days": _by_day(options)}))


def _by_day(options: list[DeliveryOption]) -> list[dict[str, object]]:
    days: dict[date, list[dict[str, object]]] = {}
    for option in options:
        days.setdefault(option.window.start.date(), []).append(option.as_json())
    return [{"date": day.isoformat(), "options": shown} for day, shown in days.items()]
