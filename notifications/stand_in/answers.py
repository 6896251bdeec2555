"""Answers that break off in the middle, or come drop by drop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send


class CutAnswer(JSONResponse):
    """Promises its whole length and gives half of it; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code,
                 "headers": self.raw_headers}  # fmt: skip
        await send(start)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": False})


def dripping(written: Any, seconds: float) -> StreamingResponse:
    """A 201 whose bytes come one by one: no single read ever waits long."""
    body = bytes(JSONResponse(written).body)

    async def drops() -> AsyncIterator[bytes]:
        for number in range(len(body)):
            await asyncio.sleep(seconds / len(body))
            yield body[number : number + 1]

    return StreamingResponse(drops(), 201, media_type="application/json")
