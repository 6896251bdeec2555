"""The outermost ring: times every request, writes its one line, and answers when we break."""

from __future__ import annotations

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from delivery.log import what_broke
from delivery.metrics import Metrics
from delivery.web.problems import problem

log = structlog.get_logger()

_SORRY = "Something broke on our side. Nothing was lost; try again."


class Observed:
    """Wraps the application. An error becomes a 500 without a word about anybody."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            self._metrics.broken.inc()
            log.error("request broke", route=_route(scope), **what_broke(error))
            if not status:
                await problem(500, "our_fault", _SORRY)(scope, receive, watched)
        self._note(scope, status or 500, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self._metrics.answered(scope["method"], route, status, seconds)
        log.info(
            "request", method=scope["method"], route=route, status=status,
            ms=round(seconds * 1000, 1),
        )  # fmt: skip


def _route(scope: Scope) -> str:
    # The pattern, never the path: a path may hold a token or a reference.
    path: str = getattr(scope.get("route"), "path", "none")
    return path
