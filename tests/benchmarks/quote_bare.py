"""The least that FastAPI can do with a quote's request: check the body, answer prepared bytes.

Nothing of ours runs here but the shape of the body: no keys, no log line, no metrics.
"""

from __future__ import annotations

import gc
import socket

import uvicorn
from fastapi import FastAPI, Response

from delivery.web.quote_shapes import QuoteRequest

#: As long as the answer of the demo town.
_ANSWER = b'{"id": "' + b"x" * 8000 + b'"}'

app = FastAPI()


@app.post("/v1/quotes", status_code=201)
async def bare(_ask: QuoteRequest) -> Response:
    return Response(_ANSWER, 201, media_type="application/json")


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    gc.freeze()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_keep_alive=600,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
