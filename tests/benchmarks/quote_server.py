"""The whole application with the demo town, and beside it an endpoint that does nothing."""

from __future__ import annotations

import gc
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI, Response

from delivery.app import build_app, build_house
from delivery.clock import system_clock
from delivery.flows.quoting import quote_options
from delivery.store.seeds import seed
from delivery.web.quote_shapes import QuoteRequest
from tests.benchmarks.quote import an_order
from tests.conftest import settings_for


def application(url: str) -> FastAPI:
    """`POST /v1/quotes`, and `POST /v1/bare`: the same body checked, the same bytes returned."""
    house = build_house(settings_for(url))
    seed(house.database, now=system_clock())
    same = quote_options(house, QuoteRequest(**an_order(0)).as_ask(), now=system_clock())
    app = build_app(house)

    @app.post("/v1/bare", status_code=201)
    async def bare(_ask: QuoteRequest) -> Response:
        return Response(same, 201, media_type="application/json")

    return app


def main() -> None:
    app = application(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    # Lines of the log are still written, but nobody reads them here.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.freeze()
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
