"""Why a quote says what it says, for staff."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Response

from delivery.flows import explaining
from delivery.flows.explaining import Explanation
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import StaffKey
from delivery.web.quote_shapes import QuoteRequest
from delivery.web.shapes import Moment, PathId

router = APIRouter(prefix="/v1/explain", tags=["staff"])


class ExplainRequest(QuoteRequest):
    """A request for options; with `at`, as if it were asked then."""

    at: Moment | None = None


@router.post("")
def post_explain(ask: ExplainRequest, house: TheHouse, now: Now, _key: StaffKey) -> Response:
    """What these options would be and why: each service, rule by rule. No quote is kept."""
    return _json(explaining.explain(house, ask.as_ask(), now=now, at=ask.at))


@router.get("/{quote_id}")
def get_explain(quote_id: PathId, house: TheHouse, _key: StaffKey) -> Response:
    """Why a quote said what it said, and whether it says the same again, byte for byte."""
    return _json(explaining.explain_quote(house, quote_id))


def _json(explanation: Explanation) -> Response:
    return Response(orjson.dumps(explanation.as_json()), media_type="application/json")
