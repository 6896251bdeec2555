"""Quotes over HTTP: ask for options, see the answer again, see every option."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from delivery.flows import quoted, quoting
from delivery.flows.quote_desk import QuoteDesk
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.rules.options import DeliveryOption
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import Caller, ShopKey, caller_of
from delivery.web.once import IdempotencyKey, digest_of, once
from delivery.web.quick_lane import body_as, idempotency_key
from delivery.web.quote_shapes import CalendarShape, QuoteRequest, QuoteShape
from delivery.web.shapes import PathId

router = APIRouter(prefix="/v1/quotes", tags=["quotes"])


class _Json(Response):
    media_type = "application/json"


@router.post("", status_code=201, response_class=_Json, responses={201: {"model": QuoteShape}})
async def post_quote(
    ask: QuoteRequest, request: Request, caller: ShopKey, key: IdempotencyKey = None
) -> Response:
    """A few clearly different options for this basket, and why others were left out."""
    house: House = request.app.state.house
    now = house.clock()
    if key is None:
        return _Json(await _from_desk(request.app.state.quote_desk, ask.as_ask(), now), 201)
    return await run_in_threadpool(_once, house, ask, caller, key, now)


async def _quickly(request: Request) -> Response:
    caller = await caller_of(request, "shop")
    ask = await body_as(QuoteRequest, request)
    return await post_quote(ask, request, caller, idempotency_key(request))


#: For `QuickLane`.
LANES = {("POST", "/v1/quotes"): _quickly}


async def _from_desk(desk: QuoteDesk, ask: QuoteAsk, now: datetime) -> bytes:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    def settle(told: bytes | BaseException) -> None:
        if answer.done():  # the shopper has gone
            return
        if isinstance(told, BaseException):
            answer.set_exception(told)
        else:
            answer.set_result(told)

    desk.ask(ask, now, lambda told: loop.call_soon_threadsafe(settle, told))
    return await answer


def _once(house: House, ask: QuoteRequest, caller: Caller, key: str, now: datetime) -> Response:
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
        options = quoted.all_options(conn, house, quote, now=now)
    return _Json(orjson.dumps({"days": _by_day(options)}))


def _by_day(options: list[DeliveryOption]) -> list[dict[str, object]]:
    days: dict[date, list[dict[str, object]]] = {}
    for option in options:
        days.setdefault(option.window.start.date(), []).append(option.as_json())
    return [{"date": day.isoformat(), "options": shown} for day, shown in days.items()]
