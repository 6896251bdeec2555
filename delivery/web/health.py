"""For machines: are we alive, are we ready, how are we doing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from delivery.store.migrate import is_current
from delivery.web.deps import TheHouse
from delivery.web.problems import problem

router = APIRouter(tags=["machines"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """This process answers."""
    return {"state": "alive"}


@router.get("/health/ready", responses={503: {"description": "Not migrated, or no database"}})
def ready(house: TheHouse) -> Response:
    """The database can be reached and has the tables this version needs."""
    with house.database.read() as conn:
        if is_current(conn):
            return Response(b'{"state":"ready"}', media_type="application/json")
    return problem(503, "not_migrated", "Run `perille migrate`.", headers={"Retry-After": "5"})


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    text: bytes = request.app.state.metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
