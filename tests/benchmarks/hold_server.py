"""The whole application with the demo town, and beside it an endpoint that does nothing."""

from __future__ import annotations

import gc
import os
import socket
import sys
from datetime import datetime
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI, Response

from delivery.app import build_app, build_house
from delivery.clock import system_clock
from delivery.flows import quoted, quoting
from delivery.house import House
from delivery.log import configure_logs
from delivery.rules.holds import OPEN, Hold
from delivery.store.seeds import seed
from delivery.web.guard import guarded
from delivery.web.holds import HoldShape, hold_json
from delivery.web.quote_shapes import QuoteRequest
from tests.conftest import settings_for
from tests.shopping import basket_ask


def a_window(house: House, now: datetime) -> tuple[str, dict[str, Any]]:
    """A quote, and one of its windows that lies two windows deep."""
    ask = QuoteRequest(**basket_ask()).as_ask()
    quote_id = orjson.loads(quoting.quote_options(house, ask, now=now))["id"]
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        found = quoted.all_options(conn, house, quote, now=now)
    hour = next(each for each in found if each.carrier == "own_van" and each.window.minutes == 60)
    return quote_id, hour.as_json()


def with_bare_endpoint(app: FastAPI, same: bytes) -> FastAPI:
    """Add `PUT /v1/bare/{hold_id}`: the same body checked, the same bytes returned."""

    @app.put("/v1/bare/{hold_id}", status_code=201)
    async def put_bare(hold_id: str, _ask: HoldShape) -> Response:
        return Response(same, 201, media_type="application/json")

    return app


def main() -> None:
    configure_logs(open(os.devnull, "wb"))  # noqa: SIM115  # for as long as we run
    # Quotes must outlast the longest run.
    house = build_house(settings_for(sys.argv[1], quotes={"minutes": 600}))
    now = system_clock()
    seed(house.database, now=now)
    quote_id, option = a_window(house, now)
    hold = Hold("b-1", quote_id, option["id"], option, 1, OPEN, "chosen", 0, now, now)
    app = with_bare_endpoint(build_app(house), orjson.dumps(hold_json(hold, now)))
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]} {quote_id} {option['id']}", flush=True)
    gc.freeze()
    listens = house.settings.server
    http = guarded(listens.header_seconds, listens.body_seconds)
    config = uvicorn.Config(app, loop="uvloop", http=http, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
